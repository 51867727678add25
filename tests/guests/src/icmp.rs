//! ICMP.

use crate::{outcome, panics, pattern};
use extism_pdk::{FnResult, plugin_fn};
use harness_wasi_sockets::{IcmpSocket, PingReply, Pinged};

/// Sends echo requests of many sizes to its input, a target on loopback, and receives the replies.
#[plugin_fn]
pub fn icmp_echo(target: String) -> FnResult<()> {
    panics::report();
    let socket = IcmpSocket::new();
    for (seq, size) in (0..).zip([0, 1, 2, 3, 56, 57, 58, 255, 1_400, 1_472]) {
        let sent = pattern(size);
        socket.send(&target, &sent, seq)?;
        let reply = loop {
            let packet = socket.recv(5_000)?;
            if matches!(packet.icmp_type, 0 | 129) && packet.seq == Some(seq) {
                break packet;
            }
        };
        assert_eq!(reply.code, 0);
        assert_eq!(reply.id, Some(1));
        assert!(reply.data == sent, "{size} bytes");
        let ip = reply.source_ip().expect("an IP address");
        assert!(ip.is_loopback(), "{ip}");
    }
    Ok(())
}

/// Listens for as many milliseconds as its input says, and returns the result.
#[plugin_fn]
pub fn icmp_listen(timeout_ms: String) -> FnResult<String> {
    panics::report();
    let timeout_ms = timeout_ms.parse().expect("milliseconds");
    Ok(outcome(IcmpSocket::new().recv(timeout_ms)))
}

/// Sends an echo request to a target, and returns the result.
#[plugin_fn]
pub fn icmp_send(target: String) -> FnResult<String> {
    panics::report();
    Ok(outcome(IcmpSocket::new().send(&target, b"x", 1)))
}

/// Sends echo requests with a payload, `TARGET PAYLOAD`: with the sequence numbers that a ping has here.
#[plugin_fn]
pub fn icmp_stranger(input: String) -> FnResult<()> {
    panics::report();
    let (target, payload) = input.split_once(' ').expect("TARGET PAYLOAD");
    for seq in [65_535, 8_191, 16_383] {
        IcmpSocket::new().send(target, payload.as_bytes(), seq)?;
    }
    Ok(())
}

/// Pings a target, `TARGET TIMEOUT_MS`, optionally with a payload, and returns who replied and whether the time is
/// known.
#[plugin_fn]
pub fn icmp_ping(input: String) -> FnResult<String> {
    panics::report();
    let (target, rest) = input.split_once(' ').expect("TARGET TIMEOUT_MS");
    let (timeout, payload) = rest
        .split_once(' ')
        .unwrap_or((rest, "a ping of the tests"));
    let timeout = timeout.parse().expect("milliseconds");
    let reply = IcmpSocket::new().ping(target, payload.as_bytes(), 65_535, timeout);
    let words = |reply: PingReply| {
        let time = if reply.round_trip.is_some() {
            "timed"
        } else {
            "untimed"
        };
        format!("{} {} {time}", reply.source, reply.seq)
    };
    Ok(outcome(reply.map(words)))
}

/// Pings a target several times, `TARGET COUNT INTERVAL_MS TIMEOUT_MS PAYLOAD`, and returns the result of each ping,
/// the counters, and whether times are known.
#[plugin_fn]
pub fn icmp_pings(input: String) -> FnResult<String> {
    panics::report();
    let mut words = input.splitn(5, ' ');
    let mut word = || words.next().expect("five words");
    let target = word();
    let mut number = || word().parse::<u32>().expect("a number");
    let (count, interval, timeout) = (number(), number(), number());
    let payload = word();
    let mut pings = IcmpSocket::new()
        .pings(target, payload.as_bytes(), count)
        .first_seq(40_000)
        .interval(interval)
        .timeout(timeout);
    let mut text = String::new();
    for pinged in &mut pings {
        text += &match pinged {
            Ok(Pinged::Reply(reply)) => format!("r{} ", reply.seq),
            Ok(Pinged::Duplicate(_)) => "d ".to_owned(),
            Ok(Pinged::Lost(seq)) => format!("l{seq} "),
            other => outcome(other.map(|_| ())),
        };
    }
    let stats = pings.stats();
    let timed = stats.min().is_some() && stats.min() <= stats.mean() && stats.mean() <= stats.max();
    let (sent, received, lost) = (stats.sent, stats.received, stats.lost);
    Ok(text + &format!("{sent} {received} {lost} {timed}"))
}
