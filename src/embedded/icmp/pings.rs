//! A series of pings, and the outcome of each.

use super::IcmpSocket;
use super::ping::{PingReply, Sent, Wait, round_trip};
use super::response::IcmpResponse;
use crate::Error;
use crate::host::{DefaultHost, Host};
use core::time::Duration;
use heapless::Deque;

/// The maximum number of open requests.
const MOST_OPEN: usize = 16;
/// The shortest wait after the last request, in milliseconds, unless its timeout is shorter.
const SHORTEST_MS: u32 = 100;

/// The outcome of a ping's request.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pinged<R = PingReply> {
    /// It was answered.
    Reply(R),
    /// It was answered again.
    Duplicate(R),
    /// It was not answered in time. The number is its sequence number.
    Lost(u16),
}

/// The counts and round-trip times of a series of pings.
///
/// Only replies that were timed with a real clock count for [`min`](PingStats::min), [`mean`](PingStats::mean) and
/// [`max`](PingStats::max). Without any, these return `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct PingStats {
    /// How many requests were sent.
    pub sent: u32,
    /// How many of them were answered.
    pub received: u32,
    /// How many of them were not answered in time.
    pub lost: u32,
    /// How many replies arrived for requests that were already answered.
    pub duplicates: u32,
    /// How many round trips were timed, and their times in nanoseconds.
    timed: u32,
    min: u64,
    max: u64,
    sum: u64,
}

impl PingStats {
    /// Returns the shortest round trip.
    #[must_use]
    pub fn min(&self) -> Option<Duration> {
        (self.timed != 0).then(|| Duration::from_nanos(self.min))
    }

    /// Returns the mean of the round trips.
    #[must_use]
    pub fn mean(&self) -> Option<Duration> {
        let mean = self.sum.checked_div(self.timed.into());
        mean.map(Duration::from_nanos)
    }

    /// Returns the longest round trip.
    #[must_use]
    pub fn max(&self) -> Option<Duration> {
        (self.timed != 0).then(|| Duration::from_nanos(self.max))
    }

    fn count(&mut self, reply: &PingReply) {
        self.received = self.received.wrapping_add(1);
        let Some(time) = reply.round_trip else {
            return;
        };
        let nanos = crate::patience::nanoseconds(time);
        self.min = if self.timed == 0 {
            nanos
        } else {
            self.min.min(nanos)
        };
        self.max = self.max.max(nanos);
        self.sum = self.sum.saturating_add(nanos);
        self.timed = self.timed.wrapping_add(1);
    }
}

/// A request whose reply may still arrive.
#[derive(Debug)]
struct Request {
    seq: u16,
    /// In nanoseconds, if there is a clock.
    sent_at: Option<u64>,
    /// How long a reply has been waited for, in milliseconds.
    age: u32,
    answered: bool,
}

#[doc = include_str!("pings.md")]
///
/// # Example
/// ```no_run
/// use harness_wasi_sockets::embedded::{IcmpSocket, Pinged};
///
/// # fn example() -> Result<(), harness_wasi_sockets::Error> {
/// let mut pings = IcmpSocket::new().pings("192.0.2.1", b"are you there?", 4);
/// for pinged in &mut pings {
///     match pinged? {
///         Pinged::Reply(reply) => { /* reply.seq, reply.round_trip */ }
///         Pinged::Lost(seq) => { /* no reply to request number seq */ }
///         _ => {}
///     }
/// }
/// let stats = pings.stats();
/// assert_eq!(stats.sent, stats.received + stats.lost);
/// # Ok(())
/// # }
/// ```
pub struct Pings<'a, H: Host = DefaultHost> {
    socket: IcmpSocket<H>,
    /// An `Err` is returned by the first request.
    to: Result<Sent<'a>, Error>,
    /// How many requests are still to be sent.
    left: u32,
    next_seq: u16,
    interval: u32,
    timeout: u32,
    /// In the order in which they were sent.
    open: Deque<Request, MOST_OPEN>,
    /// The rest of the wait after the last request.
    wait: Option<Wait>,
    stats: PingStats,
}

impl<H: Host> IcmpSocket<H> {
    /// Pings `target` `count` times when the [`Pings`] are iterated over. Nothing is sent before.
    ///
    /// The payload may have up to 1,472 bytes.
    pub fn pings<'a>(&self, target: &'a str, payload: &'a [u8], count: u32) -> Pings<'a, H> {
        Pings {
            socket: self.clone(),
            to: Sent::new(target, payload),
            left: count,
            next_seq: 0,
            interval: 1_000,
            timeout: 5_000,
            open: Deque::new(),
            wait: None,
            stats: PingStats::default(),
        }
    }
}

impl<H: Host> Pings<'_, H> {
    /// Sets the time between two requests, in milliseconds. The default is one second.
    #[must_use]
    pub fn interval(mut self, ms: u32) -> Self {
        self.interval = ms;
        self
    }

    /// Sets how long to wait for a reply, in milliseconds. The default is 5 s.
    ///
    /// It is rounded up to whole intervals, except for the last request. At most 16 requests are open at a time:
    /// sending another one ends the wait for the oldest.
    #[must_use]
    pub fn timeout(mut self, ms: u32) -> Self {
        self.timeout = ms;
        self
    }

    /// Sets the sequence number of the next request. Later ones count up by one and wrap around after 65,535. The
    /// default is 0.
    #[must_use]
    pub fn first_seq(mut self, seq: u16) -> Self {
        self.next_seq = seq;
        self
    }

    /// Returns the counts and times of the pings so far.
    #[must_use]
    pub fn stats(&self) -> PingStats {
        self.stats
    }

    /// Sends the next request.
    fn send(&mut self) -> Result<(), Error> {
        let to = self.to.as_ref().map_err(|error| *error)?;
        let request = Request {
            seq: self.next_seq,
            sent_at: crate::patience::real_time(&self.socket.host),
            age: 0,
            answered: false,
        };
        self.socket.send(to.target, to.payload, request.seq)?;
        self.next_seq = self.next_seq.wrapping_add(1);
        self.left = self.left.saturating_sub(1);
        self.stats.sent = self.stats.sent.wrapping_add(1);
        // There is room: see `next`.
        let _ = self.open.push_back(request);
        self.wait_on();
        Ok(())
    }

    /// Starts a wait: until the next request is due or, after the last one, for about an interval at a time, until its
    /// timeout ends.
    fn wait_on(&mut self) {
        let wait = if self.left != 0 {
            self.interval
        } else {
            let age = self.open.back().map_or(0, |last| last.age);
            let rest = self.timeout.saturating_sub(age);
            self.interval.max(SHORTEST_MS).min(rest)
        };
        self.wait = Some(Wait::new(&self.socket.host, wait));
    }

    /// Returns the oldest request if its timeout has passed or there is no room for the next one.
    fn given_up(&mut self) -> Option<Request> {
        let full = self.wait.is_none() && self.left != 0 && self.open.is_full();
        let over = self.open.front()?.age >= self.timeout && self.wait.is_none();
        if full || over {
            self.open.pop_front()
        } else {
            None
        }
    }

    /// Listens for the rest of a wait. Returns `None` when it ends.
    fn listen(&mut self, wait: &mut Wait) -> Result<Option<Pinged>, Error> {
        let Self {
            socket,
            to: Ok(to),
            open,
            stats,
            ..
        } = self
        else {
            return Ok(None);
        };
        wait.listen(socket, |packet: IcmpResponse, now| {
            if !to.is_answered_by(&packet) {
                return None;
            }
            let seq = packet.seq?;
            // If two have the same number, which takes 65,536 requests, the later one.
            let request = open.iter_mut().rev().find(|request| request.seq == seq)?;
            let reply = PingReply::of(packet, seq, 1, round_trip(request.sent_at, now));
            Some(if request.answered {
                stats.duplicates = stats.duplicates.wrapping_add(1);
                Pinged::Duplicate(reply)
            } else {
                request.answered = true;
                stats.count(&reply);
                Pinged::Reply(reply)
            })
        })
    }

    /// Stops sending and waiting.
    fn stop(&mut self) {
        self.left = 0;
        self.open.clear();
        self.wait = None;
    }
}

/// Blocks until a reply arrives or a request is lost: for at most an interval and the timeout. Ends when all requests
/// are answered or lost, or after an error.
impl<H: Host> Iterator for Pings<'_, H> {
    type Item = Result<Pinged, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(request) = self.given_up() {
                if request.answered {
                    continue;
                }
                self.stats.lost = self.stats.lost.wrapping_add(1);
                return Some(Ok(Pinged::Lost(request.seq)));
            }
            if self.left == 0 && self.open.iter().all(|request| request.answered) {
                self.stop();
                return None;
            }
            let heard = match self.wait.take() {
                None if self.left == 0 => {
                    self.wait_on();
                    Ok(None)
                }
                None => self.send().map(|()| None),
                Some(mut wait) => {
                    let heard = self.listen(&mut wait);
                    if let Ok(None) = heard {
                        for request in &mut self.open {
                            request.age = request.age.saturating_add(wait.length());
                        }
                    } else {
                        self.wait = Some(wait);
                    }
                    heard
                }
            };
            match heard {
                Ok(None) => {}
                Ok(Some(pinged)) => return Some(Ok(pinged)),
                Err(error) => {
                    self.stop();
                    return Some(Err(error));
                }
            }
        }
    }
}

impl<H: Host> core::iter::FusedIterator for Pings<'_, H> {}

impl<H: Host> core::fmt::Debug for Pings<'_, H> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Pings")
            .field("left", &self.left)
            .field("stats", &self.stats)
            .finish_non_exhaustive()
    }
}
