//! Tells the library whether its plugin must be small, which the compiler does not: it does without
//! std and is built for size.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(small)");
    let level = std::env::var("OPT_LEVEL").unwrap_or_default();
    let std = std::env::var_os("CARGO_FEATURE_STD").is_some();
    if matches!(level.as_str(), "s" | "z") && !std {
        println!("cargo::rustc-cfg=small");
    }
}
