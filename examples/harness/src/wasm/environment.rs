//! Which environment variables a nested cargo must not inherit.
//!
//! This code mostly runs below `cargo run`, `cargo test` or `cargo clippy`, and each of them sets
//! variables that are true for *its* build only. A cargo started from there would take them for wishes
//! of the user: build into the wrong folder, for the wrong target, through the wrong wrapper.

use std::ffi::{OsStr, OsString};
use std::process::Command;

/// Families of variables that describe the package, or the build, that we run in.
const PREFIXES: [&str; 5] = [
    "CARGO_PKG_",
    "CARGO_BIN_",
    "CARGO_MANIFEST_",
    "CARGO_CFG_",
    "CARGO_FEATURE_",
];

/// Single variables, for the same reason; and flags meant for a host build, which a wasm build
/// would choke on.
const NAMES: [&str; 23] = [
    "CARGO_BUILD_RUSTC_WORKSPACE_WRAPPER",
    "CARGO_BUILD_RUSTC_WRAPPER",
    "CARGO_BUILD_RUSTFLAGS",
    "CARGO_BUILD_TARGET",
    "CARGO_BUILD_TARGET_DIR",
    "CARGO_CRATE_NAME",
    "CARGO_ENCODED_RUSTFLAGS",
    // The parent's job server: its pipe is closed, or its tokens are all taken, by now.
    "CARGO_MAKEFLAGS",
    "CARGO_PRIMARY_PACKAGE",
    "CARGO_TARGET_DIR",
    "CARGO_TARGET_TMPDIR",
    "CLIPPY_ARGS",
    // Cargo puts the folders of its own build first on it.
    "DYLD_FALLBACK_LIBRARY_PATH",
    "LD_LIBRARY_PATH",
    "MAKEFLAGS",
    "MFLAGS",
    "OUT_DIR",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTC_WRAPPER",
    "RUSTDOC",
    "RUSTDOCFLAGS",
    "RUSTFLAGS",
    "TARGET",
];

/// Takes from `command` what this process inherited from a cargo above it.
///
/// `RUSTC` and `RUSTUP_TOOLCHAIN` stay: they are how a user picks a compiler, and cargo sets neither
/// to anything else for the programs it runs.
pub(super) fn clean(command: &mut Command) -> &mut Command {
    for (name, _) in std::env::vars_os() {
        if is_foreign(&name) {
            command.env_remove(&name);
        }
    }
    command
}

/// The cargo to run: the one that runs us, if one does.
pub(super) fn cargo() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

fn is_foreign(name: &OsStr) -> bool {
    let Some(name) = name.to_str() else {
        return false;
    };
    NAMES.contains(&name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_build_sets_goes_and_what_a_user_sets_stays() {
        for gone in ["CARGO_PKG_NAME", "RUSTFLAGS", "CARGO_MANIFEST_DIR"] {
            assert!(is_foreign(OsStr::new(gone)), "{gone}");
        }
        for kept in ["CARGO", "CARGO_HOME", "RUSTUP_TOOLCHAIN", "RUSTC", "PATH"] {
            assert!(!is_foreign(OsStr::new(kept)), "{kept}");
        }
    }
}
