//! Plugins to copy, each a well-known crate over the library: they are the examples of this
//! package.
//!
//! [`ureq`] is the one adapter that is more than a few lines. It is a file to take as it is. So is
//! [`clock`], for plugins that keep secrets.

#![cfg(target_family = "wasm")]

pub mod clock;
#[cfg(any(feature = "http", feature = "https"))]
pub mod ureq;
