//! The two kinds of wasm that a plugin can be.

use std::fmt;

/// A wasm target of the Rust compiler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// `wasm32-wasip1`: with WASI, and so with all of std.
    Wasip1,
    /// `wasm32-unknown-unknown`: without WASI; for `no_std` plugins.
    Unknown,
}

impl Target {
    /// Both targets.
    pub const ALL: [Target; 2] = [Target::Wasip1, Target::Unknown];

    /// Returns the name that `--target` takes.
    pub const fn triple(self) -> &'static str {
        match self {
            Target::Wasip1 => "wasm32-wasip1",
            Target::Unknown => "wasm32-unknown-unknown",
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.triple())
    }
}
