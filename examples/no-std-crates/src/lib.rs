//! Plugins to copy, each using a well-known crate without std over the library: they are the examples of this package.
//! The shared code is here: [`plugin`] for input and output, [`random`] for random numbers, [`pem`] for certificates.
//!
//! Build them for `wasm32-unknown-unknown`; they have no allocator, and need no WASI.

#![cfg(target_family = "wasm")]
#![no_std]
#![forbid(unsafe_code)]

pub mod pem;
pub mod plugin;
pub mod random;
