//! What it means when the host says "nothing", decided in one place.
//!
//! A host returns the same 0 from a TCP receive for "no data yet", after its wait of 5 s, and for "end
//! of stream". Only time tells the two apart: after the end every call returns at once. Taking a
//! silence for the end would truncate a stream without a word; taking the end for a silence would hang.
//! So:
//!
//! * **With a real clock**, nothing *at once* is the end. Nothing *after a wait* is a silent peer, or one
//!   that closed late: the host is asked again, until the read timeout has passed.
//! * **Without one**, the host is asked as many times as its waits fit into the timeout. Then the stream
//!   reads as ended, or as timed out: the caller chooses, see [`Silence`]. At a real end all those
//!   calls return at once.
//!
//! A clock that cannot be trusted counts as none: one that stands still, runs backwards, or advances
//! because it is read, by whatever step.

use crate::Error;
use crate::host::Host;
use core::time::Duration;

/// How long one of the host's waits is taken to be where no clock can tell.
pub(crate) const HOST_WAIT: Duration = Duration::from_secs(5);
/// No timeout is longer where no clock can tell: at the end of a stream, where the host returns at once, it
/// would be asked without end.
const AN_HOUR: Timeout = Timeout::after(Duration::from_secs(3_600));
/// An answer within this time came at once: far longer than a busy host takes to look up a closed
/// connection, far shorter than it waits for an open one.
pub(crate) const AT_ONCE: u64 = 50 * MS;
/// No wait of a host that keeps the contract is shorter. One that is may be a test's host, or the end on
/// a machine that is very busy.
const SHORT: u64 = SECOND;
/// How many short answers with nothing in one read are the end, whatever the timeout: so no read of an
/// ended stream goes on forever, however slowly the host reports the end.
const MOST_SHORT: u32 = 720;

/// A millisecond in nanoseconds.
pub(crate) const MS: u64 = 1_000_000;
/// A second in nanoseconds.
const SECOND: u64 = 1_000 * MS;
/// After how many equal steps a clock counts as one that advances by being read.
const MOST_READINGS: u32 = 16;

/// How long to wait: in nanoseconds, since a small number makes small code, and up to 584 years,
/// which stand for "forever".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Timeout(u64);

impl Timeout {
    /// How long a read of a stream waits for its first byte by default.
    pub(crate) const DEFAULT: Timeout = Timeout::after(Duration::from_secs(30));
    /// How long a UDP receive waits by default. Shorter than any wait of the host: so it is asked once.
    pub(crate) const ONE_WAIT: Timeout = Timeout::after(Duration::ZERO);
    pub(crate) const FOREVER: Timeout = Timeout(u64::MAX);

    pub(crate) const fn after(time: Duration) -> Self {
        Timeout(nanoseconds(time))
    }

    /// As std has it: `None` is forever, and zero is refused.
    pub(crate) const fn new(timeout: Option<Duration>) -> Result<Self, Error> {
        match timeout {
            None => Ok(Timeout::FOREVER),
            Some(Duration::ZERO) => Err(Error::InvalidInput),
            Some(time) => Ok(Timeout::after(time)),
        }
    }

    #[cfg(feature = "std")]
    pub(crate) const fn from_nanos(nanoseconds: u64) -> Self {
        Timeout(nanoseconds)
    }

    #[cfg(feature = "std")]
    pub(crate) const fn to_nanos(self) -> u64 {
        self.0
    }

    pub(crate) const fn get(self) -> Option<Duration> {
        match self {
            Timeout::FOREVER => None,
            Timeout::ONE_WAIT => Some(HOST_WAIT),
            Timeout(nanoseconds) => Some(Duration::from_nanos(nanoseconds)),
        }
    }
}

/// What a read reports when nothing has come for the whole read timeout, and no real clock can tell a
/// silent peer from the end of the stream.
///
/// A plugin has no real clock on `wasm32-unknown-unknown`, without `std`, and in a host whose WASI clock
/// is not real, as the production host's. With a real clock this choice has no effect: a silence is
/// [`TimedOut`](crate::Error::TimedOut), and the end is the end.
///
/// # Example
/// ```
/// use harness_wasi_sockets::Silence;
/// use harness_wasi_sockets::embedded::TcpStream;
///
/// # let server = harness_host::peers::TcpEcho::v4().unwrap();
/// let mut stream = TcpStream::connect(server.addr())?;
/// // For a protocol that waits for news: the server says goodbye before it closes.
/// stream.set_silence(Silence::TimedOut);
/// # Ok::<(), harness_wasi_sockets::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Silence {
    /// The end of the stream: `Ok(0)`. Right for protocols that end by closing, such as HTTP/1.0, and
    /// the default: a read of an ended stream comes back.
    #[default]
    EndOfStream,
    /// A timeout: [`TimedOut`](crate::Error::TimedOut), as with a real clock; the next read goes on. Right
    /// for protocols in which the peer may be silent for long, such as IMAP's IDLE, WebSockets, MQTT.
    /// A real end of the stream is then `TimedOut` too, for as long as somebody reads: find out by the
    /// protocol (a closing message, a failed write) that the peer has gone.
    TimedOut,
}

/// How long a read of a stream waits, and what it reports then.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Waiting {
    pub(crate) timeout: Timeout,
    pub(crate) silence: Silence,
}

impl Waiting {
    /// What a stream does by default.
    pub(crate) const DEFAULT: Waiting = Waiting {
        timeout: Timeout::DEFAULT,
        silence: Silence::EndOfStream,
    };
}

/// Something that knows how long a read waits. It is asked only when the read has to wait.
pub(crate) trait Waits {
    fn waiting(&self) -> Waiting;
}

impl Waits for Waiting {
    fn waiting(&self) -> Waiting {
        *self
    }
}

/// What to do after the host said "nothing".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// Ask it again.
    Ask,
    /// Take it as the end of the stream.
    End,
    /// Give up for now.
    TimedOut,
    /// Nothing came for the whole timeout, and nobody can tell whether the stream has ended.
    Silent,
}

/// How the time went by during one call to the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pause {
    /// The host returned at once.
    AtOnce,
    /// The host returned after so many nanoseconds.
    For(u64),
    /// Nobody can tell.
    Unknown,
}

impl Pause {
    /// How long the host took, from a reading of its clock right before the call.
    pub(crate) fn since<H: Host>(host: &H, before: Option<u64>) -> Self {
        match elapsed(host, before) {
            None => Pause::Unknown,
            Some(pause) if pause < AT_ONCE => Pause::AtOnce,
            Some(pause) => Pause::For(pause),
        }
    }
}

/// What a clock shows, in nanoseconds. They go round after 584 years: then it seems to run backwards, once.
#[inline(always)]
pub(crate) fn clock<H: Host>(host: &H) -> Option<u64> {
    let now = host.now()?;
    let seconds = now.as_secs().wrapping_mul(SECOND);
    Some(seconds.wrapping_add(u64::from(now.subsec_nanos())))
}

/// How much time has passed since the last reading of a clock, `before`; `None` if the clock cannot tell.
///
/// What the clock advances by when only it is read does not count. Of a clock that advances by being
/// read, by whatever step, nothing is left then.
pub(crate) fn elapsed<H: Host>(host: &H, before: Option<u64>) -> Option<u64> {
    let before = before?;
    let after = clock(host)?;
    let passed = after.checked_sub(before)?;
    let step = clock(host)?.checked_sub(after)?;
    passed.checked_sub(step).filter(|passed| *passed != 0)
}

/// The time in nanoseconds, on a clock that is real: one that goes on, and not by being read.
pub(crate) fn real_time<H: Host>(host: &H) -> Option<u64> {
    let mut last = clock(host)?;
    let mut steps = None;
    // A real clock shows two different steps soon; a fake one always takes the same.
    for _ in 0..MOST_READINGS {
        let now = clock(host)?;
        let step = now.checked_sub(last)?;
        last = now;
        if step == 0 || *steps.get_or_insert(step) != step {
            return Some(now);
        }
    }
    None
}

/// The patience of one read.
#[derive(Debug)]
pub(crate) struct Patience {
    timeout: Timeout,
    /// How long the host has waited so far, in nanoseconds: as the clock tells, or as its waits are
    /// taken to be.
    waited: u64,
    /// How many of its waits were short.
    short: u32,
}

impl Patience {
    pub(crate) const fn new(timeout: Timeout) -> Self {
        Self::after(timeout, 0)
    }

    /// One that has waited so long already, in nanoseconds.
    pub(crate) const fn after(timeout: Timeout, waited: u64) -> Self {
        Self {
            timeout,
            waited,
            short: 0,
        }
    }

    /// How long the host has waited so far, in nanoseconds.
    pub(crate) const fn waited(&self) -> u64 {
        self.waited
    }

    /// Takes in that the host said "nothing", and how long it took.
    pub(crate) fn nothing(&mut self, pause: Pause) -> Next {
        match pause {
            Pause::AtOnce => return Next::End,
            Pause::For(pause) if pause < SHORT => {
                self.short = self.short.wrapping_add(1);
                if self.short >= MOST_SHORT {
                    return Next::End;
                }
            }
            _ => {}
        }
        match (self.has_passed(pause), pause) {
            (false, _) => Next::Ask,
            (true, Pause::Unknown) => Next::Silent,
            (true, _) => Next::TimedOut,
        }
    }

    /// The patience of a UDP receive, which has no end to mistake: what does not come is late. `Ok` is to
    /// ask again.
    pub(crate) fn no_datagram(&mut self, pause: Pause) -> Result<(), Error> {
        match pause {
            Pause::AtOnce => Err(Error::WouldBlock),
            _ if self.has_passed(pause) => Err(Error::TimedOut),
            _ => Ok(()),
        }
    }

    /// Whether the timeout has passed with this wait.
    fn has_passed(&mut self, pause: Pause) -> bool {
        let (pause, slack, timeout) = match pause {
            Pause::AtOnce => (0, 0, self.timeout),
            Pause::For(pause) => {
                // The host's waits may be a little short.
                (pause, pause / 16, self.timeout)
            }
            // As long as its waits are taken to be, and no slack: none of them was short.
            Pause::Unknown => {
                let timeout = Timeout(self.timeout.0.min(AN_HOUR.0));
                (nanoseconds(HOST_WAIT), 0, timeout)
            }
        };
        self.waited = self.waited.saturating_add(pause);
        timeout != Timeout::FOREVER && self.waited.saturating_add(slack) >= timeout.0
    }
}

/// A time in nanoseconds, up to 584 years.
pub(crate) const fn nanoseconds(time: Duration) -> u64 {
    // A checked multiplication would bring a 128-bit one into a small plugin.
    if time.as_secs() < u64::MAX / SECOND {
        time.as_secs()
            .wrapping_mul(SECOND)
            .wrapping_add(time.subsec_nanos() as u64)
    } else {
        u64::MAX
    }
}

#[cfg(all(test, feature = "std"))]
mod table;

#[cfg(all(test, feature = "std"))]
mod tests;
