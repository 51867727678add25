//! The reference host of `harness-wasi-sockets`: it runs plugins against real sockets.
//!
//! A plugin that uses the library imports ten functions, through which the host opens its
//! connections. This crate is such a host, made for development: it behaves as the host in
//! production does, and beyond that it counts what a plugin does, so that a test can say how many
//! host calls, how much fuel and how many forgotten blocks a plugin may cost.
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
//! * [`Plugin`] is a loaded plugin; [`Config`] says what it is run with, [`Report`] what it used.
//! * [`Allow`] is the list of the addresses that a plugin may reach: none, unless it says so.
//! * [`Faults`] make the host fail on purpose, so that a test can see what a plugin does then.
//! * [`peers`] are small servers on loopback for plugins to talk to.
//! * [`guests`] are the library's example plugins, built when needed; [`wasm`] finds the compiler
//!   for that, and builds plugins of your own.
//! * [`icmp::allowed`] says whether this process may ping.

mod address;
mod allow;
#[doc(hidden)]
pub mod cli;
mod config;
mod error;
pub mod guests;
mod host;
pub mod icmp;
mod kernel;
pub mod peers;
mod plugin;
mod report;
pub mod soak;
pub mod table;
pub mod wasm;

pub use allow::{Allow, Net, NoNetwork};
pub use config::{Clock, Config, Dialect, IcmpListening, Randomness};
pub use error::Error;
pub use host::{Fault, FaultCounts, Faults};
pub use plugin::Plugin;
pub use report::{Calls, HOST_FUNCTIONS, KERNEL_FUNCTIONS, KernelCalls, Report};

/// The README's Rust is compiled with the documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

/// Says that a test, or a part of it, is skipped, and why. It is said past the capture of a test's
/// output, which would keep it from whoever runs tests that pass.
///
/// ```
/// if let Err(why) = harness_host::icmp::allowed() {
///     harness_host::skipped("my_plugin_pings", &why);
/// }
/// ```
pub fn skipped(what: &str, why: &str) {
    use std::io::Write;
    // Not `eprintln!`, which is what is captured. Without anybody to read it, nothing is lost.
    let _ = writeln!(std::io::stderr(), "skipped: {what}: {why}");
}
