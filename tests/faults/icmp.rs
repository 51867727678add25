//! ICMP over a faulty host.

use crate::host::{Call, Clock, Fault, Reply, Scripted};
use crate::tcp::NO_BLOCK;
use harness_wasi_sockets::Error;
use harness_wasi_sockets::embedded::IcmpSocket;
use std::time::Duration;

/// The longest report that is parsed.
const MOST_TEXT: usize = 8_192;

pub fn socket(host: &Scripted) -> IcmpSocket<Scripted> {
    IcmpSocket::new_in(host.clone())
}

/// Returns the report of an echo reply.
pub fn report(source: &str, seq: u16, data: &[u8]) -> Vec<u8> {
    format!(r#"{{"source":"{source}","type":0,"code":0,"id":1,"seq":{seq},"data":{data:?}}}"#)
        .into_bytes()
}

pub fn reply(source: &str, seq: u16, data: &[u8]) -> Reply {
    Reply::Packet(report(source, seq, data))
}

#[test]
fn a_request_that_was_not_sent_is_an_error_and_the_socket_goes_on() {
    for fault in [Fault::Zero, Fault::Says(0)] {
        let host = Scripted::new(Clock::Real).fault(Call::IcmpSend, 1, fault);
        let socket = socket(&host);
        assert_eq!(socket.send("10.0.0.1", b"mine", 1), Err(Error::NotSent));
        assert_eq!(socket.send("10.0.0.1", b"mine", 2), Ok(()));
        let sent = ("10.0.0.1".to_owned(), b"mine".to_vec(), 2);
        assert_eq!(host.state().pings, [sent]);
        host.break_at(Call::IcmpSend, 1, fault);
        let pinged = socket.ping("10.0.0.1", b"mine", 1, 5_000);
        assert_eq!(pinged.unwrap_err(), Error::NotSent);
        host.finish("not sent");
    }
}

#[test]
fn whatever_is_not_0_is_sent() {
    let host = Scripted::new(Clock::Real).fault(Call::IcmpSend, 1, Fault::Says(u32::MAX));
    assert_eq!(socket(&host).send("10.0.0.1", b"", 1), Ok(()));
    host.finish("sent");
}

#[test]
fn a_report_in_no_block_is_no_packet() {
    for fault in NO_BLOCK {
        for clock in Clock::ALL {
            let host = Scripted::new(clock)
                .icmp([reply("10.0.0.1", 1, b"mine")])
                .fault(Call::IcmpRecv, 1, fault);
            let socket = socket(&host);
            let nothing = if clock.shows_ends() {
                Error::NotHeard
            } else {
                Error::TimedOut
            };
            assert_eq!(socket.recv(5_000).unwrap_err(), nothing, "{fault:?}");
            assert_eq!(socket.recv(5_000).unwrap().data(), b"mine", "{fault:?}");
            host.finish("no block");
        }
    }
}

#[test]
fn a_ping_without_ears_says_so_and_without_a_clock_tries_again() {
    for fault in NO_BLOCK {
        for clock in Clock::ALL {
            let host = Scripted::new(clock)
                .icmp([reply("10.0.0.1", 8_193, b"mine")])
                .fault(Call::IcmpRecv, 1, fault);
            let pinged = socket(&host).ping("10.0.0.1", b"mine", 1, 5_000);
            if clock.shows_ends() {
                assert_eq!(pinged.unwrap_err(), Error::NotHeard, "{fault:?}");
            } else {
                let pinged = pinged.unwrap();
                assert_eq!((pinged.seq, pinged.requests), (8_193, 2), "{fault:?}");
                assert!(
                    pinged.round_trip.is_none() || clock.shows_waits(),
                    "{clock:?}"
                );
            }
            host.finish("no ears");
        }
    }
}

#[test]
fn a_report_that_is_too_long_is_refused_and_the_next_is_read() {
    let report = report("10.0.0.1", 1, b"mine");
    let room = MOST_TEXT - report.len();
    for longer in [1, room, room + 1, 3_000_000] {
        let host = Scripted::new(Clock::Real)
            .icmp([Reply::Packet(report.clone()), Reply::Packet(report.clone())])
            .fault(Call::IcmpRecv, 1, Fault::Longer(longer as u32));
        let heard = socket(&host).recv(5_000).map(|packet| packet.data().len());
        let expected = if longer > room {
            Err(Error::InvalidData)
        } else {
            Ok(4)
        };
        assert_eq!(heard, expected, "{longer} too long");
        assert_eq!(socket(&host).recv(5_000).unwrap().data(), b"mine");
        host.finish("too long");

        let host = Scripted::new(Clock::Real)
            .icmp([Reply::Packet(report.clone()), Reply::Packet(report.clone())])
            .fault(Call::IcmpRecv, 1, Fault::Longer(longer as u32));
        let pinged = socket(&host).ping("10.0.0.1", b"mine", 1, 5_000).unwrap();
        assert_eq!(pinged.requests, 1, "a ping passes over what it cannot read");
        host.finish("too long for a ping");
    }
}

/// A host that receives only this report.
fn hears(report: Vec<u8>) -> Scripted {
    let host = Scripted::new(Clock::Real);
    host.state().arrives(Duration::ZERO, report);
    host
}

/// Reports that arrive on their own: this many, at this interval, from this time on.
fn flood(host: &Scripted, from: Duration, apart: Duration, reports: u32) {
    let mut state = host.state();
    for n in 0..reports {
        let report = report("10.0.0.9", n as u16, b"other");
        state.arrives(from + apart * n, report);
    }
}

/// An unanswered ping: returns how long it took, and when its requests were sent.
#[track_caller]
fn unanswered(host: &Scripted, timeout_ms: u32) -> (Duration, Vec<Duration>) {
    host.state().arriving.get_or_insert_default();
    let pinged = socket(host).ping("10.0.0.1", b"mine", 1, timeout_ms);
    assert_eq!(pinged.unwrap_err(), Error::TimedOut);
    host.finish("an unanswered ping");
    let state = host.state();
    (state.passed, state.pinged_at.clone())
}

/// Returns the error of a clock that tells the time.
fn off(clock: Clock) -> Option<Duration> {
    match clock {
        Clock::Real => Some(Duration::ZERO),
        Clock::Coarse(step) => Some(step),
        _ => None,
    }
}

/// Checks that a time is exactly this, or up to five times as long if no clock tells. (Each host call and each reading
/// of the clock takes time too.)
#[track_caller]
pub fn check_time(clock: Clock, took: Duration, expected_ms: u64, what: &str) {
    let (ms, off) = (Duration::from_millis, off(clock));
    let slack = off.unwrap_or_default() * 5 + ms(10);
    let times = if off.is_some() { 1 } else { 5 };
    let right = took + slack >= ms(expected_ms) && took <= ms(expected_ms * times + 300) + slack;
    assert!(right, "{clock:?}, {what}: {took:?}");
}

#[test]
fn a_ping_takes_its_timeout_whatever_else_is_heard() {
    let (ms, us) = (Duration::from_millis, Duration::from_micros);
    for (what, from, apart, reports) in [
        ("nothing", ms(0), ms(0), 0),
        ("1,000 at once", ms(0), ms(0), 1_000),
        ("1,000 in a burst", ms(0), us(100), 1_000),
        ("1,000 a second", us(1), us(1_000), 2_000),
        ("500 a second", us(0), us(2_000), 2_000),
        ("an answer to each request", ms(20), ms(1_000), 20),
        ("one at the end of each wait", ms(999), ms(1_000), 20),
    ] {
        for clock in Clock::ALL {
            let host = Scripted::new(clock);
            flood(&host, from, apart, reports);
            let (took, sent) = unanswered(&host, 3_000);
            check_time(clock, took, 3_000, what);
            assert_eq!(sent.len(), 3, "{clock:?}, {what}");
            for two in sent.windows(2) {
                check_time(clock, two[1] - two[0], 1_000, what);
            }
        }
    }
}

/// If no clock tells how long all this took, the ping still ends in time.
#[test]
fn a_ping_ends_in_every_clock_under_a_flood() {
    for clock in Clock::ALL {
        let host = Scripted::new(clock);
        flood(&host, Duration::ZERO, Duration::from_micros(100), 22_000);
        let (took, _) = unanswered(&host, 2_000);
        if off(clock).is_some_and(|off| off < Duration::from_millis(1)) {
            check_time(clock, took, 2_000, "10,000 a second");
        } else {
            // It may be over too soon.
            let calls = host.calls(Call::IcmpRecv);
            assert!(took <= Duration::from_secs(10), "{clock:?}: {took:?}");
            assert!(calls <= 2 * 2_000 + 100, "{clock:?}: {calls}");
        }
    }
}

#[test]
fn a_timeout_of_any_length_is_kept_by_a_ping() {
    for timeout_ms in [0, 1, 2, 7, 999, 1_001, 8_007, 60_001, u32::MAX] {
        for clock in Clock::ALL {
            let (took, sent) = unanswered(&Scripted::new(clock), timeout_ms);
            check_time(clock, took, timeout_ms.into(), "silence");
            let requests = timeout_ms.div_ceil(1_000).clamp(1, 8);
            assert_eq!(sent.len() as u32, requests, "{clock:?}, {timeout_ms}");
        }
    }
}

#[test]
fn a_shortened_payload_is_a_reply_and_another_is_not() {
    let cases: [(&[u8], &[u8], bool); 8] = [
        (b"mine", b"mine", true),
        (b"mine", b"min", true),
        (b"mine", b"m", true),
        (b"mine", b"", false),
        (b"mine", b"mine!", false),
        (b"mine", b"ine", false),
        (b"", b"", true),
        (b"", b"m", false),
    ];
    for (sent, came, answers) in cases {
        let host = hears(report("10.0.0.1", 1, came));
        let pinged = socket(&host).ping("10.0.0.1", sent, 1, 900);
        assert_eq!(pinged.is_ok(), answers, "{came:?} to {sent:?}: {pinged:?}");
        host.finish("a shortened reply");
    }
    let long = [7; 1_472];
    let host = hears(report("10.0.0.1", 1, &long[..64]));
    assert!(socket(&host).ping("10.0.0.1", &long, 1, 900).is_ok());
}

#[test]
fn an_address_is_the_same_however_it_is_written() {
    let cases = [
        ("::ffff:127.0.0.1", "127.0.0.1", true),
        ("127.0.0.1", "::ffff:7f00:1", true),
        ("::FFFF:10.0.0.1", "::ffff:10.0.0.1", true),
        ("::ffff:10.0.0.2", "10.0.0.1", false),
        ("::10.0.0.1", "10.0.0.1", false),
        ("2001:db8:0::1", "2001:DB8::0:1", true),
        ("2001:db8::1", "2001:db8::2", false),
        // Any address that answers for the machine itself, or for a group.
        ("0.0.0.0", "127.0.0.1", true),
        ("0.0.0.0", "10.0.0.1", true),
        ("::", "::1", true),
        ("::ffff:0.0.0.0", "127.0.0.1", true),
        ("224.0.0.1", "10.0.0.1", true),
        ("ff02::1%eth0", "fe80::1%eth0", true),
        ("255.255.255.255", "10.0.0.1", true),
        ("127.0.0.1", "0.0.0.0", false),
        // A scope is a name or a number, or left out.
        ("fe80::1%eth0", "fe80::1%eth0", true),
        ("fe80::1%eth0", "fe80::1%eth1", false),
        ("fe80::1%2", "fe80::1%2", true),
        ("fe80::1%2", "fe80::1%3", false),
        ("fe80::1%2", "fe80::1%eth0", true),
        ("fe80::1%eth0", "fe80::1%3", true),
        ("fe80::1%eth0", "fe80::1", true),
        ("fe80::1", "fe80::1%eth0", true),
        ("fe80::1%2", "fe80::1", true),
        ("fe80::1", "fe80::1%2", true),
        ("fe80::1%eth0", "fe80::2%eth0", false),
        (
            "fe80::1%99999999999999999999",
            "fe80::1%99999999999999999998",
            false,
        ),
        // Only the host can resolve a name.
        ("router.example", "10.0.0.1", true),
        ("router.example", "fe80::1%eth0", true),
        ("router.example", "::ffff:10.0.0.1", true),
        // Text that is not an address is not the one that was asked.
        ("10.0.0.1", "10.0.0.1.", false),
        ("10.0.0.1", "10.0.0.01", false),
        ("10.0.0.1", "", false),
    ];
    for (target, source, answers) in cases {
        let v6 = source.contains(':') && !source.to_lowercase().contains("::ffff:");
        let report = format!(
            r#"{{"source":"{source}","type":{},"code":0,"seq":1,"data":"bWluZQ=="}}"#,
            if v6 { 129 } else { 0 }
        );
        let host = hears(report.into_bytes());
        let pinged = socket(&host).ping(target, b"mine", 1, 900);
        assert_eq!(pinged.is_ok(), answers, "{source} to {target}: {pinged:?}");
        if let Ok(reply) = pinged {
            assert_eq!(reply.source_ip(), source.parse().ok(), "{source}");
        }
        host.finish("an address");
    }
}

#[test]
fn a_late_reply_to_an_earlier_ping_is_not_the_next_ones() {
    // A loop that counts by one. The reply to each request of a ping comes after the ping is over.
    let host = Scripted::new(Clock::Real);
    host.state().arriving = Some(Default::default());
    for seq in [0, 1, 2, 8_191, 65_535] {
        let late = (0..5_u16).map(|n| {
            let number = n.wrapping_mul(8_192).wrapping_add(seq);
            vec![(
                Duration::from_millis(5_500),
                report("10.0.0.1", number, b"mine"),
            )]
        });
        host.state().echoes = late.collect();
        let pinged = socket(&host).ping("10.0.0.1", b"mine", seq, 5_000);
        assert_eq!(pinged.unwrap_err(), Error::TimedOut, "{seq}");
    }
    let state = host.state();
    assert!(state.heard.len() > 15, "{} were heard", state.heard.len());
    let numbers: Vec<u16> = state.pings.iter().map(|ping| ping.2).collect();
    assert_eq!(numbers[..5], [0, 8_192, 16_384, 24_576, 32_768]);
    assert_eq!(numbers[20..], [65_535, 8_191, 16_383, 24_575, 32_767]);
}

#[test]
fn a_ping_is_not_satisfied_by_somebody_elses_reply() {
    let strangers = [
        report("10.0.0.2", 1, b"mine"),
        report("10.0.0.1", 9, b"mine"),
        report("10.0.0.1", 1, b"other"),
        report("10.0.0.1", 1, b""),
        report("10.0.0.1", 8_192, b"mine"),
        report("10.0.0.1", 8_193, b"mine"), // of a request that has not been sent yet
    ];
    for stranger in strangers {
        let host = hears(stranger.clone());
        let pinged = socket(&host).ping("10.0.0.1", b"mine", 1, 900);
        assert_eq!(pinged.unwrap_err(), Error::TimedOut, "{stranger:?}");
        host.finish("a stranger");
    }
}
