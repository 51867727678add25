//! Guests without std and without an allocator, to weigh the library by.
//!
//! Each of them is written twice, with the same behaviour: [`ours`] uses the library, [`hand`] the
//! host's functions themselves. What both need anyhow, input and output and the message, is in
//! [`frame`], so that it weighs the same in both. The finished guests are the examples.
//!
//! Build them for `wasm32-unknown-unknown`; natively there is nothing here.

#![cfg(target_family = "wasm")]
#![no_std]

pub mod frame;
pub mod hand;
pub mod ours;
mod panics;
