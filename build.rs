//! Sets `cfg(small)` if the plugin must be small, which the compiler does not report: it is built without std, for
//! size, and without the feature `speed`.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(small)");
    let level = std::env::var("OPT_LEVEL").unwrap_or_default();
    let has = |feature| std::env::var_os(feature).is_some();
    let fast = has("CARGO_FEATURE_STD") || has("CARGO_FEATURE_SPEED");
    if matches!(level.as_str(), "s" | "z") && !fast {
        println!("cargo::rustc-cfg=small");
    }
}
