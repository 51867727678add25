use crate::{Turn, pattern};
use harness_host::icmp::allowed_or_skipped;
use harness_wasi_sockets::{IcmpSocket, Pinged};
use std::io::ErrorKind;
use std::net::IpAddr;

fn echo(target: &str) {
    let socket = IcmpSocket::new();
    for (seq, size) in (0..).zip([0, 1, 2, 56, 57, 1_472]) {
        let sent = pattern(size);
        socket.send(target, &sent, seq).unwrap();
        let reply = loop {
            let packet = socket.recv(5_000).unwrap();
            if matches!(packet.icmp_type, 0 | 129) && packet.seq == Some(seq) {
                break packet;
            }
        };
        assert_eq!((reply.code, reply.id), (0, Some(1)));
        assert!(reply.data == sent, "{size} bytes");
        assert!(reply.source_ip().as_ref().is_some_and(IpAddr::is_loopback));
    }
}

#[test]
fn echo_over_ipv4_and_by_name() {
    if allowed_or_skipped("echo_over_ipv4_and_by_name") {
        let _turn = Turn::take();
        echo("127.0.0.1");
        echo("localhost");
    }
}

#[test]
fn echo_over_ipv6() {
    if !harness_host::peers::has_ipv6() {
        harness_host::skipped("echo_over_ipv6", "this machine has no ::1");
    } else if allowed_or_skipped("echo_over_ipv6") {
        let _turn = Turn::take();
        echo("::1");
    }
}

#[test]
fn what_is_no_target() {
    let _turn = Turn::take();
    let socket = IcmpSocket::new();
    for bad in ["", "127.0.0.1:80", "[::1]", "a b", "a\0", "user@host"] {
        let error = socket.send(bad, b"x", 1).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{bad:?}");
    }
    let error = socket.send("127.0.0.1", &[0; 65_508], 1).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    // One byte less is passed to the host, which may lack permission to send it.
    if let Err(error) = socket.send("127.0.0.1", &[0; 65_507], 1) {
        assert_eq!(error.kind(), ErrorKind::Other, "{error}");
    }
}

#[test]
fn pings_one_after_the_other() {
    if !allowed_or_skipped("pings_one_after_the_other") {
        return;
    }
    let _turn = Turn::take();
    let socket = IcmpSocket::new();
    let pings = socket.pings("127.0.0.1", b"a native series", 3);
    let mut pings = pings.first_seq(65_535).interval(50);
    for seq in [65_535, 0, 1] {
        match pings.next() {
            Some(Ok(Pinged::Reply(reply))) => {
                assert_eq!((reply.seq, reply.source.as_str()), (seq, "127.0.0.1"));
                assert!(reply.round_trip.is_some());
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(pings.next().is_none());
    let stats = pings.stats();
    assert_eq!(
        (stats.sent, stats.received, stats.lost, stats.duplicates),
        (3, 3, 0, 0)
    );
    assert!(stats.min() <= stats.mean() && stats.mean() <= stats.max());
    // The errors are those of a ping.
    let error = socket
        .pings("no target", b"", 1)
        .next()
        .unwrap()
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}

#[test]
fn ping() {
    if !allowed_or_skipped("ping") {
        return;
    }
    let _turn = Turn::take();
    let socket = IcmpSocket::new();
    for (target, source) in [
        ("127.0.0.1", "127.0.0.1"),
        ("localhost", "127.0.0.1"),
        // The reply comes from another address than requested.
        ("0.0.0.0", "127.0.0.1"),
    ] {
        let reply = socket.ping(target, b"native ping", 41, 5_000).unwrap();
        assert_eq!(
            (reply.source.as_str(), reply.seq, reply.requests),
            (source, 41, 1)
        );
        assert!(reply.round_trip.is_some(), "there is a real clock");
        assert_eq!(reply.source_ip(), source.parse().ok());
    }
    let error = socket.ping("127.0.0.1", &[0; 1_473], 1, 1_000).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    let error = socket.ping("not a host", b"", 1, 1_000).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}

#[test]
fn ping_over_ipv6() {
    if !harness_host::peers::has_ipv6() {
        harness_host::skipped("ping_over_ipv6", "this machine has no ::1");
    } else if allowed_or_skipped("ping_over_ipv6") {
        let _turn = Turn::take();
        for target in ["::1", "0:0::0:1", "::"] {
            let reply = IcmpSocket::new().ping(target, b"native ping", 7, 5_000);
            let reply = reply.unwrap();
            assert_eq!((reply.source.as_str(), reply.seq), ("::1", 7), "{target}");
            // Each family has its socket.
            let reply = IcmpSocket::new().ping("127.0.0.1", b"native ping", 8, 5_000);
            assert_eq!(reply.unwrap().source, "127.0.0.1");
        }
    }
}
