//! A ping: an echo request and its reply.

use super::IcmpSocket;
use super::response::{IcmpResponse, checked_source};
use crate::Error;
use crate::address;
use crate::host::Host;
use crate::json::Source;
use crate::patience::{MS, real_time};
use core::net::{IpAddr, Ipv4Addr};
use core::time::Duration;

/// The longest payload, in bytes, whose reply a host reports in full.
const MOST_REPORTED: usize = 1_472;
/// The maximum number of requests in one ping.
const MOST_REQUESTS: usize = 8;
/// The minimum time between two requests, in milliseconds.
const INTERVAL_MS: u32 = 1_000;
/// The distance between the sequence numbers of a ping's requests. It is as large as 16 bits allow, so that a late
/// reply to one of them does not match a ping with a nearby number.
const STRIDE: u16 = (u16::MAX as usize / MOST_REQUESTS) as u16 + 1;
/// The shortest wait after another packet, in milliseconds.
const SHORTEST_MS: u32 = 2;
/// Without a clock, a wait ends once its doubtful time is more than this many times its length.
const MOST_DOUBT: u32 = 4;

/// The reply to a ping.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PingReply {
    source: Source,
    /// The sequence number of the request that was answered.
    pub seq: u16,
    /// How many requests were sent before a reply arrived.
    pub requests: u16,
    /// The time from that request to the reply, if the plugin has a real clock.
    pub round_trip: Option<Duration>,
}

impl PingReply {
    /// Creates a reply to the first request of a ping, for tests of code that pings.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the source is longer than 64 bytes or not printable ASCII.
    ///
    /// # Example
    /// ```
    /// use core::time::Duration;
    /// use harness_wasi_sockets::embedded::PingReply;
    ///
    /// let mut reply = PingReply::new("192.0.2.1", 7)?;
    /// assert_eq!((reply.seq, reply.requests), (7, 1));
    /// reply.round_trip = Some(Duration::from_millis(12));
    /// # Ok::<(), harness_wasi_sockets::Error>(())
    /// ```
    pub fn new(source: &str, seq: u16) -> Result<Self, Error> {
        Ok(Self {
            source: checked_source(source)?,
            seq,
            requests: 1,
            round_trip: None,
        })
    }

    /// Returns the reply's source: an IP address as text.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Returns the reply's source if it parses as an IP address. One with a scope does not.
    #[must_use]
    pub fn source_ip(&self) -> Option<IpAddr> {
        address::ip(self.source.as_bytes())
    }
}

/// What identifies a reply: the target and the payload of the requests.
pub(super) struct Sent<'a> {
    pub(super) target: &'a str,
    pub(super) payload: &'a [u8],
    place: Place<'a>,
}

/// The requests of one ping.
struct Requests<'a> {
    sent: Sent<'a>,
    /// The sequence number of the first request.
    first: u16,
    /// When each request was sent, in nanoseconds, if there is a clock.
    sent_at: heapless::Vec<Option<u64>, MOST_REQUESTS>,
}

impl<H: Host> IcmpSocket<H> {
    #[doc = include_str!("ping.md")]
    ///
    /// # Errors
    /// [`Error::TimedOut`] if no reply arrived; a later one is lost to this ping. [`Error::InvalidInput`] if the
    /// payload is longer than 1,472 bytes; otherwise as [`send`](IcmpSocket::send), and [`Error::NotHeard`] as for
    /// [`recv`](IcmpSocket::recv).
    pub fn ping(
        &self,
        target: &str,
        payload: &[u8],
        seq: u16,
        timeout_ms: u32,
    ) -> Result<PingReply, Error> {
        let mut requests = Requests {
            sent: Sent::new(target, payload)?,
            first: seq,
            sent_at: heapless::Vec::new(),
        };
        let interval = timeout_ms.div_ceil(MOST_REQUESTS as u32).max(INTERVAL_MS);
        let mut left = timeout_ms;
        loop {
            let next = requests.next();
            if requests.sent_at.push(real_time(&self.host)).is_err() {
                return Err(Error::TimedOut);
            }
            self.send(target, payload, next)?;
            let wait = interval.min(left);
            left = left.saturating_sub(wait);
            let mut wait = Wait::new(&self.host, wait);
            if let Some(reply) = wait.listen(self, |packet, now| requests.reply(packet, now))? {
                return Ok(reply);
            }
            if left == 0 {
                return Err(Error::TimedOut);
            }
        }
    }
}

/// A wait for packets: its length, and how much of it has passed. Times are in milliseconds unless stated otherwise.
///
/// A receive without a packet took its whole timeout, whatever a clock says. A receive that returned another packet
/// took less, and only a clock can tell how much. Without one it counts as nothing, and there is a limit to how long
/// all of these may have taken. The receives after a packet are short, each about as long as the silence since then.
/// This keeps the doubtful time small.
#[derive(Debug)]
pub(super) struct Wait {
    wait: u32,
    left: u32,
    over: bool,
    /// When the wait began by the clock, in nanoseconds.
    since: Option<u64>,
    /// How long the wait has lasted by the clock, in nanoseconds.
    told: u64,
    /// How long it has been silent since the last packet.
    quiet: u32,
    /// How long the receives without a packet took.
    certain: u32,
    /// How long the receives with a packet may have taken.
    doubtful: u32,
}

impl Wait {
    pub(super) fn new<H: Host>(host: &H, wait: u32) -> Self {
        Self {
            wait,
            left: wait,
            over: false,
            since: real_time(host),
            told: 0,
            quiet: u32::MAX,
            certain: 0,
            doubtful: 0,
        }
    }

    /// Returns the length of the wait.
    pub(super) const fn length(&self) -> u32 {
        self.wait
    }

    /// Listens until `own` accepts a packet or the wait ends. `own` also gets the time.
    pub(super) fn listen<H: Host, T>(
        &mut self,
        socket: &IcmpSocket<H>,
        mut own: impl FnMut(IcmpResponse, Option<u64>) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        while !self.over {
            let listen = self.quiet.saturating_add(SHORTEST_MS).min(self.left);
            let heard = socket.recv(listen);
            let now = self.since.and_then(|_| real_time(&socket.host));
            // If the clock is a second ahead of the whole wait, it has jumped.
            let most = u64::from(self.wait.saturating_add(1_000)).wrapping_mul(MS);
            let clock = between(self.since, now);
            let clock = clock.filter(|clock| *clock <= most).unwrap_or(0);
            let (packet, found) = match heard {
                Ok(packet) => (true, own(packet, now)),
                // An invalid report is not about our packet, which is well within the limits.
                Err(Error::InvalidData) => (true, None),
                Err(Error::TimedOut) => (false, None),
                Err(error) => return Err(error),
            };
            if packet {
                self.quiet = 0;
                if clock <= self.told {
                    self.doubtful = self.doubtful.saturating_add(listen);
                }
            } else if listen == self.left {
                // The whole wait has passed, even if a coarse clock does not show it yet.
                break;
            } else {
                self.quiet = self.quiet.saturating_add(listen);
                self.certain = self.certain.saturating_add(listen);
            }
            self.told = self.told.max(clock);
            let passed = self.certain.max((self.told / MS) as u32);
            self.left = self.wait.saturating_sub(passed);
            self.over = self.left == 0 || self.doubtful > self.wait.saturating_mul(MOST_DOUBT);
            if found.is_some() {
                return Ok(found);
            }
        }
        self.over = true;
        Ok(None)
    }
}

/// How long a reply took. `None` if the clock did not advance: then it is not a real clock.
pub(super) fn round_trip(sent_at: Option<u64>, now: Option<u64>) -> Option<Duration> {
    let time = between(sent_at, now).filter(|time| *time != 0);
    time.map(Duration::from_nanos)
}

/// The time between two readings of a clock. `None` if it ran backwards.
fn between(then: Option<u64>, now: Option<u64>) -> Option<u64> {
    now.zip(then).and_then(|(now, then)| now.checked_sub(then))
}

/// Converts an IPv4-mapped IPv6 address to IPv4. (Like `to_canonical`, but half as much code.)
fn canonical(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V6(v6) if v6.to_bits() >> 32 == 0xffff => {
            Ipv4Addr::from_bits(v6.to_bits() as u32).into()
        }
        _ => ip,
    }
}

/// The target or source of a packet.
struct Place<'a> {
    /// The address, if it is one. An IPv4-mapped address is IPv4.
    ip: Option<IpAddr>,
    /// The scope; empty if there is none.
    scope: &'a [u8],
}

impl<'a> Place<'a> {
    fn new(text: &'a str) -> Self {
        let mut parts = text.as_bytes().splitn(2, |byte| *byte == b'%');
        Self {
            ip: parts.next().and_then(address::ip).map(canonical),
            scope: parts.next().unwrap_or_default(),
        }
    }

    /// Whether a packet sent to `target` can be answered from this source.
    fn answers(&self, target: &Place<'_>) -> bool {
        let Some(ip) = target.ip else {
            // A name: only the host knows its address.
            return true;
        };
        let many = ip.is_unspecified() || ip.is_multicast() || ip == Ipv4Addr::BROADCAST;
        many || self.ip == target.ip && self.same_scope(target)
    }

    /// A scope is a number or a name. Only the host knows which number has which name.
    fn same_scope(&self, other: &Place<'_>) -> bool {
        let is_number = |scope: &[u8]| scope.iter().all(u8::is_ascii_digit);
        self.scope == other.scope
            || self.scope.is_empty()
            || other.scope.is_empty()
            || is_number(self.scope) != is_number(other.scope)
    }
}

impl<'a> Sent<'a> {
    pub(super) fn new(target: &'a str, payload: &'a [u8]) -> Result<Self, Error> {
        if payload.len() > MOST_REPORTED {
            return Err(Error::InvalidInput);
        }
        Ok(Self {
            target,
            payload,
            place: Place::new(target),
        })
    }

    /// Whether a packet is a reply to one of these requests, whatever its sequence number.
    pub(super) fn is_answered_by(&self, packet: &IcmpResponse) -> bool {
        let source = Place::new(&packet.source);
        let reply_type = match source.ip {
            Some(IpAddr::V6(_)) => 129,
            _ => 0,
        };
        // Some machines return less than they received.
        packet.icmp_type == reply_type
            && packet.code == 0
            && self.payload.starts_with(&packet.data)
            && packet.data.is_empty() == self.payload.is_empty()
            && source.answers(&self.place)
    }
}

impl PingReply {
    /// Creates the reply from a packet.
    pub(super) fn of(
        packet: IcmpResponse,
        seq: u16,
        requests: u16,
        round_trip: Option<Duration>,
    ) -> Self {
        Self {
            source: packet.source,
            seq,
            requests,
            round_trip,
        }
    }
}

impl Requests<'_> {
    /// The sequence number of the next request.
    fn next(&self) -> u16 {
        let sent = self.sent_at.len() as u16;
        self.first.wrapping_add(sent.wrapping_mul(STRIDE))
    }

    /// Returns the reply if a packet answers one of the requests.
    fn reply(&self, packet: IcmpResponse, now: Option<u64>) -> Option<PingReply> {
        if !self.sent.is_answered_by(&packet) {
            return None;
        }
        let seq = packet.seq?;
        // The upper bits are the request's index. If the lower bits are not 0, the index is out of range.
        let behind = seq.wrapping_sub(self.first);
        let number = usize::from(behind.rotate_left(MOST_REQUESTS.ilog2()));
        let sent_at = *self.sent_at.get(number)?;
        let requests = self.sent_at.len() as u16;
        let round_trip = round_trip(sent_at, now);
        Some(PingReply::of(packet, seq, requests, round_trip))
    }
}

#[cfg(all(test, feature = "std"))]
mod tests;
