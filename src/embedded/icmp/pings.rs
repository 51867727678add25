//! Pings one after the other, and what became of each.

use super::IcmpSocket;
use super::ping::{PingReply, Sent, Wait, round_trip};
use super::response::IcmpResponse;
use crate::Error;
use crate::host::{DefaultHost, Host};
use core::time::Duration;
use heapless::Deque;

/// The most requests whose replies are waited for at once.
const MOST_OPEN: usize = 16;
/// The shortest wait behind the last request, in milliseconds, unless its timeout is shorter.
const SHORTEST_MS: u32 = 100;

/// What became of a ping's request.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pinged<R = PingReply> {
    /// It was answered.
    Reply(R),
    /// It was answered once more.
    Duplicate(R),
    /// It was not answered in time. The number is its sequence number.
    Lost(u16),
}

/// How many pings there were, and how long the replies took.
///
/// Only replies whose time a real clock has told count for [`min`](PingStats::min), [`mean`](PingStats::mean) and
/// [`max`](PingStats::max). Without any they are `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct PingStats {
    /// How many requests have been sent.
    pub sent: u32,
    /// How many of them were answered.
    pub received: u32,
    /// How many of them were not answered in time.
    pub lost: u32,
    /// How many replies came to requests that had been answered already.
    pub duplicates: u32,
    /// How many round trips were timed, and the times in nanoseconds.
    timed: u32,
    min: u64,
    max: u64,
    sum: u64,
}

impl PingStats {
    /// The shortest round trip.
    #[must_use]
    pub fn min(&self) -> Option<Duration> {
        (self.timed != 0).then(|| Duration::from_nanos(self.min))
    }

    /// The mean of the round trips.
    #[must_use]
    pub fn mean(&self) -> Option<Duration> {
        let mean = self.sum.checked_div(self.timed.into());
        mean.map(Duration::from_nanos)
    }

    /// The longest round trip.
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

/// A request that may be answered yet.
#[derive(Debug)]
struct Request {
    seq: u16,
    /// In nanoseconds, where there is a clock.
    sent_at: Option<u64>,
    /// How long it has been waited for, in milliseconds.
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
    /// `Err` is reported at the first request.
    to: Result<Sent<'a>, Error>,
    /// How many requests are still to be sent.
    left: u32,
    next_seq: u16,
    interval: u32,
    timeout: u32,
    /// In the order in which they were sent.
    open: Deque<Request, MOST_OPEN>,
    /// What is left of the interval behind the last request.
    wait: Option<Wait>,
    stats: PingStats,
}

impl<H: Host> IcmpSocket<H> {
    /// Pings `target` `count` times, when the [`Pings`] are iterated over. Nothing is sent before.
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
    /// Sets the time between two requests, in milliseconds. By default it is a second.
    #[must_use]
    pub fn interval(mut self, ms: u32) -> Self {
        self.interval = ms;
        self
    }

    /// Sets how long a reply is waited for, in milliseconds. By default it is 5 s.
    ///
    /// It is rounded up to whole intervals, but for the last request. No more than 16 requests are waited for at
    /// once: the oldest is given up for the next.
    #[must_use]
    pub fn timeout(mut self, ms: u32) -> Self {
        self.timeout = ms;
        self
    }

    /// Sets the sequence number of the next request. They count up by one from there, and from 65,535 on from 0
    /// again. By default the first is 0.
    #[must_use]
    pub fn first_seq(mut self, seq: u16) -> Self {
        self.next_seq = seq;
        self
    }

    /// What has become of the pings so far.
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

    /// Begins a wait: until the next request is due, and behind the last one, about as long at a time, until its
    /// timeout is over.
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

    /// The oldest request, if it has been waited for long enough or has to give way.
    fn given_up(&mut self) -> Option<Request> {
        let full = self.wait.is_none() && self.left != 0 && self.open.is_full();
        let over = self.open.front()?.age >= self.timeout && self.wait.is_none();
        if full || over {
            self.open.pop_front()
        } else {
            None
        }
    }

    /// Listens for what is left of a wait. `None` is that it is over.
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
            // Of two with one number, which takes 65,536 requests, the later.
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

    /// Sends no more, and waits for nothing.
    fn stop(&mut self) {
        self.left = 0;
        self.open.clear();
        self.wait = None;
    }
}

/// Blocks until a reply comes or a request is lost: for at most an interval and the timeout. Ends when all requests
/// have been answered or are lost, and behind an error.
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
