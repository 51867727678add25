//! Plugins to copy, each a well-known crate without std over the library: they are the examples of
//! this package. What they share is here: [`plugin`] is input and output, [`random`] where their
//! random numbers are from, [`pem`] reads a certificate.
//!
//! Build them for `wasm32-unknown-unknown`; they have no allocator, and need no WASI.

#![cfg(target_family = "wasm")]
#![no_std]
#![forbid(unsafe_code)]

pub mod pem;
pub mod plugin;
pub mod random;
