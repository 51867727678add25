//! ICMP over a host that goes wrong.

use crate::host::{Call, Clock, Fault, Reply, Scripted};
use crate::tcp::NO_BLOCK;
use harness_wasi_sockets::Error;
use harness_wasi_sockets::embedded::IcmpSocket;

/// The longest report that is read.
const MOST_TEXT: usize = 8_192;

pub fn socket(host: &Scripted) -> IcmpSocket<Scripted> {
    IcmpSocket::new_in(host.clone())
}

/// The report of an echo reply.
pub fn reply(source: &str, seq: u16, data: &[u8]) -> Reply {
    let report =
        format!(r#"{{"source":"{source}","type":0,"code":0,"id":1,"seq":{seq},"data":{data:?}}}"#);
    Reply::Packet(report.into_bytes())
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
            assert_eq!(socket.recv(5_000).unwrap().data, b"mine", "{fault:?}");
            host.finish("no block");
        }
    }
}

#[test]
fn a_ping_without_ears_says_so_and_without_a_clock_tries_again() {
    for fault in NO_BLOCK {
        for clock in Clock::ALL {
            let host = Scripted::new(clock)
                .icmp([reply("10.0.0.1", 2, b"mine")])
                .fault(Call::IcmpRecv, 1, fault);
            let pinged = socket(&host).ping("10.0.0.1", b"mine", 1, 5_000);
            if clock.shows_ends() {
                assert_eq!(pinged.unwrap_err(), Error::NotHeard, "{fault:?}");
            } else {
                let pinged = pinged.unwrap();
                assert_eq!((pinged.seq, pinged.requests), (2, 2), "{fault:?}");
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
    let Reply::Packet(report) = reply("10.0.0.1", 1, b"mine") else {
        unreachable!()
    };
    let room = MOST_TEXT - report.len();
    for longer in [1, room, room + 1, 3_000_000] {
        let host = Scripted::new(Clock::Real)
            .icmp([Reply::Packet(report.clone()), Reply::Packet(report.clone())])
            .fault(Call::IcmpRecv, 1, Fault::Longer(longer as u32));
        let heard = socket(&host).recv(5_000).map(|packet| packet.data.len());
        let expected = if longer > room {
            Err(Error::InvalidData)
        } else {
            Ok(4)
        };
        assert_eq!(heard, expected, "{longer} too long");
        assert_eq!(socket(&host).recv(5_000).unwrap().data, b"mine");
        host.finish("too long");

        let host = Scripted::new(Clock::Real)
            .icmp([Reply::Packet(report.clone()), Reply::Packet(report.clone())])
            .fault(Call::IcmpRecv, 1, Fault::Longer(longer as u32));
        let pinged = socket(&host).ping("10.0.0.1", b"mine", 1, 5_000).unwrap();
        assert_eq!(pinged.requests, 1, "a ping passes over what it cannot read");
        host.finish("too long for a ping");
    }
}

/// However many packets there are that are somebody else's or nobody's.
#[test]
fn a_ping_ends_in_every_clock_under_a_flood() {
    for clock in Clock::ALL {
        let garbage = || Reply::Packet(b"garbage".to_vec());
        let strangers = |n: u16| reply("10.0.0.9", n, b"other");
        let flood = (0..2_000).map(|n| if n % 3 == 0 { garbage() } else { strangers(n) });
        let host = Scripted::new(clock).icmp(flood);
        let pinged = socket(&host).ping("10.0.0.1", b"mine", 1, 60_000);
        assert_eq!(pinged.unwrap_err(), Error::TimedOut, "{clock:?}");
        let calls = (host.calls(Call::IcmpSend), host.calls(Call::IcmpRecv));
        assert!(calls.0 <= 8 && calls.1 <= 8 * 64, "{clock:?}: {calls:?}");
        host.finish("a flood");
    }
}

#[test]
fn a_ping_is_not_satisfied_by_somebody_elses_reply() {
    let strangers = [
        reply("10.0.0.2", 1, b"mine"),
        reply("10.0.0.1", 9, b"mine"),
        reply("10.0.0.1", 1, b"other"),
        reply("10.0.0.1", 1, b""),
        reply("10.0.0.1.", 1, b"mine"),
        reply("::ffff:10.0.0.1", 1, b"mine"),
    ];
    for stranger in strangers {
        let host = Scripted::new(Clock::Real).icmp([stranger.clone(), Reply::Silence]);
        let pinged = socket(&host).ping("10.0.0.1", b"mine", 1, 900);
        assert_eq!(pinged.unwrap_err(), Error::TimedOut, "{stranger:?}");
        host.finish("a stranger");
    }
}
