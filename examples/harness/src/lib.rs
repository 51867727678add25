//! The reference host of `harness-wasi-sockets`: it runs plugins against real sockets.
//!
//! A plugin that uses the library imports ten functions, through which the host opens its connections. This crate is
//! such a host, made for development. It counts what a plugin does, so that a test can limit the number of host calls,
//! the fuel and the leaked blocks. [`Config::production`] makes it behave like the host in production.
//!
//! ```
//! use harness_host::{Allow, Config, Plugin, peers::TcpEcho};
//!
//! // Any wasm file will do; this plugin connects to the address in its input.
//! let plugin = r#"(module
//!     (import "env" "tcp_connect" (func $connect (param i64) (result i32)))
//!     (import "extism:host/env" "input_offset" (func $input (result i64)))
//!     (func (export "run") (result i32)
//!         (i32.eqz (call $connect (call $input)))))"#;
//!
//! let echo = TcpEcho::v4()?;
//! let config = Config::new().allow(Allow::loopback());
//! let mut plugin = Plugin::new(plugin.as_bytes(), &config)?;
//! plugin.call("run", echo.addr().to_string().as_bytes())?;
//! assert_eq!(plugin.open_connections(), 1);
//! assert_eq!(plugin.report().calls.get("tcp_connect"), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! An application that builds its plugins itself needs only [`Sockets`] or [`functions`]: see `docs/embedding.md`. The
//! other items:
//!
//! * [`Plugin`] is a loaded plugin, [`Config`] its settings, [`Report`] its counters.
//! * [`Allow`] lists the addresses that a plugin may reach: none by default.
//! * [`Faults`] make the host fail on purpose, to test how a plugin reacts.
//! * [`peers`] are small servers on loopback for plugins to talk to.
//! * [`guests`] are the library's example plugins, built when needed. [`wasm`] finds a compiler and builds your own
//!   plugins.
//! * Feature `http`, on by default, adds an eleventh function, `http_request`: HTTP and HTTPS with redirects.
//! * [`kit`] checks any host, in any language.
//! * [`icmp::allowed`] returns whether this process may ping.

// Some items are used only with feature `full`.
#![cfg_attr(not(feature = "full"), allow(dead_code))]

mod address;
mod allow;
#[cfg(feature = "full")]
#[doc(hidden)]
pub mod cli;
mod config;
mod denied;
#[cfg(feature = "full")]
mod error;
#[cfg(feature = "full")]
pub mod guests;
mod host;
#[cfg(feature = "http")]
mod http;
pub mod icmp;
mod kernel;
#[cfg(feature = "full")]
pub mod kit;
#[cfg(feature = "full")]
pub mod peers;
#[cfg(feature = "full")]
mod plugin;
mod report;
#[cfg(feature = "full")]
pub mod soak;
mod sockets;
#[cfg(feature = "full")]
pub mod table;
#[cfg(feature = "full")]
pub mod wasm;

pub use allow::{Allow, Net, NoNetwork};
pub use config::{Clock, Config, Dialect, IcmpListening, Randomness};
pub use denied::{Denied, Why};
#[cfg(feature = "full")]
pub use error::Error;
/// Re-exported: build your plugins with this version of the crate.
pub use extism;
pub use host::{Fault, FaultCounts, Faults};
#[cfg(feature = "http")]
pub use http::NoCertificate;
#[cfg(feature = "full")]
pub use plugin::Plugin;
pub use report::{Calls, HOST_FUNCTIONS, KERNEL_FUNCTIONS, KernelCalls, Report};
pub use sockets::{Sockets, functions};

/// Compiles the README's Rust code with the documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

/// Reports that a test, or a part of it, is skipped, and why. The line goes to standard error and is not captured, so
/// it is visible even if the test passes.
///
/// ```
/// if let Err(why) = harness_host::icmp::allowed() {
///     harness_host::skipped("my_plugin_pings", &why);
/// }
/// ```
pub fn skipped(what: &str, why: &str) {
    use std::io::Write;
    // Not `eprintln!`, whose output the test harness captures. A failure to write is ignored.
    let _ = writeln!(std::io::stderr(), "skipped: {what}: {why}");
}
