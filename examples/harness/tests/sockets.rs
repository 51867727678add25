//! The functions `tcp_*` and `udp_*`: what works, what is refused, and that no argument does harm.

mod common;

use common::{Raw, WAIT, eventually, impatient, local, refusing_tcp, refusing_udp};
use harness_host::Plugin;
use harness_host::peers::{self, TcpEcho, TcpPeer, UdpEcho};
use std::io::Write;
use std::net::{Ipv4Addr, TcpListener};
use std::time::{Duration, Instant};

#[test]
fn tcp_there_and_back() {
    let echo = TcpEcho::v4().unwrap();
    let mut raw = Raw::new(&local());
    let id = raw.connect("tcp", echo.addr());
    assert_eq!(id, 1);
    assert_eq!(raw.send("tcp", id, b"hello"), 5);
    assert_eq!(raw.receive("tcp", id, 2), b"he");
    assert_eq!(raw.receive("tcp", id, 100), b"llo");
    raw.close("tcp", id);
    assert_eq!(raw.0.open_connections(), 0);

    let report = raw.0.report();
    assert_eq!(
        report.calls.to_string(),
        "tcp_connect 1, tcp_send 1, tcp_recv 2, tcp_close 1"
    );
    assert_eq!((report.opened, report.closed), (1, 1));
    assert_eq!((report.bytes_sent, report.bytes_received), (5, 5));
    assert!(report.fuel > 0);

    raw.0.reset_counters();
    assert_eq!(raw.0.report().calls.total(), 0);
    assert_eq!(raw.0.report().fuel, 0);
}

#[test]
fn udp_there_and_back() {
    let echo = UdpEcho::v4().unwrap();
    let mut raw = Raw::new(&local());
    let id = raw.connect("udp", echo.addr());
    assert_eq!(raw.send("udp", id, b"datagram"), 8);
    assert_eq!(raw.receive("udp", id, 100), b"datagram");

    // The part that does not fit is lost.
    assert_eq!(raw.send("udp", id, b"first"), 5);
    assert_eq!(raw.send("udp", id, b"second"), 6);
    assert_eq!(raw.receive("udp", id, 2), b"fi");
    assert_eq!(raw.receive("udp", id, 100), b"second");
}

#[test]
fn ipv6_and_names() {
    let echo = TcpEcho::v4().unwrap();
    let mut raw = Raw::new(&local());
    let name = format!("localhost:{}", echo.addr().port());
    let id = raw.connect("tcp", name);
    assert_eq!(raw.send("tcp", id, b"by name"), 7);
    assert_eq!(raw.receive("tcp", id, 100), b"by name");

    if peers::has_ipv6() {
        let (tcp, udp) = (TcpEcho::v6().unwrap(), UdpEcho::v6().unwrap());
        for (protocol, address) in [("tcp", tcp.addr()), ("udp", udp.addr())] {
            let id = raw.connect(protocol, address);
            assert_eq!(raw.send(protocol, id, b"six"), 3);
            assert_eq!(raw.receive(protocol, id, 100), b"six");
            // Without brackets the port cannot be distinguished from the address.
            let bare = format!("::1:{}", address.port());
            assert_eq!(raw.connect(protocol, bare), 0);
        }
    }
}

#[test]
fn addresses_that_are_none() {
    let echo = TcpEcho::v4().unwrap();
    let mut raw = Raw::new(&impatient());
    for protocol in ["tcp", "udp"] {
        for wrong in [
            String::new(),
            "127.0.0.1".into(),
            "no such host:80".into(),
            // The whole block counts: a NUL in it belongs to the text.
            format!("{}\0", echo.addr()),
            format!("{}\nrest", echo.addr()),
        ] {
            assert_eq!(raw.connect(protocol, &wrong), 0, "{wrong:?}");
        }
    }
    // There is no block: before the first, between two, and far outside.
    for offset in [1, 64, 100, 1 << 20, 1 << 32, u64::MAX] {
        assert_eq!(raw.number("tcp_connect_at", &[offset], &[]), 0);
    }
    assert_eq!(raw.0.report().opened, 0);
    assert_eq!(echo.accepted(), 0);
}

#[test]
fn nobody_listens() {
    let (_tcp, address) = refusing_tcp();
    let mut raw = Raw::new(&impatient());
    assert_eq!(raw.connect("tcp", address), 0);

    // UDP fails only when it sends.
    let (_udp, address) = refusing_udp();
    let id = raw.connect("udp", address);
    assert_ne!(id, 0);
    raw.send("udp", id, b"anybody?");
    assert_eq!(raw.receive("udp", id, 100), b"");
}

#[test]
fn unknown_ids() {
    let echo = TcpEcho::v4().unwrap();
    let mut raw = Raw::new(&impatient());
    let tcp = raw.connect("tcp", echo.addr());
    let closed = raw.connect("tcp", echo.addr());
    raw.close("tcp", closed);
    for (protocol, id) in [
        ("tcp", 0),
        ("tcp", 99),
        ("tcp", u64::MAX),
        ("tcp", closed),
        ("udp", tcp),
    ] {
        assert_eq!(raw.send(protocol, id, b"x"), 0);
        assert_eq!(raw.receive(protocol, id, 10), b"");
        raw.close(protocol, id);
    }
    assert_eq!(raw.0.open_connections(), 1);
    assert_eq!(raw.0.report().closed, 1);
    // Ids are not reused.
    assert_eq!(raw.connect("tcp", echo.addr()), closed + 1);
}

#[test]
fn lengths_and_offsets_to_send() {
    let (tcp, udp) = (TcpEcho::v4().unwrap(), UdpEcho::v4().unwrap());
    let mut raw = Raw::new(&impatient());
    for (protocol, address) in [("tcp", tcp.addr()), ("udp", udp.addr())] {
        let id = raw.connect(protocol, address);
        let send = format!("{protocol}_send");
        // Shorter than the block, and longer.
        assert_eq!(raw.number(&send, &[id, 3], b"abcdef"), 3);
        assert_eq!(raw.get(protocol, id, 100), b"abc");
        assert_eq!(raw.number(&send, &[id, u64::MAX], b"abcdef"), 6);
        assert_eq!(raw.get(protocol, id, 100), b"abcdef");
        // No bytes.
        assert_eq!(raw.number(&send, &[id, 0], b"abcdef"), 0);
        assert_eq!(raw.number(&send, &[id, 0], b""), 0);
        // An empty datagram came back, and reads as 0 too.
        assert_eq!(raw.receive(protocol, id, 100), b"");

        let send_at = format!("{protocol}_send_at");
        for offset in [0, 1, 64, 78, 1 << 20, 1 << 32, u64::MAX] {
            for length in [1, u64::MAX] {
                assert_eq!(raw.number(&send_at, &[id, offset, length], &[]), 0);
            }
        }
    }
}

#[test]
fn however_much_a_plugin_asks_for() {
    let echo = TcpEcho::v4().unwrap();
    let mut raw = Raw::new(&impatient().max_receive(1000));
    let id = raw.connect("tcp", echo.addr());
    assert_eq!(raw.send("tcp", id, b"hello"), 5);
    assert_eq!(raw.get("tcp", id, u32::MAX), b"hello");
    assert_eq!(raw.receive("tcp", id, 0), b"");
    assert_eq!(raw.send("tcp", id, &[7; 5000]), 5000);
    assert_eq!(raw.get("tcp", id, u32::MAX).len(), 1000);
}

#[test]
fn a_silent_peer_costs_the_wait_and_a_closed_one_nothing() {
    let silent = TcpEcho::v4().unwrap();
    let mut raw = Raw::new(&impatient());
    let id = raw.connect("tcp", silent.addr());
    let began = Instant::now();
    assert_eq!(raw.receive("tcp", id, 10), b"");
    assert!(began.elapsed() >= WAIT);

    // With a wait that no test would survive.
    let closing = TcpPeer::start(Ipv4Addr::LOCALHOST.into(), |mut stream, _| {
        stream.write_all(b"bye")
    })
    .unwrap();
    let mut raw = Raw::new(&local().wait(Duration::from_secs(3600)));
    let id = raw.connect("tcp", closing.addr());
    assert_eq!(raw.receive("tcp", id, 10), b"bye");
    assert_eq!(raw.receive("tcp", id, 10), b"");
    assert_eq!(raw.receive("tcp", id, 10), b"");
}

#[test]
fn a_peer_that_reads_nothing_stops_a_send() {
    // Connections wait in the backlog of a listener that never accepts.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let mut raw = Raw::new(&local().send_wait(WAIT));
    let id = raw.connect("tcp", listener.local_addr().unwrap());
    let much = vec![0; 256 * 1024];
    let sent_all = (0..200).all(|_| raw.send("tcp", id, &much) != 0);
    assert!(!sent_all, "50 MiB fitted into the buffers of a socket");
}

/// No other plugin receives what one plugin is sent, whatever it requests.
#[test]
fn no_plugin_hears_another() {
    let (tcp, udp) = (TcpEcho::v4().unwrap(), UdpEcho::v4().unwrap());
    let (mut one, mut other) = (Raw::new(&impatient()), Raw::new(&impatient()));
    for (protocol, address) in [("tcp", tcp.addr()), ("udp", udp.addr())] {
        let id = one.connect(protocol, address);
        let secret = one.send(protocol, id, b"secret");
        assert_eq!(secret, 6);
        // Every id near it, in both families.
        for id in 0..id + 3 {
            for protocol in ["tcp", "udp"] {
                assert_eq!(other.receive(protocol, id, 100), b"");
                assert_eq!(other.send(protocol, id, b"forged"), 0);
                other.close(protocol, id);
            }
        }
        assert_eq!(one.get(protocol, id, 100), b"secret");
    }
    assert_eq!(
        (one.0.open_connections(), other.0.open_connections()),
        (2, 0)
    );
}

#[test]
fn connections_belong_to_one_plugin() {
    let echo = TcpEcho::v4().unwrap();
    let (mut one, mut other) = (Raw::new(&impatient()), Raw::new(&impatient()));
    let id = one.connect("tcp", echo.addr());
    assert_eq!(other.send("tcp", id, b"mine?"), 0);
    other.close("tcp", id);
    assert_eq!(other.receive("tcp", id, 10), b"");
    // Each counts separately.
    assert_eq!(other.connect("tcp", echo.addr()), id);
    assert_eq!(one.send("tcp", id, b"still mine"), 10);
    assert_eq!(one.get("tcp", id, 100), b"still mine");
}

#[test]
fn connections_close_when_the_plugin_is_dropped() {
    let echo = TcpEcho::v4().unwrap();
    let mut raw = Raw::new(&local());
    for _ in 0..3 {
        raw.connect("tcp", echo.addr());
    }
    assert_eq!(raw.0.open_connections(), 3);
    eventually("three connections arrive", || echo.open() == 3);
    drop(raw);
    eventually("the connections close", || echo.open() == 0);
}

#[test]
fn too_many_connections() {
    let echo = TcpEcho::v4().unwrap();
    let mut raw = Raw::new(&local().max_connections(2));
    let first = raw.connect("tcp", echo.addr());
    assert_ne!(raw.connect("udp", echo.addr()), 0);
    assert_eq!(raw.connect("tcp", echo.addr()), 0);
    raw.close("tcp", first);
    assert_ne!(raw.connect("tcp", echo.addr()), 0);
}

#[test]
fn the_functions_are_imported_from_env_with_these_types() {
    // A plugin that declares one of them otherwise is refused when it is loaded.
    for wrong in [
        r#"(module (import "env" "tcp_connect" (func (param i32) (result i32))))"#,
        r#"(module (import "env" "tcp_connect2" (func (param i64) (result i32))))"#,
        r#"(module (import "extism:host/user" "tcp_connect" (func (param i64) (result i32))))"#,
        "not a module",
    ] {
        let error = Plugin::new(wrong.as_bytes(), &local()).unwrap_err();
        assert!(matches!(error, harness_host::Error::Load(_)), "{error}");
    }
}

#[test]
fn whole_receives_put_a_stream_together_again() {
    let peer = TcpPeer::start(Ipv4Addr::LOCALHOST.into(), |mut stream, _| {
        for part in [b"one ", b"two ", b"half"] {
            stream.write_all(part)?;
            std::thread::sleep(WAIT / 10);
        }
        Ok(())
    })
    .unwrap();
    let mut raw = Raw::new(&local().whole_receives(true));
    let id = raw.connect("tcp", peer.addr());
    assert_eq!(raw.receive("tcp", id, 8), b"one two ");
    // EOF returns fewer.
    assert_eq!(raw.receive("tcp", id, 8), b"half");
    assert_eq!(raw.receive("tcp", id, 8), b"");
}
