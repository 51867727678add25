//! What a 0 of the host means, decided in one place.
//!
//! A host returns the same 0 from a TCP receive for "no data yet", after its wait of 5 s, and for "end of stream". Only
//! time tells the two apart: after the end every call returns at once. Reporting silence as EOF would silently truncate
//! a stream; reporting EOF as silence would hang. So:
//!
//! * **With a real clock**, 0 *at once* is EOF. 0 *after a wait* is a silent peer, or one that closed during the wait:
//!   the host is asked again, until the read timeout has passed.
//! * **Without one**, the host is asked as many times as its waits fit into the timeout. Then the result is end of
//!   stream or a timeout: the caller chooses, see [`Silence`]. After a real EOF all those calls return at once.
//!
//! A clock that cannot be trusted counts as none: one that stands still, runs backwards, or advances only when it is
//! read, by any step.

use crate::Error;
use crate::host::Host;
use core::time::Duration;

/// The assumed length of one of the host's waits without a real clock.
pub(crate) const HOST_WAIT: Duration = Duration::from_secs(5);
/// The longest timeout without a real clock. Otherwise the host, which returns at once after EOF, would be asked
/// forever.
pub(crate) const AN_HOUR: Timeout = Timeout::after(Duration::from_secs(3_600));
/// A return within this time is "at once". That is much longer than a busy host needs to find a closed connection, and
/// much shorter than it waits for an open one.
pub(crate) const AT_ONCE: u64 = 50 * MS;
/// The waits of a host that keeps the contract are at least this long. A shorter one may come from a test's host, or
/// may be EOF on a very busy machine.
const SHORT: u64 = SECOND;
/// After this many short waits in one read, the stream has ended, whatever the timeout. So no read of an ended stream
/// lasts forever, even if the host reports EOF slowly.
const MOST_SHORT: u32 = 720;

/// A millisecond in nanoseconds.
pub(crate) const MS: u64 = 1_000_000;
/// A second in nanoseconds.
const SECOND: u64 = 1_000 * MS;
/// After this many equal steps, a clock counts as one that advances only when it is read.
const MOST_READINGS: u32 = 16;

/// A timeout in nanoseconds, as a small number makes small code. The maximum, 584 years, means forever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Timeout(u64);

impl Timeout {
    /// How long a read of a stream waits for its first byte by default.
    pub(crate) const DEFAULT: Timeout = Timeout::after(Duration::from_secs(30));
    /// How long a UDP receive waits by default. Zero, which is less than any wait of the host: so it is asked once.
    pub(crate) const ONE_WAIT: Timeout = Timeout::after(Duration::ZERO);
    pub(crate) const FOREVER: Timeout = Timeout(u64::MAX);

    pub(crate) const fn after(time: Duration) -> Self {
        Timeout(nanoseconds(time))
    }

    /// Follows std: `None` is forever, and zero is an error.
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

/// What a read returns after silence for the whole read timeout, if there is no real clock to tell silence from end of
/// stream.
///
/// A plugin has no real clock on `wasm32-unknown-unknown`, without `std`, and in production. With a real clock this
/// setting has no effect: silence is [`TimedOut`](crate::Error::TimedOut), and EOF is reported as EOF.
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
    /// End of stream: `Ok(0)`. Suitable for protocols that end by closing the connection, such as HTTP/1.0. The
    /// default, so that a read of an ended stream returns.
    #[default]
    EndOfStream,
    /// A timeout: [`TimedOut`](crate::Error::TimedOut), as with a real clock; you can read again. Suitable for
    /// protocols in which the peer may be silent for a long time, such as IMAP's IDLE, WebSockets, MQTT. A real EOF is
    /// then reported as `TimedOut` too, by every read: detect it through the protocol (a closing message, a failed
    /// write).
    TimedOut,
}

/// How long a read of a stream waits, and what it returns then.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Waiting {
    pub(crate) timeout: Timeout,
    pub(crate) silence: Silence,
}

impl Waiting {
    /// The defaults of a stream.
    pub(crate) const DEFAULT: Waiting = Waiting {
        timeout: Timeout::DEFAULT,
        silence: Silence::EndOfStream,
    };
}

/// Provides the timeout of a read. Called only if the read has to wait.
pub(crate) trait Waits {
    fn waiting(&self) -> Waiting;
}

impl Waits for Waiting {
    fn waiting(&self) -> Waiting {
        *self
    }
}

/// What to do after the host returned 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// Ask the host again.
    Ask,
    /// Report end of stream.
    End,
    /// Report a timeout.
    TimedOut,
    /// The timeout has passed, and it is unknown whether the stream has ended.
    Silent,
}

/// How long one call to the host took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pause {
    /// The host returned at once.
    AtOnce,
    /// The host returned after this many nanoseconds.
    For(u64),
    /// There is no real clock.
    Unknown,
}

impl Pause {
    /// Measures the time since `before`, a reading of the host's clock right before the call.
    pub(crate) fn since<H: Host>(host: &H, before: Option<u64>) -> Self {
        match elapsed(host, before) {
            None => Pause::Unknown,
            Some(pause) if pause < AT_ONCE => Pause::AtOnce,
            Some(pause) => Pause::For(pause),
        }
    }
}

/// Returns the clock's reading in nanoseconds. It wraps around after 584 years: then the clock seems to run backwards,
/// once.
#[inline(always)]
pub(crate) fn clock<H: Host>(host: &H) -> Option<u64> {
    let now = host.now()?;
    let seconds = now.as_secs().wrapping_mul(SECOND);
    Some(seconds.wrapping_add(u64::from(now.subsec_nanos())))
}

/// Returns how much time has passed since `before`, the last reading of a clock. `None` if the clock cannot tell.
///
/// The step between two readings in a row is subtracted. So a clock that advances only when it is read, by any step,
/// shows no time.
pub(crate) fn elapsed<H: Host>(host: &H, before: Option<u64>) -> Option<u64> {
    let before = before?;
    let after = clock(host)?;
    let passed = after.checked_sub(before)?;
    let step = clock(host)?.checked_sub(after)?;
    passed.checked_sub(step).filter(|passed| *passed != 0)
}

/// Returns the time in nanoseconds if the clock is real: if it runs, and not only when it is read.
pub(crate) fn real_time<H: Host>(host: &H) -> Option<u64> {
    let mut last = clock(host)?;
    let mut steps = None;
    // A real clock soon shows two different steps; a fake one always takes the same.
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

/// The waiting of one read.
#[derive(Debug)]
pub(crate) struct Patience {
    timeout: Timeout,
    /// How long the host has waited so far, in nanoseconds, by the clock or by the assumed length of its waits.
    waited: u64,
    /// How many of its waits were short.
    short: u32,
}

impl Patience {
    pub(crate) const fn new(timeout: Timeout) -> Self {
        Self::after(timeout, 0)
    }

    /// Starts with time that was already waited, in nanoseconds.
    pub(crate) const fn after(timeout: Timeout, waited: u64) -> Self {
        Self {
            timeout,
            waited,
            short: 0,
        }
    }

    /// Returns how long the host has waited so far, in nanoseconds.
    pub(crate) const fn waited(&self) -> u64 {
        self.waited
    }

    /// Records that the host returned 0, and how long it took.
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

    /// The same for a UDP receive, which has no EOF. `Ok` means to ask again.
    pub(crate) fn no_datagram(&mut self, pause: Pause) -> Result<(), Error> {
        match pause {
            Pause::AtOnce => Err(Error::WouldBlock),
            _ if self.has_passed(pause) => Err(Error::TimedOut),
            _ => Ok(()),
        }
    }

    /// Whether the timeout has passed with this wait.
    fn has_passed(&mut self, pause: Pause) -> bool {
        let (waited, slack, timeout) = match pause {
            Pause::AtOnce => (self.waited, 0, self.timeout),
            Pause::For(pause) => {
                // The host's waits may be slightly short. A clock may leap by any time.
                (self.waited.saturating_add(pause), pause / 16, self.timeout)
            }
            // The assumed wait, without slack: no wait was short. The sum stays far below the largest number.
            Pause::Unknown => {
                let timeout = Timeout(self.timeout.0.min(AN_HOUR.0));
                (self.waited.wrapping_add(nanoseconds(HOST_WAIT)), 0, timeout)
            }
        };
        self.waited = waited;
        timeout != Timeout::FOREVER && self.waited.saturating_add(slack) >= timeout.0
    }
}

/// Converts a time to nanoseconds, up to 584 years.
pub(crate) const fn nanoseconds(time: Duration) -> u64 {
    // A checked multiplication would link 128-bit arithmetic into a small plugin.
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
