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
            &[ms(7), ms(8), ms(9)],
            Pause::Unknown,
            "a clock that ticks when read",
        ),
        (
            &[ms(7), ms(8), ms(8)],
            Pause::None,
            "a real clock, a millisecond by chance",
        ),
        (
            &[ms(7), ms(7) + Duration::from_nanos(90)],
            Pause::None,
            "at once",
        ),
        (&[ms(7), ms(16)], Pause::None, "not quite at once"),
        (&[ms(7), ms(17)], Pause::For(ms(10)), "a wait"),
        (
            &[ms(7), ms(5007)],
            Pause::For(ms(5000)),
            "the host's whole wait",
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
        (DEFAULT_TIMEOUT, Pause::Unknown, (6, Next::End), "no clock"),
        (
            Timeout::after(ms(1)),
            Pause::Unknown,
            (1, Next::End),
            "no clock, short",
        ),
        (
            Timeout::after(ms(5001)),
            Pause::Unknown,
            (2, Next::End),
            "no clock, two waits",
        ),
        (
            Timeout::FOR_EVER,
            Pause::Unknown,
            (720, Next::End),
            "no clock, for ever",
        ),
        (
            Timeout::after(Duration::from_secs(50_000_000)),
            Pause::Unknown,
            (720, Next::End),
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
