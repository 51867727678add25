//! The clocks that a plugin may have.

use std::time::Duration;

/// How long the host waits in a receive.
pub const HOST_WAIT: Duration = Duration::from_secs(5);

/// How long the host takes for any call.
pub const AT_ONCE: Duration = Duration::from_micros(20);

/// A plugin's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Clock {
    /// It tells the time, to the nanosecond.
    #[default]
    Real,
    /// There is no clock.
    Absent,
    /// It stands still.
    Stands,
    /// It advances by a millisecond at each reading, and only then.
    Fake,
    /// The same with another step.
    Ticks(Duration),
    /// It tells the time, rounded down to a multiple of this.
    Coarse(Duration),
    /// Each reading is earlier than the one before.
    RunsBack,
    /// An hour passes between any two readings.
    Leaps,
    /// It tells the time, but an hour more at every 32nd reading.
    Jumps,
}

impl Clock {
    /// All of them.
    pub const ALL: [Clock; 13] = [
        Clock::Real,
        Clock::Absent,
        Clock::Stands,
        Clock::Fake,
        Clock::RunsBack,
        Clock::Leaps,
        Clock::Ticks(Duration::from_nanos(1)),
        Clock::Ticks(Duration::from_micros(1)),
        Clock::Ticks(Duration::from_millis(2)),
        Clock::Ticks(Duration::from_millis(60)),
        Clock::Ticks(Duration::from_secs(5)),
        Clock::Coarse(Duration::from_micros(1)),
        Clock::Coarse(Duration::from_micros(15_625)),
    ];

    /// Returns whether it shows how long the host has waited.
    pub fn shows_waits(self) -> bool {
        matches!(self, Clock::Real | Clock::Leaps | Clock::Coarse(_))
    }

    /// Returns whether it also shows that the host has not waited: EOF.
    pub fn shows_ends(self) -> bool {
        match self {
            Clock::Real | Clock::Leaps => true,
            Clock::Coarse(step) => step < AT_ONCE,
            _ => false,
        }
    }

    /// Returns a reading, after this much time and this many readings.
    pub fn read(self, passed: Duration, readings: u32) -> Option<Duration> {
        let start = Duration::from_secs(1 << 40);
        Some(match self {
            Clock::Absent => return None,
            Clock::Real => start + passed + reading_takes(readings),
            Clock::Stands => start,
            Clock::Fake => start + Duration::from_millis(1) * readings,
            Clock::Ticks(step) => start + step * readings,
            Clock::Coarse(step) => {
                let real = (passed + reading_takes(readings)).as_nanos();
                start + Duration::from_nanos((real - real % step.as_nanos()) as u64)
            }
            Clock::RunsBack => start - Duration::from_secs(1) * readings,
            Clock::Leaps => start + passed + Duration::from_secs(3_600) * readings,
            Clock::Jumps => {
                start
                    + passed
                    + reading_takes(readings)
                    + Duration::from_secs(3_600) * (readings / 32)
            }
        })
    }
}

/// Returns how long this many readings take; they differ.
fn reading_takes(readings: u32) -> Duration {
    let readings = u64::from(readings);
    Duration::from_nanos(40 * readings + readings * readings % 7)
}
