//! draft
#![cfg_attr(not(feature = "std"), no_std)]
#![deny(unsafe_code)]
#![warn(missing_docs)]

mod address;
mod block;
mod connection;
pub mod embedded;
mod error;
pub mod host;
mod json;
#[cfg(feature = "std")]
pub mod net;
mod patience;
#[cfg(all(feature = "extism-pdk", target_family = "wasm"))]
mod pdk;
mod reader;
mod ring;
#[cfg(all(test, feature = "std"))]
mod testing;
mod writer;

pub use block::Block;
pub use error::Error;
#[cfg(feature = "std")]
pub use net::*;
