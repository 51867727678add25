//! Tells the library whether it is built for size, which the compiler does not.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(small)");
    let level = std::env::var("OPT_LEVEL").unwrap_or_default();
    if matches!(level.as_str(), "s" | "z") {
        println!("cargo::rustc-cfg=small");
    }
}
