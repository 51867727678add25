//! ICMP echo, with std's types.

use crate::embedded::{self, PingStats, Pinged};
use core::time::Duration;
use std::io;
use std::net::IpAddr;

/// Sends ICMP echo requests and receives ICMP packets.
///
/// The host needs the right to open raw sockets; without it every call fails. It receives *all* ICMP packets of its
/// machine, including those of other programs: check a packet's type, source, sequence number and data before you
/// accept it as a reply. A host that opens its raw socket only during a receive misses replies that arrived before.
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

/// An ICMP packet, as the host reports it.
///
/// # Example
/// ```no_run
/// use harness_wasi_sockets::IcmpSocket;
///
/// # fn example() -> std::io::Result<()> {
/// let packet = IcmpSocket::new().recv(5000)?;
/// if packet.icmp_type == 3 {
///     println!("{} says that something is unreachable", packet.source);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct IcmpResponse {
    /// The packet's source: an IP address as text.
    pub source: String,
    /// The ICMP type: 0 is an echo reply (129 in ICMPv6), 3 destination unreachable, 8 an echo
    /// request, 11 time exceeded.
    pub icmp_type: u8,
    /// The ICMP code, a subtype of the type.
    pub code: u8,
    /// The echo id, if it is an echo packet.
    pub id: Option<u16>,
    /// The echo sequence number, if it is an echo packet.
    pub seq: Option<u16>,
    /// The payload.
    pub data: Vec<u8>,
}

/// The reply to a ping.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PingReply {
    /// The reply's source: an IP address as text.
    pub source: String,
    /// The sequence number of the request that was answered.
    pub seq: u16,
    /// How many requests were sent before a reply arrived.
    pub requests: u16,
    /// The time from that request to the reply, if the plugin has a real clock.
    pub round_trip: Option<Duration>,
}

impl IcmpSocket {
    /// Creates a socket. It does not call the host, which opens a socket when it needs one.
    #[must_use]
    pub fn new() -> IcmpSocket {
        IcmpSocket::default()
    }

    /// Sends an echo request to `target`: a name, an IPv4 address or an IPv6 address (without brackets, without a
    /// port). The host decides whether it can ping IPv6: the reference host can, the production host cannot.
    ///
    /// # Errors
    /// Kind `InvalidInput`, before the host is called, if `target` is none of these or the payload is longer than
    /// 65,507 bytes; `Other` if the host did not send the request; `OutOfMemory` if the kernel has no memory for it.
    pub fn send(&self, target: &str, payload: &[u8], seq: u16) -> io::Result<()> {
        Ok(self.socket.send(target, payload, seq)?)
    }

    /// Waits up to `timeout_ms` milliseconds for any ICMP packet.
    ///
    /// # Errors
    /// Kind `TimedOut` if no packet arrived; `Other` if there is a clock and the host gave up at once; `InvalidData` if
    /// the host's report
    ///
    /// * is not JSON of the agreed form,
    /// * is longer than 8,192 bytes,
    /// * is nested more than 16 levels deep,
    /// * has more than 1,500 bytes of data,
    /// * or has a source that is longer than 64 bytes or not printable ASCII.
    ///
    /// Values of unknown keys are skipped and not checked: `{"ttl":NaN, ...}` is not an error. NULs at the very end are
    /// ignored. A report of only NULs counts as no packet.
    pub fn recv(&self, timeout_ms: u32) -> io::Result<IcmpResponse> {
        let packet = self.socket.recv(timeout_ms)?;
        Ok(IcmpResponse {
            source: packet.source().to_owned(),
            icmp_type: packet.icmp_type,
            code: packet.code,
            id: packet.id,
            seq: packet.seq,
            data: packet.data().to_vec(),
        })
    }

    #[doc = include_str!("../embedded/icmp/ping.md")]
    ///
    /// # Errors
    /// Kind `TimedOut` if no reply arrived; a later one is lost to this ping. `InvalidInput` if `target` is invalid or
    /// the payload longer than 1,472 bytes; `Other` if the host did not send a request or, with a clock, does not
    /// receive ICMP; `OutOfMemory` if the kernel has no memory for a request.
    ///
    /// # Example
    /// ```no_run
    /// use harness_wasi_sockets::IcmpSocket;
    ///
    /// fn main() -> std::io::Result<()> {
    ///     let reply = IcmpSocket::new().ping("127.0.0.1", b"are you there?", 1, 5000)?;
    ///     println!("{} answered, in {:?}", reply.source, reply.round_trip);
    ///     Ok(())
    /// }
    /// ```
    pub fn ping(
        &self,
        target: &str,
        payload: &[u8],
        seq: u16,
        timeout_ms: u32,
    ) -> io::Result<PingReply> {
        Ok(self.socket.ping(target, payload, seq, timeout_ms)?.into())
    }
}

#[doc = include_str!("../embedded/icmp/pings.md")]
///
/// # Example
/// ```no_run
/// use harness_wasi_sockets::{IcmpSocket, Pinged};
///
/// fn main() -> std::io::Result<()> {
///     let mut pings = IcmpSocket::new().pings("192.0.2.1", b"are you there?", 4);
///     for pinged in &mut pings {
///         match pinged? {
///             Pinged::Reply(reply) => println!("{} after {:?}", reply.seq, reply.round_trip),
///             Pinged::Lost(seq) => println!("{seq} is lost"),
///             _ => {}
///         }
///     }
///     println!("{:?} on average", pings.stats().mean());
///     Ok(())
/// }
/// ```
#[derive(Debug)]
pub struct Pings<'a> {
    pings: embedded::Pings<'a>,
}

impl IcmpSocket {
    /// Pings `target` `count` times when the [`Pings`] are iterated over. Nothing is sent before.
    ///
    /// The payload may have up to 1,472 bytes.
    #[must_use]
    pub fn pings<'a>(&self, target: &'a str, payload: &'a [u8], count: u32) -> Pings<'a> {
        Pings {
            pings: self.socket.pings(target, payload, count),
        }
    }
}

impl Pings<'_> {
    /// Sets the time between two requests, in milliseconds. The default is one second.
    #[must_use]
    pub fn interval(self, ms: u32) -> Self {
        Self {
            pings: self.pings.interval(ms),
        }
    }

    /// Sets how long to wait for a reply, in milliseconds. The default is 5 s.
    ///
    /// It is rounded up to whole intervals, except for the last request. At most 16 requests are open at a time:
    /// sending another one ends the wait for the oldest.
    #[must_use]
    pub fn timeout(self, ms: u32) -> Self {
        Self {
            pings: self.pings.timeout(ms),
        }
    }

    /// Sets the sequence number of the next request. Later ones count up by one and wrap around after 65,535. The
    /// default is 0.
    #[must_use]
    pub fn first_seq(self, seq: u16) -> Self {
        Self {
            pings: self.pings.first_seq(seq),
        }
    }

    /// Returns the counts and times of the pings so far.
    #[must_use]
    pub fn stats(&self) -> PingStats {
        self.pings.stats()
    }
}

/// Blocks until a reply arrives or a request is lost: for at most an interval and the timeout. Ends when all requests
/// are answered or lost, or after an error (of the same kinds as [`ping`](IcmpSocket::ping), except `TimedOut`).
impl Iterator for Pings<'_> {
    type Item = io::Result<Pinged<PingReply>>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(match self.pings.next()? {
            Ok(Pinged::Reply(reply)) => Ok(Pinged::Reply(reply.into())),
            Ok(Pinged::Duplicate(reply)) => Ok(Pinged::Duplicate(reply.into())),
            Ok(Pinged::Lost(seq)) => Ok(Pinged::Lost(seq)),
            Err(error) => Err(error.into()),
        })
    }
}

impl core::iter::FusedIterator for Pings<'_> {}

impl From<embedded::PingReply> for PingReply {
    fn from(reply: embedded::PingReply) -> Self {
        Self {
            source: reply.source().to_owned(),
            seq: reply.seq,
            requests: reply.requests,
            round_trip: reply.round_trip,
        }
    }
}

impl IcmpResponse {
    /// Creates a packet without an id and a sequence number, for tests of code that handles packets.
    ///
    /// # Example
    /// ```
    /// use harness_wasi_sockets::IcmpResponse;
    ///
    /// let mut reply = IcmpResponse::new("192.0.2.1", 0, 0, "are you there?");
    /// (reply.id, reply.seq) = (Some(1), Some(7));
    /// assert!(reply.source_ip().is_some_and(|ip| ip.is_ipv4()));
    /// ```
    #[must_use]
    pub fn new(
        source: impl Into<String>,
        icmp_type: u8,
        code: u8,
        data: impl Into<Vec<u8>>,
    ) -> IcmpResponse {
        IcmpResponse {
            source: source.into(),
            icmp_type,
            code,
            id: None,
            seq: None,
            data: data.into(),
        }
    }

    /// Returns the packet's source if it parses as an IP address. One with a scope does not.
    #[must_use]
    pub fn source_ip(&self) -> Option<IpAddr> {
        self.source.parse().ok()
    }
}

impl PingReply {
    /// Creates a reply to the first request of a ping, for tests of code that pings.
    ///
    /// # Example
    /// ```
    /// use harness_wasi_sockets::PingReply;
    /// use std::time::Duration;
    ///
    /// let mut reply = PingReply::new("192.0.2.1", 7);
    /// assert_eq!((reply.seq, reply.requests), (7, 1));
    /// reply.round_trip = Some(Duration::from_millis(12));
    /// ```
    #[must_use]
    pub fn new(source: impl Into<String>, seq: u16) -> PingReply {
        PingReply {
            source: source.into(),
            seq,
            requests: 1,
            round_trip: None,
        }
    }

    /// Returns the reply's source if it parses as an IP address. One with a scope does not.
    #[must_use]
    pub fn source_ip(&self) -> Option<IpAddr> {
        self.source.parse().ok()
    }
}
