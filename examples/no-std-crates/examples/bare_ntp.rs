//! NTP without std, with `sntpc`: asks a server for the time.
//!
//! Input: `ADDRESS`, for example `127.0.0.1:123`. Output: the server's time in seconds since 1970, and its stratum.
//! Without a clock the delay of the response is unknown: the time may be a few seconds old, but never more than the
//! host's wait.

#![cfg(target_family = "wasm")]
#![no_std]

use core::fmt::Write;
use core::net::SocketAddr;
use embassy_futures::block_on;
use harness_wasi_sockets::embedded::UdpSocket;
use heapless::String;
use no_std_crate_guests::guest;
use no_std_crate_guests::plugin::{Failed, failed, output};
use sntpc::{NtpContext, NtpTimestampGenerator, NtpUdpSocket};

guest!(ask);

/// The first second of 2026, a time in the past. NTP's time wraps around every 136 years, so the crate must know the
/// approximate date.
const PASSED: u64 = 1_767_225_600;

fn ask(address: &str) -> Result<(), Failed> {
    let server: SocketAddr = address.parse().map_err(|why| failed("the address", why))?;
    let socket = Socket {
        socket: UdpSocket::connect(server).map_err(|why| failed("connecting", why))?,
        server,
    };
    // All futures here are ready at the first poll.
    let time = block_on(sntpc::get_time(server, &socket, NtpContext::new(NoClock)));
    let time = time.map_err(|why| failed("the answer", why))?;
    let mut text = String::<64>::new();
    let _ = write!(text, "{} {}", time.seconds, time.stratum);
    output(text.as_bytes())
}

/// A clock that stands still.
#[derive(Clone, Copy)]
struct NoClock;

impl NtpTimestampGenerator for NoClock {
    fn init(&mut self) {}

    fn timestamp_sec(&self) -> u64 {
        PASSED
    }

    fn timestamp_subsec_micros(&self) -> u32 {
        0
    }
}

/// The crate requires a socket with its own trait.
struct Socket {
    socket: UdpSocket,
    server: SocketAddr,
}

impl NtpUdpSocket for Socket {
    async fn send_to(&self, buf: &[u8], _addr: SocketAddr) -> sntpc::Result<usize> {
        let sent = self.socket.send(buf);
        sent.map_err(|_| sntpc::Error::Network)
    }

    async fn recv_from(&self, buf: &mut [u8]) -> sntpc::Result<(usize, SocketAddr)> {
        let received = self.socket.recv(buf);
        let n = received.map_err(|_| sntpc::Error::Network)?;
        Ok((n, self.server))
    }
}
