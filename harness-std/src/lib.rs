//! `std`, with a `net` that works in a plugin.
//!
//! In wasm everything here is std's own, except [`net`]: its `TcpStream` and `UdpSocket` have exactly std's
//! names and signatures, and go through the host's functions as those of `harness-wasi-sockets` do. On every
//! other target all of it is std's, so `cargo test` tests against real sockets.
//!
//! The README says how to use it, for one crate or for all crates of a plugin, and what it cannot do.
#![no_std]

extern crate std as real;

#[cfg(any(target_family = "wasm", test))]
mod stand_ins;

#[cfg(target_family = "wasm")]
pub mod net;

// What is defined here comes before what a glob brings: `net` is ours, all the rest std's.
#[doc(hidden)]
pub use real::*;

/// Whether `net` is the one that works in a plugin.
///
/// A plugin that was built with std as it is compiles all the same, and each connect in it fails. These two
/// lines make that an error of the compiler:
///
/// ```
/// # extern crate harness_std as std;
/// #[cfg(target_family = "wasm")]
/// const _: () = assert!(std::IS_HARNESS_STD);
/// ```
///
/// (Without `harness-std`, std has no such constant.) Natively it is `false`: there `net` is std's.
pub const IS_HARNESS_STD: bool = cfg!(target_family = "wasm");
