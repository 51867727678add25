//! ICMP echo, with std's types.

use crate::embedded;
use std::io;
use std::net::IpAddr;

/// Sends ICMP echo requests and receives ICMP packets.
///
/// The host needs the right to open raw sockets; without it every call fails. It hears *all* ICMP
/// packets of its machine, so what is received may be anybody's: look at its type, source, sequence
/// number and data before you take it for a reply. A host that opens its raw socket only in the
/// receive misses replies that came before.
///
/// # Example
/// ```no_run
/// use harness_wasi_sockets::IcmpSocket;
///
/// fn main() -> std::io::Result<()> {
///     let socket = IcmpSocket::new();
///     socket.send("8.8.8.8", b"Hello, ICMP!", 1)?;
///     let response = socket.recv(5000)?;
///     println!("Received from {}: type={}", response.source, response.icmp_type);
///     Ok(())
/// }
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct IcmpSocket {
    socket: embedded::IcmpSocket,
}

/// An ICMP packet, as the host tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct IcmpResponse {
    /// Where the packet came from: an IP address as text.
    pub source: String,
    /// The ICMP type: 0 is an echo reply (129 in ICMPv6), 3 destination unreachable, 8 an echo
    /// request, 11 time exceeded.
    pub icmp_type: u8,
    /// The ICMP code, which says more within the type.
    pub code: u8,
    /// The echo id, if it is an echo packet.
    pub id: Option<u16>,
    /// The echo sequence number, if it is an echo packet.
    pub seq: Option<u16>,
    /// The payload.
    pub data: Vec<u8>,
}

impl IcmpSocket {
    /// Makes a socket. Nothing is opened: the host does that as it needs.
    #[must_use]
    pub fn new() -> IcmpSocket {
        IcmpSocket::default()
    }

    /// Sends an echo request to `target`: a name, an IPv4 address or an IPv6 address (without
    /// brackets, without a port).
    ///
    /// # Errors
    /// Kind `InvalidInput`, before the host is called, if `target` is none of these or the payload
    /// is longer than 65,507 bytes; `Other` if the host did not send it.
    pub fn send(&self, target: &str, payload: &[u8], seq: u16) -> io::Result<()> {
        Ok(self.socket.send(target, payload, seq)?)
    }

    /// Waits up to `timeout_ms` milliseconds for an ICMP packet, anybody's.
    ///
    /// # Errors
    /// Kind `TimedOut` if none came; `Other` if there is a clock and the host gave up at once;
    /// `InvalidData` if the host's report is not JSON of the agreed form, or longer than 8,192
    /// bytes, or has more than 1,500 bytes of data.
    pub fn recv(&self, timeout_ms: u32) -> io::Result<IcmpResponse> {
        let packet = self.socket.recv(timeout_ms)?;
        Ok(IcmpResponse {
            source: packet.source.as_str().to_owned(),
            icmp_type: packet.icmp_type,
            code: packet.code,
            id: packet.id,
            seq: packet.seq,
            data: packet.data.to_vec(),
        })
    }
}

impl IcmpResponse {
    /// Where the packet came from, if its source reads as an IP address (one with a scope does
    /// not).
    #[must_use]
    pub fn source_ip(&self) -> Option<IpAddr> {
        self.source.parse().ok()
    }
}
