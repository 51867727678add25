//! Guests without std and without an allocator, to measure the library's size.
//!
//! Each of them is written twice, with the same behaviour: [`ours`] uses the library, [`hand`] the host functions
//! directly. The parts that both need, input, output and the message, are in [`frame`], so they have the same size in
//! both. The finished guests are the examples.
//!
//! Build them for `wasm32-unknown-unknown`; native builds contain nothing.

#![cfg(target_family = "wasm")]
#![no_std]

pub mod frame;
pub mod hand;
pub mod ours;
mod panics;
