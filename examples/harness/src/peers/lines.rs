//! A server that replies to lines of text.

use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::tcp::{TcpPeer, read};

/// A longer line ends the connection.
const LONGEST_LINE: usize = 64 * 1024;

/// A TCP server that replies to each line with a line: `you said: TEXT`, or the result of a function.
///
/// ```
/// use harness_host::peers::LineServer;
///
/// // A server of a line-based protocol.
/// let server = LineServer::answering("127.0.0.1".parse()?, |line| match line {
///     "HELO" => "250 hello".to_owned(),
///     _ => "500 what?".to_owned(),
/// })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
        Self::answering(ip, |line| format!("you said: {line}"))
    }

    /// Listens on a free port of this address, and replies to each line with the result of the function, which gets the
    /// line without its line ending. Invalid UTF-8 in a line is replaced.
    pub fn answering<F>(ip: IpAddr, answer: F) -> io::Result<Self>
    where
        F: Fn(&str) -> String + Send + Sync + 'static,
    {
        TcpPeer::start(ip, move |mut stream, stop| {
            let mut buffer = [0; 1024];
            let mut pending = Vec::new();
            while let Some(n) = read(&mut stream, stop, &mut buffer) {
                pending.extend_from_slice(&buffer[..n]);
                while let Some(end) = pending.iter().position(|byte| *byte == b'\n') {
                    let line: Vec<u8> = pending.drain(..=end).collect();
                    let line = String::from_utf8_lossy(&line);
                    let answer = answer(line.trim_end_matches(['\r', '\n'])) + "\n";
                    stream.write_all(answer.as_bytes())?;
                }
                if pending.len() > LONGEST_LINE {
                    break;
                }
            }
            Ok(())
        })
        .map(LineServer)
    }

    /// Returns the address that the server listens on.
    pub fn addr(&self) -> SocketAddr {
        self.0.addr()
    }

    /// Returns how many connections were accepted.
    pub fn accepted(&self) -> usize {
        self.0.accepted()
    }

    /// Returns how many connections are open at the server's end.
    pub fn open(&self) -> usize {
        self.0.open()
    }
}
