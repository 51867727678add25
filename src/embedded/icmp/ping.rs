//! A ping: an echo request, and the reply that is really its own.

use super::IcmpSocket;
use crate::Error;
use crate::host::Host;
use crate::json::{IcmpResponse, MOST_SOURCE};
use crate::patience::real_time;
use core::net::IpAddr;
use core::time::Duration;
use heapless::String;

/// The most bytes of payload whose reply a host reports whole.
const MOST_PAYLOAD: usize = 1_472;
/// The most requests in one ping.
const MOST_REQUESTS: usize = 8;
/// The least time between two requests, in milliseconds.
const INTERVAL_MS: u32 = 1_000;
/// How many packets that are somebody else's are passed over before the next request. Without a
/// clock each of them may have taken the whole wait; so there must be an end to them.
const MOST_STRANGERS: u32 = 64;

/// The reply to a ping.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PingReply {
    /// Where the reply came from: an IP address as text.
    pub source: String<MOST_SOURCE>,
    /// The sequence number of the request that was answered.
    pub seq: u16,
    /// How many requests were sent before a reply was heard.
    pub requests: u16,
    /// How long it took from that request to the reply, if the plugin has a clock that is real.
    pub round_trip: Option<Duration>,
}

/// The requests of one ping.
struct Requests<'a> {
    payload: &'a [u8],
    /// The target, if it is an address: then only its own reply will do.
    target: Option<IpAddr>,
    /// The sequence number of the first request; each further one has the next.
    first: u16,
    /// When each was sent, where there is a clock. As many as have been sent.
    sent_at: heapless::Vec<Option<Duration>, MOST_REQUESTS>,
}

impl<H: Host> IcmpSocket<H> {
    /// Sends an echo request to `target` with the sequence number `seq`, and waits up to
    /// `timeout_ms` milliseconds for its reply.
    ///
    /// The host hears all ICMP packets of its machine, so a reply counts only if it is one: an echo
    /// reply with this payload and sequence number, from `target` itself if that is an IP address.
    /// (The host gives every request the same echo id. If two pings may run at once, give them
    /// different payloads.) A host that opens its socket only to receive may miss a reply that was
    /// quicker; so up to 7 more requests are sent, with the numbers that follow, at intervals of a
    /// second or an eighth of the timeout, whichever is longer.
    ///
    /// # Errors
    /// [`Error::TimedOut`] if no reply came. [`Error::InvalidInput`] if the payload is longer than
    /// 1,472 bytes; otherwise as [`send`](IcmpSocket::send), and [`Error::NotHeard`] as
    /// [`recv`](IcmpSocket::recv).
    pub fn ping(
        &self,
        target: &str,
        payload: &[u8],
        seq: u16,
        timeout_ms: u32,
    ) -> Result<PingReply, Error> {
        if payload.len() > MOST_PAYLOAD {
            return Err(Error::InvalidInput);
        }
        let mut requests = Requests {
            payload,
            target: target.parse().ok(),
            first: seq,
            sent_at: heapless::Vec::new(),
        };
        let interval = (timeout_ms / MOST_REQUESTS as u32).max(INTERVAL_MS);
        let mut left = timeout_ms;
        loop {
            let next = requests.next();
            if requests.sent_at.push(real_time(&self.host)).is_err() {
                return Err(Error::TimedOut);
            }
            self.send(target, payload, next)?;
            let wait = interval.min(left);
            left = left.saturating_sub(wait);
            if let Some(reply) = self.reply_to(&requests, wait)? {
                return Ok(reply);
            }
            if left == 0 {
                return Err(Error::TimedOut);
            }
        }
    }

    /// Listens until a reply comes or `wait_ms` milliseconds have passed.
    fn reply_to(&self, requests: &Requests<'_>, wait_ms: u32) -> Result<Option<PingReply>, Error> {
        let since = real_time(&self.host);
        let mut left = wait_ms;
        for _ in 0..MOST_STRANGERS {
            match self.recv(left) {
                Ok(packet) => {
                    let reply = requests.reply(packet, real_time(&self.host));
                    if reply.is_some() {
                        return Ok(reply);
                    }
                }
                // A report that cannot be read is not of our packet: ours is well within the limits.
                Err(Error::InvalidData) => {}
                Err(Error::TimedOut) => return Ok(None),
                Err(error) => return Err(error),
            }
            if let Some((since, now)) = since.zip(self.host.now()) {
                let passed = now.saturating_sub(since).as_millis();
                left = wait_ms.saturating_sub(u32::try_from(passed).unwrap_or(u32::MAX));
                if left == 0 {
                    return Ok(None);
                }
            }
        }
        Ok(None)
    }
}

impl Requests<'_> {
    /// The sequence number of the next request.
    fn next(&self) -> u16 {
        self.first.wrapping_add(self.sent_at.len() as u16)
    }

    /// The reply that a packet is, if it is the reply to one of the requests.
    fn reply(&self, packet: IcmpResponse, now: Option<Duration>) -> Option<PingReply> {
        let reply_type = if packet.source.contains(':') { 129 } else { 0 };
        let from_target = match self.target {
            Some(target) => packet.source.parse() == Ok(target),
            None => true,
        };
        if packet.icmp_type != reply_type
            || packet.code != 0
            || packet.data != self.payload
            || !from_target
        {
            return None;
        }
        let seq = packet.seq?;
        let number = usize::from(seq.wrapping_sub(self.first));
        let sent_at = *self.sent_at.get(number)?;
        let round_trip = now
            .zip(sent_at)
            .and_then(|(now, sent_at)| now.checked_sub(sent_at));
        Some(PingReply {
            source: packet.source,
            seq,
            requests: self.sent_at.len() as u16,
            // A clock that has not moved at all was not watching.
            round_trip: round_trip.filter(|time| !time.is_zero()),
        })
    }
}
