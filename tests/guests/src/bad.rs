//! Invalid addresses, and missing peers.

use crate::{outcome, panics};
use extism_pdk::{FnResult, plugin_fn};
use harness_wasi_sockets::{TcpStream, UdpSocket, embedded};

/// Connects to its input over TCP, and returns the result.
#[plugin_fn]
pub fn tcp_connect(address: String) -> FnResult<String> {
    panics::report();
    Ok(outcome(TcpStream::connect(address).map(drop)))
}

/// Connects to its input over UDP, and returns the result.
#[plugin_fn]
pub fn udp_connect(address: String) -> FnResult<String> {
    panics::report();
    Ok(outcome(UdpSocket::connect(address).map(drop)))
}

/// The same over the core, over TCP.
#[plugin_fn]
pub fn tcp_connect_embedded(address: String) -> FnResult<String> {
    panics::report();
    let connected = embedded::TcpStream::connect(&*address).map(drop);
    Ok(outcome(connected.map_err(Into::into)))
}

/// The same over the core, over UDP.
#[plugin_fn]
pub fn udp_connect_embedded(address: String) -> FnResult<String> {
    panics::report();
    let connected = embedded::UdpSocket::connect(&*address).map(drop);
    Ok(outcome(connected.map_err(Into::into)))
}
