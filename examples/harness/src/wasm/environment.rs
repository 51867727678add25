//! The environment variables that a nested cargo must not inherit.
//!
//! This code usually runs below `cargo run`, `cargo test` or `cargo clippy`, and each of them sets variables for *its*
//! build only. A nested cargo would take them for the user's settings: build into the wrong folder, for the wrong
//! target, through the wrong wrapper.

use std::ffi::{OsStr, OsString};
use std::process::Command;

/// Prefixes of variables that describe the package or the build that runs this code.
const PREFIXES: [&str; 5] = [
    "CARGO_PKG_",
    "CARGO_BIN_",
    "CARGO_MANIFEST_",
    "CARGO_CFG_",
    "CARGO_FEATURE_",
];

/// Single variables, for the same reason; and flags for a host build, which break a wasm build.
const NAMES: [&str; 23] = [
    "CARGO_BUILD_RUSTC_WORKSPACE_WRAPPER",
    "CARGO_BUILD_RUSTC_WRAPPER",
    "CARGO_BUILD_RUSTFLAGS",
    "CARGO_BUILD_TARGET",
    "CARGO_BUILD_TARGET_DIR",
    "CARGO_CRATE_NAME",
    "CARGO_ENCODED_RUSTFLAGS",
    // The parent's job server: its pipe is closed, or its tokens are in use.
    "CARGO_MAKEFLAGS",
    "CARGO_PRIMARY_PACKAGE",
    "CARGO_TARGET_DIR",
    "CARGO_TARGET_TMPDIR",
    "CLIPPY_ARGS",
    // Cargo prepends the folders of its own build.
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

/// Removes from `command` what this process inherited from a parent cargo.
///
/// `RUSTC` and `RUSTUP_TOOLCHAIN` stay: a user picks a compiler with them, and cargo does not change them for the
/// programs it runs.
pub(super) fn clean(command: &mut Command) -> &mut Command {
    for (name, _) in std::env::vars_os() {
        if is_foreign(&name) {
            command.env_remove(&name);
        }
    }
    command
}

/// Returns the cargo to run: the one that runs this process, if any.
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
