//! `std`, with a `net` that works in a plugin.
//!
//! In wasm everything here is std's own, except [`net`]: its `TcpStream` and `UdpSocket` have exactly std's names and
//! signatures, and use the host's functions, like those of `harness-wasi-sockets`. In native builds everything is
//! std's, so `cargo test` tests with real sockets.
//!
//! The README describes how to use it, for one crate or for all crates of a plugin, and its limits.
#![no_std]

extern crate std as real;

#[cfg(any(target_family = "wasm", test))]
mod stand_ins;

#[cfg(target_family = "wasm")]
pub mod net;

// Items defined here take precedence over glob imports: `net` is ours, the rest is std's.
#[doc(hidden)]
pub use real::*;

/// Whether `net` is the one that works in a plugin.
///
/// A plugin that was built with the unchanged std also compiles, but each connect in it fails. These two lines turn
/// that into a compiler error:
///
/// ```
/// # extern crate harness_std as std;
/// #[cfg(target_family = "wasm")]
/// const _: () = assert!(std::IS_HARNESS_STD);
/// ```
///
/// (Without `harness-std`, std has no such constant.) In native builds it is `false`: there `net` is std's.
pub const IS_HARNESS_STD: bool = cfg!(target_family = "wasm");
