//! Plugins to copy, each using a well-known crate over the library: they are the examples of this package.
//!
//! [`ureq`] is the only adapter longer than a few lines: copy the file as it is. The same goes for [`clock`], for
//! plugins that keep secrets.

#![cfg(target_family = "wasm")]

pub mod clock;
#[cfg(any(feature = "http", feature = "https"))]
pub mod ureq;
