//! How the host is asked, and how time goes by, in words.

use super::*;
use core::cell::Cell;

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// A host whose clock gives these readings, one after the other.
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
            Pause::None,
            "one whose first step was longer",
        ),
        (
            &[ms(7), ms(8), ms(8)],
            Pause::None,
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
        (&[ms(7), ms(57), ms(57)], Pause::For(ms(50)), "a wait"),
        (&[ms(7), ms(57), ms(58)], Pause::None, "not quite a wait"),
        (
            &[ms(7), ms(5_007), ms(5_007)],
            Pause::For(ms(5_000)),
            "the host's whole wait",
        ),
        (
            &[ms(7), ms(3_605_007), ms(7_205_007)],
            Pause::For(ms(5_000)),
            "the same on a clock that leaps an hour when it is read",
        ),
    ];
    for (readings, expected, what) in cases {
        let readings = Cell::new(*readings);
        let host = Clock(&readings);
        let before = host.now();
        assert_eq!(Pause::since(&host, before), *expected, "{what}");
    }
}

fn until_it_stops(timeout: Timeout, pause: Pause) -> (u32, Next) {
    let mut patience = Patience::new(timeout);
    for asked in 1..1000 {
        match patience.nothing(pause) {
            Next::Ask => {}
            next => return (asked, next),
        }
    }
    (1000, Next::Ask)
}

#[test]
fn how_often_the_host_is_asked() {
    let wait = Pause::For(ms(5000));
    let short = Pause::For(ms(4990));
    let cases = [
        (DEFAULT_TIMEOUT, Pause::None, (1, Next::End), "the end"),
        (
            Timeout::FOR_EVER,
            Pause::None,
            (1, Next::End),
            "the end, for ever patient",
        ),
        (DEFAULT_TIMEOUT, wait, (6, Next::TimedOut), "a silent peer"),
        (
            DEFAULT_TIMEOUT,
            short,
            (6, Next::TimedOut),
            "a host a little early",
        ),
        (
            Timeout::after(ms(1)),
            wait,
            (1, Next::TimedOut),
            "less than one wait is one",
        ),
        (
            Timeout::after(ms(5001)),
            wait,
            (1, Next::TimedOut),
            "a hair more than one wait",
        ),
        (
            Timeout::after(ms(7000)),
            wait,
            (2, Next::TimedOut),
            "more than one wait is two",
        ),
        (Timeout::FOR_EVER, wait, (1000, Next::Ask), "for ever"),
        (
            DEFAULT_TIMEOUT,
            Pause::Unknown,
            (6, Next::Silent),
            "no clock",
        ),
        (
            Timeout::after(ms(1)),
            Pause::Unknown,
            (1, Next::Silent),
            "no clock, short",
        ),
        (
            Timeout::after(ms(5001)),
            Pause::Unknown,
            (2, Next::Silent),
            "no clock, two waits",
        ),
        (
            Timeout::FOR_EVER,
            Pause::Unknown,
            (720, Next::Silent),
            "no clock, for ever",
        ),
        (
            Timeout::after(Duration::from_secs(50_000_000)),
            Pause::Unknown,
            (720, Next::Silent),
            "no clock, longest",
        ),
    ];
    for (timeout, pause, expected, what) in cases {
        assert_eq!(until_it_stops(timeout, pause), expected, "{what}");
    }
}

#[test]
fn how_long_a_datagram_is_waited_for() {
    let wait = Pause::For(ms(5000));
    let one = |pause| Patience::new(ONE_WAIT).no_datagram(pause);
    assert_eq!(one(wait), Err(Error::TimedOut));
    assert_eq!(one(Pause::Unknown), Err(Error::TimedOut));
    assert_eq!(one(Pause::None), Err(Error::WouldBlock));
    let mut two = Patience::new(Timeout::after(ms(10_000)));
    assert_eq!(two.no_datagram(wait), Ok(()));
    assert_eq!(two.no_datagram(wait), Err(Error::TimedOut));
    let mut two = Patience::new(Timeout::after(ms(10_000)));
    assert_eq!(two.no_datagram(Pause::Unknown), Ok(()));
    assert_eq!(two.no_datagram(Pause::Unknown), Err(Error::TimedOut));
    assert_eq!(Patience::new(Timeout::FOR_EVER).no_datagram(wait), Ok(()));
}

#[test]
fn a_late_close_is_the_end() {
    let mut patience = Patience::new(DEFAULT_TIMEOUT);
    assert_eq!(patience.nothing(Pause::For(ms(1300))), Next::Ask);
    assert_eq!(patience.nothing(Pause::None), Next::End);
}
