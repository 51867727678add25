//! Series of pings, over a host whose replies are late, lost, duplicated or foreign.

use crate::host::{Call, Clock, Fault, Scripted};
use crate::icmp::{report, socket};
use crate::streams::config;
use harness_wasi_sockets::Error;
use harness_wasi_sockets::embedded::{PingStats, Pinged};
use proptest::collection::vec;
use proptest::prelude::*;
use std::time::Duration;

const TARGET: &str = "10.0.0.1";

/// A host that receives, this many milliseconds after each request, replies with the numbers of these requests.
fn answers(clock: Clock, first: u16, echoes: &[&[(u64, u16)]]) -> Scripted {
    let host = Scripted::new(clock);
    let mut state = host.state();
    state.arriving = Some(Default::default());
    let reply = |&(after, number): &(u64, u16)| {
        let report = report(TARGET, first.wrapping_add(number), b"mine");
        (Duration::from_millis(after), report)
    };
    state.echoes = echoes
        .iter()
        .map(|replies| replies.iter().map(reply).collect())
        .collect();
    drop(state);
    host
}

/// Returns the result of pings, by number: `r`eply, `d`uplicate, `l`ost.
fn became(pinged: &Pinged) -> (char, u16) {
    match pinged {
        Pinged::Reply(reply) => ('r', reply.seq),
        Pinged::Duplicate(reply) => ('d', reply.seq),
        Pinged::Lost(seq) => ('l', *seq),
        _ => unreachable!(),
    }
}

/// The counters must match the sums of the reported events.
#[track_caller]
fn check_counts(events: &[(char, u16)], stats: PingStats) {
    let of = |kind| events.iter().filter(|event| event.0 == kind).count() as u32;
    assert_eq!(stats.received, of('r'), "{events:?}");
    assert_eq!(stats.duplicates, of('d'), "{events:?}");
    assert_eq!(stats.lost, of('l'), "{events:?}");
    assert!(stats.min() <= stats.mean() && stats.mean() <= stats.max());
}

#[test]
fn pings_are_numbered_timed_and_counted() {
    for clock in Clock::ALL {
        let host = answers(clock, 65_534, &[&[(20, 0)], &[(40, 1)], &[(300, 2)]]);
        let socket = socket(&host);
        let mut pings = socket.pings(TARGET, b"mine", 3).first_seq(65_534);
        assert_eq!(pings.stats(), PingStats::default());
        let shown = format!("{pings:?}");
        assert!(shown.starts_with("Pings"), "{shown}");
        let mut times = Vec::new();
        let mut events = Vec::new();
        for pinged in &mut pings {
            let pinged = pinged.unwrap();
            events.push(became(&pinged));
            if let Pinged::Reply(reply) = pinged {
                assert_eq!((reply.source(), reply.requests), (TARGET, 1));
                times.extend(reply.round_trip);
            }
        }
        assert_eq!(
            events,
            [('r', 65_534), ('r', 65_535), ('r', 0)],
            "{clock:?}"
        );
        assert!(pings.next().is_none(), "it stays at its end");
        let stats = pings.stats();
        check_counts(&events, stats);
        assert_eq!(stats.sent, 3);
        if let Clock::Real = clock {
            let near = |time: Duration, ms| {
                time.abs_diff(Duration::from_millis(ms)) < Duration::from_millis(1)
            };
            assert!(
                near(times[0], 20) && near(times[1], 40) && near(times[2], 300),
                "{times:?}"
            );
            assert_eq!((stats.min(), stats.max()), (Some(times[0]), Some(times[2])));
            assert!(near(stats.mean().unwrap(), 120), "{stats:?}");
        } else if !clock.shows_waits() && clock != Clock::Jumps {
            assert_eq!(
                (stats.min(), stats.mean(), stats.max()),
                (None, None, None),
                "{clock:?}"
            );
        }
        host.finish("pings");
    }
}

#[test]
fn a_late_reply_counts_until_its_timeout_and_a_second_one_is_a_duplicate() {
    for clock in Clock::ALL {
        // The first comes after the second, which comes twice; the third never; the last is late, but in time.
        let echoes: [&[(u64, u16)]; 4] = [&[(1_500, 0)], &[(100, 1), (200, 1)], &[], &[(1_900, 3)]];
        let host = answers(clock, 0, &echoes);
        let socket = socket(&host);
        let mut pings = socket.pings(TARGET, b"mine", 4).timeout(2_000);
        let events: Vec<_> = pings
            .by_ref()
            .map(|pinged| became(&pinged.unwrap()))
            .collect();
        check_counts(&events, pings.stats());
        let expected = [('r', 1), ('d', 1), ('r', 0), ('r', 3), ('l', 2)];
        let (mut sorted, mut all) = (events.clone(), expected);
        sorted.sort_unstable();
        all.sort_unstable();
        assert_eq!(sorted, all, "{clock:?}");
        if clock == Clock::Real {
            // The third's time is over with the last interval.
            assert_eq!(events, [('r', 1), ('d', 1), ('r', 0), ('l', 2), ('r', 3)]);
        }
        host.finish("late replies");
    }
}

#[test]
fn a_reply_after_its_timeout_is_passed_over() {
    let host = answers(Clock::Real, 0, &[&[(2_500, 0)], &[], &[], &[(10, 3)]]);
    let socket = socket(&host);
    let mut pings = socket.pings(TARGET, b"mine", 4).timeout(2_000);
    let events: Vec<_> = pings
        .by_ref()
        .map(|pinged| became(&pinged.unwrap()))
        .collect();
    assert_eq!(events, [('l', 0), ('l', 1), ('r', 3), ('l', 2)]);
    host.finish("too late");
}

#[test]
fn requests_keep_their_interval_whatever_is_heard() {
    for clock in Clock::ALL {
        for interval in [10, 1_000, 7_000] {
            let host = answers(
                clock,
                0,
                &[&[(3, 0)], &[], &[(1, 2), (2, 2)], &[], &[(1, 4)]],
            );
            let socket = socket(&host);
            let pings = socket.pings(TARGET, b"mine", 5).interval(interval);
            assert_eq!(pings.count(), 6);
            let sent = host.state().pinged_at.clone();
            for two in sent.windows(2) {
                crate::icmp::check_time(clock, two[1] - two[0], interval.into(), "an interval");
            }
            host.finish("intervals");
        }
    }
}

#[test]
fn pings_end_with_the_last_reply_and_wait_for_it_no_longer_than_the_timeout() {
    let host = answers(Clock::Real, 0, &[&[(20, 0)], &[(20, 1)]]);
    assert_eq!(socket(&host).pings(TARGET, b"mine", 2).count(), 2);
    let took = host.state().passed;
    assert!(took < Duration::from_millis(1_050), "{took:?}");

    let host = answers(Clock::Real, 0, &[]);
    let events: Vec<_> = socket(&host)
        .pings(TARGET, b"mine", 2)
        .timeout(3_000)
        .map(|pinged| became(&pinged.unwrap()))
        .collect();
    assert_eq!(events, [('l', 0), ('l', 1)]);
    let took = host.state().passed;
    assert!((4_000..4_050).contains(&took.as_millis()), "{took:?}");
}

#[test]
fn the_oldest_of_17_open_requests_gives_way() {
    let host = answers(Clock::Real, 0, &[]);
    let socket = socket(&host);
    let mut pings = socket
        .pings(TARGET, b"mine", 20)
        .interval(10)
        .timeout(60_000);
    for seq in 0..4 {
        assert_eq!(pings.next().unwrap().unwrap(), Pinged::Lost(seq));
        assert_eq!(pings.stats().sent, u32::from(seq) + 16);
    }
    assert_eq!(pings.by_ref().count(), 16);
    assert_eq!(pings.stats().lost, 20);
}

#[test]
fn an_error_ends_the_pings() {
    let cases: [(&str, Call, Error); 2] = [
        ("a send", Call::IcmpSend, Error::NotSent),
        ("a receive", Call::IcmpRecv, Error::NotHeard),
    ];
    for (what, call, error) in cases {
        let host = answers(Clock::Real, 0, &[&[(20, 0)], &[(20, 1)], &[(20, 2)]]);
        host.break_at(
            call,
            if call == Call::IcmpSend { 2 } else { 1 },
            Fault::Zero,
        );
        let socket = socket(&host);
        let mut pings = socket.pings(TARGET, b"mine", 3);
        let failed = pings.by_ref().find_map(Result::err);
        assert_eq!(failed, Some(error), "{what}");
        assert!(pings.next().is_none(), "{what}");
        // New ones go on.
        let rest = socket.pings(TARGET, b"mine", 1).first_seq(1).next();
        assert!(
            matches!(rest, Some(Ok(Pinged::Reply(_)))),
            "{what}: {rest:?}"
        );
        host.finish(what);
    }
    let host = Scripted::new(Clock::Real);
    let socket = socket(&host);
    for (target, payload, error) in [
        ("no target", &[0; 4][..], Error::InvalidAddress),
        (TARGET, &[0; 1_473], Error::InvalidInput),
    ] {
        let mut pings = socket.pings(target, payload, 3);
        assert_eq!(pings.next(), Some(Err(error)));
        assert_eq!(pings.next(), None);
        assert_eq!(pings.stats(), PingStats::default());
    }
    assert_eq!(socket.pings(TARGET, b"mine", 0).next(), None);
    assert_eq!(host.calls(Call::IcmpSend), 0);
}

#[derive(Debug, Clone)]
struct Case {
    clock: Clock,
    first: u16,
    count: u8,
    interval: u32,
    timeout: u32,
    /// The replies to each request: when, in milliseconds, and to which request.
    echoes: Vec<Vec<(u64, u16)>>,
}

fn case() -> impl Strategy<Value = Case> {
    let clock = prop_oneof![
        Just(Clock::Real),
        Just(Clock::Absent),
        Just(Clock::Fake),
        Just(Clock::Leaps),
        Just(Clock::Jumps),
        Just(Clock::RunsBack),
    ];
    let time = prop_oneof![0..50_u64, 0..1_500_u64, 0..9_000_u64];
    let interval = prop_oneof![Just(0_u32), 1..50_u32, 900..2_000_u32];
    let timeout = prop_oneof![Just(0_u32), 0..3_000_u32, 0..9_000_u32];
    let echoes = vec(vec((time, 0..24_u16), 0..4), 0..24);
    (clock, any::<u16>(), 0..24_u8, interval, timeout, echoes).prop_map(
        |(clock, first, count, interval, timeout, echoes)| Case {
            clock,
            first,
            count,
            interval,
            timeout,
            echoes,
        },
    )
}

proptest! {
    #![proptest_config(config(100))]

    /// Whatever is received and when: each request is sent once, and answered once or lost once. Only an answered one
    /// is answered again, and only after it was sent.
    #[test]
    fn each_request_is_answered_or_lost_once(case in case()) {
        let echoes: Vec<&[(u64, u16)]> = case.echoes.iter().map(Vec::as_slice).collect();
        let host = answers(case.clock, case.first, &echoes);
        let socket = socket(&host);
        let mut pings = socket
            .pings(TARGET, b"mine", case.count.into())
            .first_seq(case.first)
            .interval(case.interval)
            .timeout(case.timeout);
        let mut events = Vec::new();
        while let Some(pinged) = pings.next() {
            events.push(became(&pinged.unwrap()));
            check_counts(&events, pings.stats());
        }
        let stats = pings.stats();
        prop_assert_eq!(stats.sent, u32::from(case.count));
        prop_assert_eq!(stats.received + stats.lost, stats.sent);
        for number in 0..case.count.into() {
            let seq = case.first.wrapping_add(number);
            let of: String = events.iter().filter(|event| event.1 == seq).map(|event| event.0).collect();
            let once = of == "l" || of.strip_prefix('r').is_some_and(|more| more.chars().all(|c| c == 'd'));
            prop_assert!(once, "{}: {}", seq, of);
        }
        let heard = host.state().heard.len() as u32;
        prop_assert!(stats.received + stats.duplicates <= heard);
        host.finish("a series");
    }
}
