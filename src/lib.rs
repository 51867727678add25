//! `std::net` for WebAssembly plugins, over the functions of a harness host.
//!
//! In a plugin `std::net` compiles, but every call fails. [`TcpStream`], [`UdpSocket`] and [`IcmpSocket`] of this crate
//! look and behave like std's, and use the ten functions that a harness host offers to its [Extism] plugins.
//!
//! ```no_run
//! use harness_wasi_sockets::TcpStream; // instead of std::net::TcpStream
//! use std::io::{Read, Write};
//!
//! # fn main() -> std::io::Result<()> {
//! let mut stream = TcpStream::connect("127.0.0.1:6000")?;
//! stream.write_all(b"Hello, world!")?;
//! let mut buf = [0; 1024];
//! let n = stream.read(&mut buf)?;
//! # let _ = &buf[..n];
//! # Ok(())
//! # }
//! ```
//!
//! # The layers
//!
//! ```text
//!  plugin code with std      without std
//!          |                      |
//!  +-------+-------+              |
//!  | net           |              |
//!  | std's names   |              |
//!  +-------+-------+              |
//!          |                      |
//!  +-------+----------------------+-----+
//!  | embedded: TcpStream, UdpSocket,    |
//!  | IcmpSocket; no allocation          |
//!  +------------------+-----------------+
//!                     |
//!    ring buffer, addresses, ICMP JSON,
//!    errors, timeouts
//!                     |
//!  +------------------+-----------------+
//!  | Block: kernel memory, freed on drop|
//!  +------------------+-----------------+
//!                     |
//!  +------------------+-----------------+
//!  | host::Host: ten functions, kernel  |
//!  | memory, an optional clock          |
//!  +--------+-------------------+-------+
//!           |                   |
//!    Extism (wasm):       Native: the
//!    the imports          system's sockets
//! ```
//!
//! * [`net`] has std's names and signatures. It needs the feature `std`. Its types are re-exported at the root.
//! * [`embedded`] has the sockets without std: no allocation, [`embedded_io`](https://docs.rs/embedded-io/0.7) traits, one small
//!   [`Error`]. It is always available.
//! * [`host`] is the contract with the host: in a plugin a harness host, in native builds the operating system, so that
//!   `cargo test` can run plugin code.
//!
//! # What differs from std
//!
//! * **The host resolves names** but does not return the addresses. Only `localhost` is resolved here.
//! * **A read waits 30 s** for its first byte by default; then it fails with `TimedOut`, and nothing is lost. The host
//!   returns the same 0 for "no data yet" and "end of stream": see [`TcpStream`] for how the library tells them apart, and
//!   [`Silence`] for what happens if it cannot.
//! * **A UDP receive waits 5 s** by default.
//! * **Shutting down** one half of a stream has no effect on the peer: the host can only close a whole connection.
//! * **`UdpSocket::connect`** creates a connected socket; std's connects a bound one.
//! * **`local_addr`** is not available.
//!
//! The tables in [`net`] list every method and every difference. [`porting`] is a guide.
//!
//! # Testing a plugin
//!
//! In native builds the same code uses the operating system's sockets, so `cargo test` can run a plugin's logic. Put code
//! that works only in a plugin behind `#[cfg(target_family = "wasm")]`:
//!
//! ```
//! use harness_wasi_sockets::host::Native;
//! use harness_wasi_sockets::{TcpStream, ToSocketAddrs};
//! use std::io::{Read, Write};
//! use std::net::TcpListener;
//!
//! /// The plugin's logic.
//! fn first_word(server: impl ToSocketAddrs) -> std::io::Result<String> {
//!     let mut text = String::new();
//!     TcpStream::connect(server)?.read_to_string(&mut text)?;
//!     Ok(text.split(' ').next().unwrap_or_default().to_owned())
//! }
//!
//! let listener = TcpListener::bind("127.0.0.1:0")?;
//! let server = listener.local_addr()?;
//! std::thread::spawn(move || listener.accept()?.0.write_all(b"Hello from a server"));
//! assert_eq!(first_word(server)?, "Hello");
//! assert_eq!(Native::live_blocks(), 0);
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! To test the finished wasm file in the real runtime, with real sockets and injected faults, use this repository's
//! reference host, `harness-host`.
//!
//! # Features
//!
//! | feature | default | adds |
//! |---|---|---|
//! | `std` | yes | [`net`], the types at the root, and in native builds the native host |
//! | `extism-pdk` | yes | on wasm, conversions between [`Block`] and `extism_pdk::Memory` |
//! | `embedded-io-async-v0.7` | no | `embedded::BlockingAsync`: the traits of `embedded-io-async` for a stream |
//! | `embedded-io-v0.6` | no | the traits of `embedded-io` 0.6 for the streams of [`embedded`] |
//! | `embedded-io-async-v0.6` | no | the traits of `embedded-io-async` 0.6 for `embedded::BlockingAsync` |
//! | `embedded-nal-async-v0.9` | no | `embedded::Stack`: the traits of `embedded-nal-async` |
//! | `plugin` | no | `plugin`: input, output, error text, configuration and log of a plugin without std |
//! | `edge-nal-v0.7` | no | `embedded::Stack`: the traits of `edge-nal` |
//! | `speed` | no | faster code in plugins without `std` that are built for size |
//! | `heapless-v0.9` | no | `heapless::String` as an [`embedded::Address`] |
//! | `http` | no | `http` and, at the root, `Client`: HTTP requests that the host makes, with its TLS |
//!
//! With `default-features = false` the crate is `no_std` and allocates nothing.
//!
//! [Extism]: https://extism.org
#![cfg_attr(not(feature = "std"), no_std)]
// The tags "available on feature ...", which need a nightly compiler: docs.rs has one.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![deny(unsafe_code, missing_docs)]
#![warn(missing_debug_implementations)]
// No input causes a panic: these lints deny what could. Each exception gives its reason. Tests may panic.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::panic,
        clippy::unreachable,
        clippy::todo,
        clippy::unimplemented,
        clippy::arithmetic_side_effects
    )
)]
// Without `std` there is nothing at the root for these links to lead to.
#![cfg_attr(not(feature = "std"), allow(rustdoc::broken_intra_doc_links))]

mod address;
mod block;
mod connection;
mod datagrams;
pub mod embedded;
mod error;
pub mod host;
#[cfg(feature = "http")]
pub mod http;
mod json;
#[cfg(feature = "std")]
pub mod net;
mod patience;
#[cfg(all(feature = "extism-pdk", target_family = "wasm"))]
mod pdk;
#[cfg(feature = "plugin")]
pub mod plugin;
mod reader;
mod ring;
#[cfg(feature = "stand-ins")]
#[doc(hidden)]
pub mod stand_ins;
#[cfg(all(
    not(feature = "stand-ins"),
    any(feature = "embedded-nal-async-v0.9", feature = "edge-nal-v0.7")
))]
mod stand_ins;
#[cfg(all(test, feature = "std"))]
mod testing;
#[cfg(any(
    feature = "std",
    feature = "embedded-nal-async-v0.9",
    feature = "edge-nal-v0.7"
))]
mod turns;
mod writer;

pub use block::Block;
pub use embedded_io;
pub use error::Error;
#[cfg(feature = "http")]
#[doc(inline)]
pub use http::{Client, RequestBuilder, Response};
#[cfg(feature = "std")]
#[doc(inline)]
pub use net::*;
pub use patience::Silence;

// The links for rustdoc. The page itself has others, which work in the file; the first definition wins.
#[cfg(all(feature = "std", any(doc, doctest)))]
#[doc = "[methods]: crate::net#what-each-method-does"]
#[doc = "[differences]: crate::net#differences-from-std\n"]
#[doc = include_str!("porting.md")]
pub mod porting {}

/// The README's Rust is compiled with the documentation tests.
#[cfg(all(doctest, feature = "std"))]
#[doc = include_str!("../README.md")]
mod readme {}

/// And so is that of the page about features.
#[cfg(all(doctest, feature = "std"))]
#[doc = include_str!("../features.md")]
mod features {}
