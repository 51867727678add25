//! A ping: an echo request, and the reply that is really its own.

use super::IcmpSocket;
use crate::Error;
use crate::address;
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
/// How many packets that are somebody else's are passed over before the next request.
const MOST_STRANGERS: u32 = 64;

/// The reply to a ping.
///
/// # Example
/// ```no_run
/// use harness_wasi_sockets::embedded::IcmpSocket;
///
/// # fn example() -> Result<(), harness_wasi_sockets::Error> {
/// let reply = IcmpSocket::new().ping("127.0.0.1", b"there?", 1, 5000)?;
/// assert!(reply.requests >= 1);
/// # Ok(())
/// # }
/// ```
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
    /// second or an eighth of the timeout, whichever is longer. Where there is no real clock, other
    /// packets make the wait longer, since nobody can tell when they came: up to five times as long
    /// beside a flood of them.
    ///
    /// # Errors
    /// [`Error::TimedOut`] if no reply came. [`Error::InvalidInput`] if the payload is longer than
    /// 1,472 bytes; otherwise as [`send`](IcmpSocket::send), and [`Error::NotHeard`] as
    /// [`recv`](IcmpSocket::recv).
    ///
    /// # Example
    /// ```no_run
    /// use harness_wasi_sockets::embedded::IcmpSocket;
    ///
    /// # fn example() -> Result<(), harness_wasi_sockets::Error> {
    /// let reply = IcmpSocket::new().ping("192.0.2.1", b"there?", 1, 5000)?;
    /// let round_trip = reply.round_trip; // `None` where there is no clock
    /// # let _ = round_trip;
    /// # Ok(())
    /// # }
    /// ```
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
            target: ip(target),
            first: seq,
            sent_at: heapless::Vec::new(),
        };
        let interval = timeout_ms
            .checked_div(MOST_REQUESTS as u32)
            .unwrap_or(0)
            .max(INTERVAL_MS);
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
        for heard in 1..=MOST_STRANGERS {
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
            left = match since.zip(self.host.now()) {
                Some((since, now)) => {
                    let passed = now.saturating_sub(since).as_millis();
                    wait_ms.saturating_sub(u32::try_from(passed).unwrap_or(u32::MAX))
                }
                // Nobody can tell how long that took: it may have been all of the time. So the waits
                // become shorter, the second half as long, the third a third; together they are less
                // than five times the first, however many strangers there are.
                None => wait_ms.checked_div(heard.wrapping_add(1)).unwrap_or(0),
            };
            if left == 0 {
                return Ok(None);
            }
        }
        Ok(None)
    }
}

/// An IP address, with or without a scope.
fn ip(text: &str) -> Option<IpAddr> {
    address::ip(text.as_bytes().split(|byte| *byte == b'%').next()?)
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
            Some(target) => ip(&packet.source) == Some(target),
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

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;
    use crate::host::Native;
    use core::cell::{Cell, RefCell};
    use std::collections::VecDeque;

    /// A host that hears what it is told to, and whose clock is what it is told.
    struct Script {
        heard: RefCell<VecDeque<Option<std::string::String>>>,
        sent: RefCell<Vec<u16>>,
        now: Cell<Option<Duration>>,
        tick: Duration,
        /// The milliseconds that it has been given to hear something in, all together.
        allowed: Cell<u32>,
    }

    impl Script {
        fn new(heard: Vec<Option<std::string::String>>, tick: Option<Duration>) -> Self {
            Script {
                heard: RefCell::new(heard.into()),
                sent: RefCell::default(),
                now: Cell::new(tick.map(|_| Duration::from_secs(1))),
                tick: tick.unwrap_or_default(),
                allowed: Cell::new(0),
            }
        }
    }

    #[derive(Clone)]
    struct Hears<'a>(&'a Script);

    impl Host for Hears<'_> {
        fn icmp_send(&self, _target: u64, _payload: u64, _len: u64, seq: u16) -> u32 {
            self.0.sent.borrow_mut().push(seq);
            1
        }
        fn icmp_recv(&self, timeout_ms: u32) -> u64 {
            self.0.allowed.set(self.0.allowed.get() + timeout_ms);
            let pass = |ms| self.0.now.set(self.0.now.get().map(|now| now + ms));
            match self.0.heard.borrow_mut().pop_front().flatten() {
                Some(json) => {
                    pass(Duration::from_micros(1_500));
                    crate::Block::copy_of(json.as_bytes())
                        .unwrap()
                        .into_offset()
                }
                None => {
                    pass(Duration::from_millis(timeout_ms.into()));
                    0
                }
            }
        }
        fn now(&self) -> Option<Duration> {
            // A real clock's readings do not all take the same time.
            let nanos = self.0.now.get()?.subsec_nanos();
            let more = u32::from(self.0.tick < Duration::from_micros(1) && nanos % 3 == 0);
            let step = self.0.tick * (1 + more);
            self.0.now.set(self.0.now.get().map(|now| now + step));
            self.0.now.get()
        }
        crate::testing::no_sockets!();
        crate::testing::native_memory!();
    }

    fn report(source: &str, icmp_type: u8, seq: u16, data: &[u8]) -> Option<std::string::String> {
        Some(format!(
            r#"{{"source":"{source}","type":{icmp_type},"code":0,"id":1,"seq":{seq},"data":{data:?}}}"#
        ))
    }

    fn ping(
        target: &str,
        heard: Vec<Option<std::string::String>>,
        tick: Option<Duration>,
    ) -> (Result<PingReply, Error>, Vec<u16>) {
        let script = Script::new(heard, tick);
        let reply = IcmpSocket::new_in(Hears(&script)).ping(target, b"mine", 65_535, 5_000);
        assert_eq!(Native::live_blocks(), 0);
        (reply, script.sent.into_inner())
    }

    const REAL: Option<Duration> = Some(Duration::from_nanos(40));

    #[test]
    fn only_its_own_reply_will_do() {
        let strangers = vec![
            report("10.0.0.1", 8, 65_535, b"mine"), // our own request, heard on loopback
            report("10.0.0.2", 0, 65_535, b"mine"), // somebody else's address
            report("10.0.0.1", 0, 65_534, b"mine"), // another number
            report("10.0.0.1", 0, 0, b"mine"),      // a number that has not been sent yet
            report("10.0.0.1", 0, 65_535, b"mine!"), // another payload
            report("10.0.0.1", 129, 65_535, b"mine"), // a reply of the other protocol
            Some(r#"{"source":"10.0.0.1","type":3,"code":1}"#.to_owned()),
            Some("garbage".to_owned()),
        ];
        let mut heard = strangers.clone();
        heard.push(report("10.0.0.1", 0, 65_535, b"mine"));
        let (reply, sent) = ping("10.0.0.1", heard, REAL);
        let reply = reply.unwrap();
        assert_eq!(
            (reply.source.as_str(), reply.seq, reply.requests),
            ("10.0.0.1", 65_535, 1)
        );
        assert!(
            reply.round_trip.unwrap() >= Duration::from_millis(9),
            "nine packets' time"
        );
        assert_eq!(sent, [65_535]);

        let (reply, sent) = ping("10.0.0.1", strangers, REAL);
        assert_eq!(reply, Err(Error::TimedOut));
        assert_eq!(
            sent,
            [65_535, 0, 1, 2, 3],
            "a request a second, numbered on and round"
        );
    }

    #[test]
    fn a_reply_to_any_of_its_requests_will_do() {
        let late = vec![None, None, report("10.0.0.1", 0, 0, b"mine")];
        let (reply, sent) = ping("10.0.0.1", late, REAL);
        let reply = reply.unwrap();
        assert_eq!((reply.seq, reply.requests), (0, 3));
        let time = reply.round_trip.unwrap();
        assert!(
            (1_000..1_100).contains(&time.as_millis()),
            "{time:?} from its own request on"
        );
        assert_eq!(sent, [65_535, 0, 1]);
    }

    #[test]
    fn no_time_is_claimed_without_a_real_clock() {
        let clocks = [None, Some(Duration::from_millis(1)), Some(Duration::ZERO)];
        for (i, tick) in clocks.into_iter().enumerate() {
            let heard = vec![None, report("10.0.0.1", 0, 0, b"mine")];
            let (reply, _) = ping("10.0.0.1", heard, tick);
            let time = reply.unwrap().round_trip;
            // The last of them stands still but while the host waits; that is a clock.
            assert_eq!(time.is_some(), i == 2, "{tick:?}");
        }
    }

    #[test]
    fn strangers_do_not_keep_it_for_ever() {
        let flood = vec![report("10.0.0.9", 0, 7, b"other"); 10_000];
        let (reply, sent) = ping("10.0.0.1", flood, None);
        assert_eq!(reply, Err(Error::TimedOut));
        assert_eq!(sent.len(), 5);
    }

    #[test]
    fn without_a_clock_strangers_make_it_wait_five_times_as_long_at_most() {
        let flood = vec![report("10.0.0.9", 0, 7, b"other"); 10_000];
        let script = Script::new(flood, None);
        let reply = IcmpSocket::new_in(Hears(&script)).ping("10.0.0.1", b"mine", 0, 5_000);
        assert_eq!(reply, Err(Error::TimedOut));
        // As if each of them had come at the last moment.
        let waited = script.allowed.get();
        assert!((5_000..25_000).contains(&waited), "{waited} ms");
        // A reply behind a few strangers is still waited for as long as makes sense.
        let mut heard = vec![report("10.0.0.9", 0, 7, b"other"); 3];
        heard.push(report("10.0.0.1", 0, 65_535, b"mine"));
        assert!(ping("10.0.0.1", heard, None).0.is_ok());
    }

    #[test]
    fn names_and_ipv6() {
        let heard = vec![report("fe80::1%eth0", 129, 65_535, b"mine")];
        assert!(
            ping("router.example", heard.clone(), None).0.is_ok(),
            "whoever it resolves to"
        );
        for target in ["fe80::2", "fe80::2%eth0"] {
            assert_eq!(ping(target, heard.clone(), None).0, Err(Error::TimedOut));
        }
        assert!(
            ping("fe80::1%2", heard, None).0.is_ok(),
            "a scope is written as each likes"
        );
        let heard = vec![report("fe80:0::2", 129, 65_535, b"mine")];
        assert!(
            ping("fe80::2", heard, None).0.is_ok(),
            "however it is written"
        );
        assert_eq!(ping("[::1]", vec![], None).0, Err(Error::InvalidAddress));
    }
}
