//! The server's addresses, and how to send it commands.

use super::net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpStream, UdpSocket};
use super::{PATIENCE, udp_to};
use std::fmt;
use std::io::{Read, Write};
use std::str::FromStr;

/// The addresses of the loopback server, and unused ones.
///
/// Each TCP connection begins with a line that contains a command for the server; a datagram that begins with `!` is a
/// command too.
#[derive(Debug, Clone, Copy)]
pub struct Peers {
    pub tcp: SocketAddr,
    /// Two sockets of the same server.
    pub udp: [SocketAddr; 2],
    /// A TCP port that refuses.
    pub no_tcp: SocketAddr,
    /// A UDP port that refuses.
    pub no_udp: SocketAddr,
    /// A broadcast address on which the server listens, if the machine has one on loopback.
    pub everybody: Option<SocketAddr>,
    /// The server's TCP and UDP ports on `::1`, if the machine has it.
    pub v6: Option<(SocketAddr, SocketAddr)>,
}

/// Represents a missing address.
const NOBODY: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, 0));

impl Peers {
    /// Connects, and sends the server a command for the connection.
    #[track_caller]
    pub fn tell(&self, what: impl fmt::Display) -> TcpStream {
        let mut stream = TcpStream::connect(self.tcp).unwrap();
        // Waiting longer would be in vain.
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(format!("{what}\n").as_bytes()).unwrap();
        stream
    }

    /// Sends the server a command, and returns its output until it closes.
    #[track_caller]
    pub fn ask(&self, what: impl fmt::Display) -> String {
        let mut answer = String::new();
        self.tell(what).read_to_string(&mut answer).unwrap();
        answer
    }

    /// Releases a connection of this name that the server holds, and waits until that has happened.
    #[track_caller]
    pub fn let_go(&self, name: &str) {
        assert_eq!(self.ask(format!("go {name}")), "gone on");
    }

    /// Waits for the end of a connection that the server records, and returns the record.
    #[track_caller]
    pub fn record(&self, name: &str) -> String {
        self.ask(format!("recorded {name}"))
    }

    /// Returns a UDP socket that is connected to the server.
    #[track_caller]
    pub fn udp(&self) -> UdpSocket {
        let socket = udp_to(self.udp[0]).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        socket
    }

    /// Waits until the first UDP socket has replied to every earlier datagram.
    #[track_caller]
    pub fn wait_for_answers(&self) {
        // It replies in order: when it has replied to this one, it has replied to the earlier ones.
        let other = self.udp();
        other.send(b"now?").unwrap();
        other.recv(&mut [0; 8]).unwrap();
    }

    /// Makes the first UDP socket send the replies that it holds back, and waits until that has happened.
    #[track_caller]
    pub fn release(&self) {
        let other = self.udp();
        other.send(b"!release").unwrap();
        other.recv(&mut [0; 8]).unwrap();
    }
}

impl fmt::Display for Peers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, second] = self.udp;
        let (no_tcp, no_udp) = (self.no_tcp, self.no_udp);
        write!(f, "{} {first} {second} {no_tcp} {no_udp}", self.tcp)?;
        // As text there is always one: a missing one is written as the unspecified address.
        write!(f, " {}", self.everybody.unwrap_or(NOBODY))?;
        match self.v6 {
            Some((tcp, udp)) => write!(f, " {tcp} {udp}"),
            None => Ok(()),
        }
    }
}

impl FromStr for Peers {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let addrs: Result<Vec<SocketAddr>, _> = text.split(' ').map(str::parse).collect();
        match addrs.as_deref() {
            Ok(&[tcp, first, second, no_tcp, no_udp, everybody, ref v6 @ ..]) => Ok(Self {
                tcp,
                udp: [first, second],
                no_tcp,
                no_udp,
                everybody: Some(everybody).filter(|addr| *addr != NOBODY),
                v6: v6.first().copied().zip(v6.last().copied()),
            }),
            _ => Err(format!("not at least six addresses: {text}")),
        }
    }
}
