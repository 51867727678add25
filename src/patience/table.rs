//! All cases: what the host did, and the timeout.

use super::*;

/// The result, and how often the host was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    End(u32),
    Silent(u32),
    TimedOut(u32),
    WouldBlock(u32),
    /// The read goes on forever.
    Never,
}

use Verdict::{End, Never, Silent, TimedOut, WouldBlock};

/// More calls than any case needs that ends.
const ENOUGH: u32 = 10_000;
const NS: Duration = Duration::from_nanos(1);
const MS: Duration = Duration::from_millis(1);
const S: Duration = Duration::from_secs(1);

/// The columns: the read timeout.
const TIMEOUTS: [Timeout; 9] = [
    Timeout::ONE_WAIT,
    Timeout::after(NS),
    Timeout::after(HOST_WAIT),
    Timeout::after(Duration::from_millis(5_001)),
    Timeout::after(Duration::from_secs(7)),
    Timeout::DEFAULT,
    Timeout::after(Duration::from_secs(7_200)),
    Timeout::after(Duration::MAX),
    Timeout::FOREVER,
];

/// The rows: how long each call to the host takes.
#[rustfmt::skip]
const READS: [(&str, Pause, [Verdict; 9]); 9] = [
    ("at once",         Pause::AtOnce,                           [End(1); 9]),
    // The shortest pause that counts as a wait. A host's own waits are longer.
    ("soon",            Pause::For(AT_ONCE),                   [TimedOut(1), TimedOut(1), TimedOut(100), TimedOut(100), TimedOut(140), TimedOut(600), End(720), End(720), End(720)]),
    ("not so soon",     Pause::For(nanoseconds(Duration::from_millis(999))), [TimedOut(1), TimedOut(1), TimedOut(5), TimedOut(5), TimedOut(7), TimedOut(30), End(720), End(720), End(720)]),
    ("a second",        Pause::For(1_000 * super::MS),                         [TimedOut(1), TimedOut(1), TimedOut(5), TimedOut(5), TimedOut(7), TimedOut(30), TimedOut(7_200), Never, Never]),
    ("a little early",  Pause::For(nanoseconds(Duration::from_millis(4_990))), [TimedOut(1), TimedOut(1), TimedOut(1), TimedOut(1), TimedOut(2), TimedOut(6), TimedOut(1_443), Never, Never]),
    ("the host's wait", Pause::For(nanoseconds(HOST_WAIT)),                 [TimedOut(1), TimedOut(1), TimedOut(1), TimedOut(1), TimedOut(2), TimedOut(6), TimedOut(1_440), Never, Never]),
    ("an hour",         Pause::For(nanoseconds(Duration::from_secs(3_600))), [TimedOut(1), TimedOut(1), TimedOut(1), TimedOut(1), TimedOut(1), TimedOut(1), TimedOut(2), Never, Never]),
    ("forever",         Pause::For(u64::MAX),             [TimedOut(1), TimedOut(1), TimedOut(1), TimedOut(1), TimedOut(1), TimedOut(1), TimedOut(1), Never, Never]),
    ("nobody can tell", Pause::Unknown,                        [Silent(1), Silent(1), Silent(1), Silent(2), Silent(2), Silent(6), Silent(720), Silent(720), Silent(720)]),
];

fn read(timeout: Timeout, pause: Pause) -> Verdict {
    let mut patience = Patience::new(timeout);
    for asked in 1..=ENOUGH {
        match patience.nothing(pause) {
            Next::Ask => {}
            Next::End => return End(asked),
            Next::TimedOut => return TimedOut(asked),
            Next::Silent => return Silent(asked),
        }
    }
    Never
}

fn receive(timeout: Timeout, pause: Pause) -> Verdict {
    let mut patience = Patience::new(timeout);
    for asked in 1..=ENOUGH {
        match patience.no_datagram(pause) {
            Ok(()) => {}
            Err(Error::WouldBlock) => return WouldBlock(asked),
            Err(Error::TimedOut) => return TimedOut(asked),
            Err(error) => panic!("{error:?}"),
        }
    }
    Never
}

#[test]
fn a_read_in_every_case() {
    for (what, pause, verdicts) in READS {
        for (timeout, verdict) in TIMEOUTS.into_iter().zip(verdicts) {
            assert_eq!(read(timeout, pause), verdict, "{what}, {timeout:?}");
        }
    }
}

/// A receive waits as long as a read, but has no EOF. Where a read finds EOF at once, it would block; where a read
/// gives up after short waits, it has timed out, or continues.
#[test]
fn a_receive_in_every_case() {
    for (what, pause, verdicts) in READS {
        for (timeout, verdict) in TIMEOUTS.into_iter().zip(verdicts) {
            let verdict = match (verdict, pause) {
                (End(asked), Pause::AtOnce) => WouldBlock(asked),
                (End(_), _) => Never,
                (Silent(asked), _) => TimedOut(asked),
                (verdict, _) => verdict,
            };
            // This case times out after two hours, before the test gives up.
            if (what, timeout) == ("not so soon", TIMEOUTS[6]) {
                assert_eq!(receive(timeout, pause), TimedOut(7_208), "{what}");
                continue;
            }
            assert_eq!(receive(timeout, pause), verdict, "{what}, {timeout:?}");
        }
    }
}

/// Within one read the host may first wait and then return at once: an EOF that comes late, after any number of waits
/// within the timeout. A clock may also stop.
#[test]
fn an_end_behind_waits() {
    for waits in 0..6 {
        let mut patience = Patience::new(Timeout::DEFAULT);
        for _ in 0..waits {
            assert_eq!(
                patience.nothing(Pause::For(nanoseconds(HOST_WAIT))),
                Next::Ask
            );
        }
        assert_eq!(patience.nothing(Pause::AtOnce), Next::End, "after {waits}");
    }
    let mut patience = Patience::new(Timeout::DEFAULT);
    for _ in 0..5 {
        assert_eq!(
            patience.nothing(Pause::For(nanoseconds(HOST_WAIT))),
            Next::Ask
        );
    }
    assert_eq!(patience.nothing(Pause::Unknown), Next::Silent);
}

#[test]
fn a_time_is_counted_in_nanoseconds_and_never_wraps() {
    let cases = [
        (Duration::ZERO, 0),
        (NS, 1),
        (MS, 1_000_000),
        (S, 1_000_000_000),
        (
            Duration::from_secs(18_446_744_072),
            18_446_744_072_000_000_000,
        ),
        (Duration::from_secs(18_446_744_073), u64::MAX),
        (Duration::MAX, u64::MAX),
    ];
    for (time, expected) in cases {
        assert_eq!(nanoseconds(time), expected, "{time:?}");
    }
}

#[test]
fn a_timeout_comes_back_as_it_was_set() {
    for time in [
        NS,
        MS,
        Duration::new(7, 123_456_789),
        Duration::from_secs(18_446_744_072),
    ] {
        assert_eq!(Timeout::new(Some(time)).map(Timeout::get), Ok(Some(time)));
    }
    assert_eq!(Timeout::new(Some(Duration::ZERO)), Err(Error::InvalidInput));
    assert_eq!(Timeout::new(None).map(Timeout::get), Ok(None));
    // 584 years count as forever.
    assert_eq!(
        Timeout::new(Some(Duration::MAX)).map(Timeout::get),
        Ok(None)
    );
}
