//! A server that answers lines of text.

use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::tcp::{TcpPeer, read};

/// A line longer than this ends the connection.
const LONGEST_LINE: usize = 64 * 1024;

/// A TCP server that answers every line `TEXT` with the line `you said: TEXT`.
#[derive(Debug)]
pub struct LineServer(TcpPeer);

impl LineServer {
    /// Listens on `127.0.0.1`.
    pub fn v4() -> io::Result<Self> {
        Self::start(Ipv4Addr::LOCALHOST.into())
    }

    /// Listens on `[::1]`.
    pub fn v6() -> io::Result<Self> {
        Self::start(Ipv6Addr::LOCALHOST.into())
    }

    /// Listens on a free port of this address.
    pub fn start(ip: IpAddr) -> io::Result<Self> {
        TcpPeer::start(ip, |mut stream, stop| {
            let mut buffer = [0; 1024];
            let mut pending = Vec::new();
            while let Some(n) = read(&mut stream, stop, &mut buffer) {
                pending.extend_from_slice(&buffer[..n]);
                while let Some(end) = pending.iter().position(|byte| *byte == b'\n') {
                    let line: Vec<u8> = pending.drain(..=end).collect();
                    stream.write_all(&[b"you said: ", line.as_slice()].concat())?;
                }
                if pending.len() > LONGEST_LINE {
                    break;
                }
            }
            Ok(())
        })
        .map(LineServer)
    }

    /// Where the server listens.
    pub fn addr(&self) -> SocketAddr {
        self.0.addr()
    }
}
