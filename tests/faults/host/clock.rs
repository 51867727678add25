//! The clocks that a plugin may have.

use std::time::Duration;

/// How long the host waits for something to receive.
pub const HOST_WAIT: Duration = Duration::from_secs(5);

/// What a plugin's clock is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Clock {
    /// It tells the time, to the nanosecond.
    #[default]
    Real,
    /// There is none.
    Absent,
    /// It has stopped.
    Stands,
    /// It advances by a millisecond at each reading, and at nothing else.
    Fake,
    /// Each reading is earlier than the one before.
    RunsBack,
    /// An hour passes between any two readings.
    Leaps,
}

impl Clock {
    /// All of them.
    pub const ALL: [Clock; 6] = [
        Clock::Real,
        Clock::Absent,
        Clock::Stands,
        Clock::Fake,
        Clock::RunsBack,
        Clock::Leaps,
    ];

    /// A reading, when this much time has passed and it was read so often.
    pub fn read(self, passed: Duration, readings: u32) -> Option<Duration> {
        let start = Duration::from_secs(1 << 40);
        Some(match self {
            Clock::Absent => return None,
            // Reading it takes its time, too.
            Clock::Real => start + passed + Duration::from_nanos(40) * readings,
            Clock::Stands => start,
            Clock::Fake => start + Duration::from_millis(1) * readings,
            Clock::RunsBack => start - Duration::from_secs(1) * readings,
            Clock::Leaps => start + passed + Duration::from_secs(3_600) * readings,
        })
    }
}
