//! How each kind of clock measures time.

use super::*;
use core::cell::Cell;

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// A host whose clock gives these readings in turn.
#[derive(Clone)]
struct Clock<'a>(&'a Cell<&'a [Duration]>);

impl Host for Clock<'_> {
    fn now(&self) -> Option<Duration> {
        let (first, rest) = self.0.get().split_first()?;
        self.0.set(rest);
        Some(*first)
    }
    crate::testing::no_sockets!();
    crate::testing::no_icmp!();
    crate::testing::no_blocks!();
    crate::testing::no_words!();
}

#[test]
fn how_time_went_by() {
    let cases: &[(&[Duration], Pause, &str)] = &[
        (&[], Pause::Unknown, "no clock"),
        (&[ms(7)], Pause::Unknown, "a clock that stops answering"),
        (&[ms(7), ms(7)], Pause::Unknown, "a clock that stands"),
        (
            &[ms(7), ms(6)],
            Pause::Unknown,
            "a clock that runs backwards",
        ),
        (
            &[ms(7), ms(5_007), ms(5_006)],
            Pause::Unknown,
            "one that runs backwards after the call",
        ),
        (
            &[ms(7), ms(8), ms(9)],
            Pause::Unknown,
            "a clock that ticks when it is read",
        ),
        (
            &[ms(7), ms(5_007), ms(10_007)],
            Pause::Unknown,
            "the same, by the host's wait",
        ),
        (
            &[ms(7), ms(12), ms(13)],
            Pause::AtOnce,
            "one whose first step was longer",
        ),
        (
            &[ms(7), ms(8), ms(8)],
            Pause::AtOnce,
            "a coarse clock, whose step came just then",
        ),
        (
            &[ms(7), ms(8), ms(19)],
            Pause::Unknown,
            "the reading itself took longer than the call",
        ),
        (
            &[ms(7), ms(5_007)],
            Pause::Unknown,
            "a clock that stops answering after the call",
        ),
        (&[ms(7), ms(57), ms(57)], Pause::For(50 * MS), "a wait"),
        (&[ms(7), ms(57), ms(58)], Pause::AtOnce, "not quite a wait"),
        (
            &[ms(7), ms(5_007), ms(5_007)],
            Pause::For(5_000 * MS),
            "the host's whole wait",
        ),
        (
            &[ms(7), ms(3_605_007), ms(7_205_007)],
            Pause::For(5_000 * MS),
            "the same on a clock that leaps an hour when it is read",
        ),
    ];
    for (readings, expected, what) in cases {
        let readings = Cell::new(*readings);
        let host = Clock(&readings);
        let before = clock(&host);
        assert_eq!(Pause::since(&host, before), *expected, "{what}");
    }
}
