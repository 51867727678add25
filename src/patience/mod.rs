//! What it means when the host says "nothing", decided in one place.
//!
//! A host answers a TCP receive with "nothing" when no byte came in the time it waits (5 s), and
//! also when the connection has ended. Only time tells the two apart: after the end every call is
//! answered at once. To take a stall for the end would cut a stream short without a word; to take
//! the end for a stall would hang. So:
//!
//! * **With a clock**, nothing *at once* is the end. Nothing *after a wait* is a silent peer, or one
//!   that closed late: the host is asked again, until the read timeout has passed.
//! * **Without one**, the host is asked as many times as its waits fit into the timeout, and the
//!   stream then reads as ended. At a real end all those calls are answered at once.
//!
//! A clock that cannot be trusted is none: one that stands, that runs backwards, or that advances
//! by exactly a millisecond whenever it is read.

use crate::Error;
use crate::host::Host;
use core::time::Duration;

/// How long a read waits for the first byte unless it is told otherwise.
pub(crate) const DEFAULT_TIMEOUT: Timeout = Timeout::after(Duration::from_secs(30));
/// How long a UDP receive waits unless it is told otherwise: for one of the host's waits.
pub(crate) const ONE_WAIT: Timeout = Timeout::after(Duration::ZERO);
/// How long one of the host's waits is taken to be where no clock can tell.
pub(crate) const HOST_WAIT: Duration = Duration::from_secs(5);
/// How long "for ever" is where no clock can tell: an hour. No timeout is longer, or at the end of a
/// stream, where the host answers at once, it would be asked without end.
const WITHOUT_END: Timeout = Timeout::after(Duration::from_secs(3_600));
/// An answer within this time came at once: far longer than a host takes to look up a closed
/// connection, far shorter than it waits for an open one.
const AT_ONCE: Duration = Duration::from_millis(10);
/// What a fake clock advances by at each reading.
const FAKE_TICK: Duration = Duration::from_millis(1);

/// How long to wait: in nanoseconds, since a small number makes small code, and up to 584 years,
/// which stand for "for ever".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Timeout(u64);

impl Timeout {
    pub(crate) const FOR_EVER: Timeout = Timeout(u64::MAX);

    pub(crate) const fn after(time: Duration) -> Self {
        Timeout(nanoseconds(time))
    }

    /// As std has it: `None` is for ever, and zero is refused.
    pub(crate) const fn new(timeout: Option<Duration>) -> Result<Self, Error> {
        match timeout {
            None => Ok(Timeout::FOR_EVER),
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
            Timeout::FOR_EVER => None,
            ONE_WAIT => Some(HOST_WAIT),
            Timeout(nanoseconds) => Some(Duration::from_nanos(nanoseconds)),
        }
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
}

/// How the time went by during one call to the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pause {
    /// It answered at once.
    None,
    /// It answered after this time.
    For(Duration),
    /// Nobody can tell.
    Unknown,
}

impl Pause {
    /// How long the host took, from a reading of its clock before the call.
    pub(crate) fn since<H: Host>(host: &H, before: Option<Duration>) -> Self {
        let (Some(before), Some(after)) = (before, host.now()) else {
            return Pause::Unknown;
        };
        match after.checked_sub(before) {
            None | Some(Duration::ZERO) => Pause::Unknown,
            Some(FAKE_TICK) if ticks_by_reading(host, after) => Pause::Unknown,
            Some(pause) if pause < AT_ONCE => Pause::None,
            Some(pause) => Pause::For(pause),
        }
    }
}

/// Whether a clock moves by exactly a tick when nothing happens but that it is read.
fn ticks_by_reading<H: Host>(host: &H, before: Duration) -> bool {
    host.now().and_then(|after| after.checked_sub(before)) == Some(FAKE_TICK)
}

/// The time, on a clock that is real: one that goes on, and not by being read.
pub(crate) fn real_time<H: Host>(host: &H) -> Option<Duration> {
    let (first, second) = (host.now()?, host.now()?);
    match second.checked_sub(first) {
        None | Some(FAKE_TICK) => None,
        Some(_) => Some(second),
    }
}

/// The patience of one read.
#[derive(Debug)]
pub(crate) struct Patience {
    timeout: Timeout,
    /// How long the host has waited so far, in nanoseconds: as the clock tells, or as its waits are
    /// taken to be.
    waited: u64,
}

impl Patience {
    pub(crate) const fn new(timeout: Timeout) -> Self {
        Self { timeout, waited: 0 }
    }

    /// Takes in that the host said "nothing", and how long it took.
    pub(crate) fn nothing(&mut self, pause: Pause) -> Next {
        let (pause, slack, timeout, then) = match pause {
            Pause::None => return Next::End,
            Pause::For(pause) => {
                let pause = nanoseconds(pause);
                (pause, pause / 16, self.timeout, Next::TimedOut)
            }
            // As long as its waits are taken to be, and no slack: none of them was short.
            Pause::Unknown => {
                let timeout = Timeout(self.timeout.0.min(WITHOUT_END.0));
                (nanoseconds(HOST_WAIT), 0, timeout, Next::End)
            }
        };
        self.waited = self.waited.saturating_add(pause);
        if timeout != Timeout::FOR_EVER && self.waited.saturating_add(slack) >= timeout.0 {
            then
        } else {
            Next::Ask
        }
    }
}

/// The patience of one UDP receive. There is no end to mistake: what does not come is late.
impl Patience {
    /// Takes in that no datagram came. `Ok` is to ask again.
    pub(crate) fn no_datagram(&mut self, pause: Pause) -> Result<(), Error> {
        match (pause, self.nothing(pause)) {
            (_, Next::Ask) => Ok(()),
            (Pause::None, _) => Err(Error::WouldBlock),
            _ => Err(Error::TimedOut),
        }
    }
}

/// A time in nanoseconds, up to 584 years.
const fn nanoseconds(time: Duration) -> u64 {
    const SECOND: u64 = 1_000_000_000;
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
