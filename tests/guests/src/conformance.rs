//! The conformance suite: the behaviours that `tests/conformance` also checks over std and in native builds.

#[path = "../../conformance/suite/mod.rs"]
mod suite;

#[path = "../../conformance/guest.rs"]
mod guest;

/// The types under test.
mod net {
    pub use harness_wasi_sockets::net::*;
}

use extism_pdk::{FnResult, plugin_fn};
use net::{ToSocketAddrs, UdpSocket};
use std::io;
use suite::Who;

const WHO: Who = Who::Wasm;

/// A connected UDP socket.
fn udp_to<A: ToSocketAddrs>(addr: A) -> io::Result<UdpSocket> {
    UdpSocket::connect(addr)
}

/// Connects an existing UDP socket.
fn connect_udp<A: ToSocketAddrs>(socket: &UdpSocket, addr: A) -> io::Result<()> {
    socket.connect_to(addr)
}

/// Runs the behaviour `NAME ADDRESSES`, in a host like production.
#[plugin_fn]
pub fn conformance_in_production(input: String) -> FnResult<()> {
    suite::production::expect();
    guest::run(&input)
}

/// Runs the behaviour `NAME ADDRESSES`.
#[plugin_fn]
pub fn conformance(input: String) -> FnResult<()> {
    guest::run(&input)
}

/// Returns the names of all behaviours, one per line.
#[plugin_fn]
pub fn conformance_names() -> FnResult<String> {
    Ok(guest::names())
}
