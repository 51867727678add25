//! NTP, with `sntpc`: asks a server for the time.
//!
//! Input: `ADDRESS`, for example `127.0.0.1:123`. Output: the server's time in seconds since 1970, its stratum, and the
//! offset of the local clock from it, in microseconds.

#![cfg(target_family = "wasm")]

use extism_pdk::{Error, FnResult, plugin_fn};
use harness_wasi_sockets::UdpSocket;
use sntpc::{NtpContext, NtpUdpSocket, StdTimestampGen};
use std::net::SocketAddr;

#[plugin_fn]
pub fn run(address: String) -> FnResult<String> {
    let server: SocketAddr = address.parse()?;
    let socket = Socket(UdpSocket::bind("0.0.0.0:0")?);
    let context = NtpContext::new(StdTimestampGen::default());
    let time = sntpc::sync::get_time(server, &socket, context)
        .map_err(|error| Error::msg(format!("{error:?}")))?;
    Ok(format!("{} {} {}", time.seconds, time.stratum, time.offset))
}

/// The crate requires a socket with its own trait.
struct Socket(UdpSocket);

impl NtpUdpSocket for Socket {
    async fn send_to(&self, buf: &[u8], addr: SocketAddr) -> sntpc::Result<usize> {
        let sent = self.0.send_to(buf, addr);
        sent.map_err(|_| sntpc::Error::Network)
    }

    async fn recv_from(&self, buf: &mut [u8]) -> sntpc::Result<(usize, SocketAddr)> {
        let received = self.0.recv_from(buf);
        received.map_err(|_| sntpc::Error::Network)
    }
}
