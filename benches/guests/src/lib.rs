//! Guests that are measured against each other. The work is in [`work`], written once over two small
//! traits and so the same for all; how bytes get to the host is behind those, written three times:
//! [`embedded`] uses the library's core, [`hand`] the host's functions themselves, and the facade,
//! which needs std, is a package of its own.
//!
//! Build them for wasm; natively there is nothing here.

#![cfg(target_family = "wasm")]
#![no_std]

pub mod embedded;
pub mod frame;
pub mod hand;
pub mod slot;
pub mod work;
