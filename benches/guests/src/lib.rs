//! The guests to compare. The work is in [`work`], written once over two small traits and so the same for all. The
//! transport behind those is written three times: [`embedded`] uses the library's core, [`hand`] the host functions
//! directly, and the facade, which needs std, is a separate package.
//!
//! Build them for wasm; native builds contain nothing.

#![cfg(target_family = "wasm")]
#![no_std]

pub mod embedded;
pub mod frame;
pub mod hand;
pub mod slot;
pub mod work;
