//! How a plugin handles a host that fails on purpose, over real sockets. After each fault the same plugin is called
//! again and works, and nothing is leaked.

use crate::{PATIENCE, call, guest, patient, quick, v4};
use harness_host::peers::{TcpEcho, TcpPeer, UdpEcho};
use harness_host::{Fault, Faults, Plugin};
use std::io::{ErrorKind, Read, Write};
use std::sync::mpsc;
use std::time::Duration;

pub const LAYERS: [&str; 2] = ["faults_tcp", "faults_tcp_embedded"];

fn plugin(faults: Faults) -> Plugin {
    guest(&quick().faults(faults))
}

/// Checks that nothing is open, and that the fault has happened.
pub fn afterwards(plugin: &Plugin, fault: Fault) {
    assert_eq!(plugin.open_connections(), 0, "{fault}");
    assert!(plugin.report().faults.get(fault) > 0, "{fault}");
}

/// Sends `len` bytes to an echo server and reads them back, in both layers: once with this fault in one call, and once
/// without.
fn once(function: &str, call_number: u64, fault: Fault, len: usize, expected: &str) {
    let echo = TcpEcho::v4().unwrap();
    for layer in LAYERS {
        let mut plugin = plugin(Faults::default().at(function, call_number, fault));
        let input = format!("{} {len} 10000", echo.addr());
        let got = call(&mut plugin, layer, &input);
        assert_eq!(got, expected, "{layer}, {fault} in {function}");
        afterwards(&plugin, fault);
        let input = format!("{} 100 10000", echo.addr());
        assert_eq!(
            call(&mut plugin, layer, &input),
            "wrote 100 ok, read 100 ok",
            "after {fault} in {function}"
        );
        afterwards(&plugin, fault);
    }
}

#[test]
fn a_connection_that_vanishes() {
    // With a clock, an invalid id is reported as EOF at once.
    once(
        "tcp_recv",
        1,
        Fault::Drop,
        100,
        "wrote 100 ok, read 0 Ok(0)",
    );
    once(
        "tcp_send",
        1,
        Fault::Drop,
        100,
        "wrote 0 BrokenPipe, read 0 ok",
    );
}

/// UDP has no EOF: a socket that vanishes receives nothing, and sends nothing.
#[test]
fn a_socket_that_vanishes() {
    let echo = UdpEcho::v4().unwrap();
    for function in ["udp_send", "udp_recv"] {
        let faults = Faults::default().at(function, 1, Fault::Drop);
        let mut plugin = guest(&patient().faults(faults));
        let got = call(&mut plugin, "faults_udp", &format!("{} 2 0", echo.addr()));
        let expected = match function {
            "udp_send" => &["Other Other"][..],
            _ => &["WouldBlock Other", "TimedOut Other"],
        };
        assert!(expected.contains(&got.as_str()), "{function}: {got}");
        afterwards(&plugin, Fault::Drop);
        let got = call(&mut plugin, "faults_udp", &format!("{} 1 0", echo.addr()));
        assert_eq!(got, "Ok(100)", "after a drop in {function}");
    }
}

#[test]
fn a_connection_that_is_reset() {
    once(
        "tcp_recv",
        1,
        Fault::Reset,
        100,
        "wrote 100 ok, read 0 Ok(0)",
    );
    once(
        "tcp_send",
        2,
        Fault::Reset,
        70_000,
        "wrote 65536 BrokenPipe, read 0 Ok(0)",
    );

    // It is a real reset: the peer sees it.
    let (tell, told) = mpsc::channel();
    let peer = TcpPeer::start(v4(), move |mut stream, _| {
        stream.set_read_timeout(None)?;
        let kind = match stream.read(&mut [0; 10]) {
            Ok(n) => format!("{n} bytes"),
            Err(error) => format!("{:?}", error.kind()),
        };
        tell.send(kind).map_err(std::io::Error::other)
    })
    .unwrap();
    let mut plugin = plugin(Faults::default().at("tcp_send", 1, Fault::Reset));
    let input = format!("{} 10 10", peer.addr());
    let got = call(&mut plugin, "faults_tcp", &input);
    assert_eq!(got, "wrote 0 BrokenPipe, read 0 ok");
    let told = told.recv_timeout(PATIENCE).unwrap();
    assert_eq!(told, format!("{:?}", ErrorKind::ConnectionReset));
}

/// With this fault in every call that can have it, all bytes still come back.
fn always(fault: Fault, len: usize, size: usize) {
    let echo = TcpEcho::v4().unwrap();
    for layer in LAYERS {
        let mut plugin = plugin(Faults::seeded(1).rate(fault, 1.0));
        let input = format!("{} {len} {size}", echo.addr());
        let got = call(&mut plugin, layer, &input);
        assert_eq!(got, format!("wrote {len} ok, read {len} ok"), "{layer}");
        afterwards(&plugin, fault);
    }
}

#[test]
fn a_host_that_sends_in_parts() {
    always(Fault::Partial, 60_000, 10_000);
}

#[test]
fn a_peer_that_is_slow() {
    always(Fault::Slow, 200, 10_000);
    always(Fault::Slow, 20, 1);
}

#[test]
fn a_connect_that_nobody_answers() {
    let (tcp, udp) = (TcpEcho::v4().unwrap(), UdpEcho::v4().unwrap());
    let (tcp, udp) = (tcp.addr().to_string(), udp.addr().to_string());
    let faults =
        Faults::default()
            .at("tcp_connect", 1, Fault::Stall)
            .at("udp_connect", 1, Fault::Stall);
    let config = quick().connect_wait(Duration::from_millis(300));
    let mut plugin = guest(&config.faults(faults));
    for (function, address) in [("tcp_connect", &tcp), ("udp_connect", &udp)] {
        let connect = call(&mut plugin, function, address);
        assert_eq!(connect, "ConnectionRefused", "{function}");
        assert_eq!(call(&mut plugin, function, address), "Ok(())", "{function}");
    }
    afterwards(&plugin, Fault::Stall);
}

#[test]
fn a_host_that_stalls_loses_nothing() {
    // Two whole waits without data; the third returns all of it.
    let echo = TcpEcho::v4().unwrap();
    let faults = || {
        Faults::default()
            .at("tcp_recv", 1, Fault::Stall)
            .at("tcp_recv", 2, Fault::Stall)
    };
    for layer in LAYERS {
        let mut plugin = plugin(faults());
        let input = format!("{} 1000 1000", echo.addr());
        let got = call(&mut plugin, layer, &input);
        assert_eq!(got, "wrote 1000 ok, read 1000 ok", "{layer}");
        assert_eq!(plugin.report().faults.get(Fault::Stall), 2);
        afterwards(&plugin, Fault::Stall);
    }

    // A datagram that arrives too late is there for the next receive.
    let echo = UdpEcho::v4().unwrap();
    let mut plugin = plugin(Faults::default().at("udp_recv", 1, Fault::Stall));
    let late = call(&mut plugin, "faults_udp_late", &echo.addr().to_string());
    assert_eq!(late, "TimedOut Ok(4)");
    afterwards(&plugin, Fault::Stall);
}

#[test]
fn blocks_that_are_longer_than_asked_for() {
    let echo = TcpEcho::v4().unwrap();
    for layer in LAYERS {
        // There is room for this much more: nothing is lost.
        let faults = Faults::default().rate(Fault::OverLong, 1.0);
        let mut plugin = plugin(faults.over_long_by(1_000));
        let input = format!("{} 60000 10000", echo.addr());
        let got = call(&mut plugin, layer, &input);
        assert_eq!(got, "wrote 60000 ok, read 60000 ok", "{layer}");
        afterwards(&plugin, Fault::OverLong);
    }
    // There is no room for this much: what fits is returned, in order, and then an error. (The buffers have 4,096 and
    // 1,024 bytes.)
    for (layer, read) in LAYERS.into_iter().zip([14_096, 11_024]) {
        let faults = Faults::default().at("tcp_recv", 1, Fault::OverLong);
        let mut plugin = plugin(faults.over_long_by(50_000));
        let input = format!("{} 60000 10000", echo.addr());
        let got = call(&mut plugin, layer, &input);
        assert_eq!(
            got,
            format!("wrote 60000 ok, read {read} InvalidData"),
            "{layer}"
        );
        afterwards(&plugin, Fault::OverLong);
        let got = call(&mut plugin, layer, &input);
        assert_eq!(got, "wrote 60000 ok, read 60000 ok", "{layer}");
    }

    // The library truncates a datagram that the host should have truncated.
    let echo = UdpEcho::v4().unwrap();
    let faults = Faults::default().rate(Fault::OverLong, 1.0);
    let mut plugin = guest(&patient().faults(faults));
    let got = call(&mut plugin, "udp_echo", &echo.addr().to_string());
    assert_eq!(got, format!("Ok({})", echo.addr()));
    afterwards(&plugin, Fault::OverLong);
}

/// After an over-long block, a peek shows no bytes from after the gap.
#[test]
fn no_peek_reaches_over_a_gap() {
    let echo = TcpEcho::v4().unwrap();
    let faults = Faults::default().at("tcp_recv", 1, Fault::OverLong);
    let mut plugin = plugin(faults.over_long_by(10_000));
    let input = format!("{} 60000 3000", echo.addr());
    let got = call(&mut plugin, "faults_peeks", &input);
    assert_eq!(got, "read 4096 InvalidData");
    afterwards(&plugin, Fault::OverLong);
}

/// A reply of megabytes takes none of the plugin's memory, in the facade too.
#[test]
fn a_reply_takes_no_memory_without_bound() {
    const MUCH: usize = 8 * 1024 * 1024;
    let peer = TcpPeer::start(v4(), |mut stream, _| stream.write_all(&vec![7; 2 * MUCH])).unwrap();
    let faults = || {
        Faults::default()
            .rate(Fault::OverLong, 1.0)
            .over_long_by(MUCH)
    };
    let mut config = patient().faults(faults());
    let mut plugin = guest(&config);
    let got = call(&mut plugin, "faults_memory_taken", &peer.addr().to_string());
    assert_eq!(got, "Ok(100) Ok(100) 0");
    let report = plugin.report();
    assert!(report.faults.get(Fault::OverLong) > 0);
    assert!(report.bytes_received > MUCH as u64, "{report:?}");
    assert_eq!(plugin.open_connections(), 0);

    // A peeked datagram is kept whole: one page holds it.
    let echo = UdpEcho::v4().unwrap();
    config = patient().faults(faults());
    let mut plugin = guest(&config);
    let got = call(
        &mut plugin,
        "faults_memory_taken_udp",
        &echo.addr().to_string(),
    );
    assert!(got.starts_with("Ok(4) Ok(4) "), "{got}");
    let taken: usize = got.rsplit(' ').next().unwrap().parse().unwrap();
    assert!(taken <= 2, "{taken} pages");
}

#[test]
fn garbage_for_icmp() {
    let mut plugin = plugin(Faults::seeded(1).rate(Fault::Garbage, 1.0));
    // All its forms, many times; none of them is a packet.
    for _ in 0..100 {
        assert_eq!(call(&mut plugin, "icmp_listen", "100"), "InvalidData");
    }
    assert_eq!(plugin.report().faults.get(Fault::Garbage), 100);
    // A ping skips it, and still ends.
    if harness_host::icmp::allowed_or_skipped("garbage_for_icmp, its ping") {
        assert_eq!(call(&mut plugin, "icmp_ping", "127.0.0.1 50"), "TimedOut");
        let faults = Faults::seeded(1).rate(Fault::Garbage, 0.5);
        let mut plugin = guest(&quick().faults(faults));
        let got = call(&mut plugin, "icmp_ping", "127.0.0.1 5000");
        assert!(got.starts_with("Ok(\"127.0.0.1 "), "{got}");
    }
}

#[test]
fn nothing_from_one_function() {
    let (tcp, udp) = (TcpEcho::v4().unwrap(), UdpEcho::v4().unwrap());
    let (tcp, udp) = (tcp.addr(), udp.addr());
    let (tcp_round, udp_round) = (format!("{tcp} 100 100"), format!("{udp} 2 0"));
    let cases = [
        (
            "tcp_connect",
            "tcp_connect",
            tcp.to_string(),
            "ConnectionRefused",
        ),
        (
            "tcp_send",
            "faults_tcp",
            tcp_round.clone(),
            "wrote 0 BrokenPipe, read 0 ok",
        ),
        (
            "tcp_recv",
            "faults_tcp",
            tcp_round,
            "wrote 100 ok, read 0 Ok(0)",
        ),
        (
            "udp_connect",
            "udp_connect",
            udp.to_string(),
            "ConnectionRefused",
        ),
        ("udp_send", "faults_udp", udp_round, "Other Other"),
        (
            "udp_recv",
            "faults_udp",
            format!("{udp} 1 0"),
            "WouldBlock|TimedOut",
        ),
        ("icmp_send", "icmp_send", "127.0.0.1".to_owned(), "Other"),
        (
            "icmp_recv",
            "icmp_listen",
            "100".to_owned(),
            "Other|TimedOut",
        ),
    ];
    // (On a busy machine an immediate result may be late; a datagram is then late too.)
    for (function, export, input, expected) in cases {
        let mut plugin = plugin(Faults::default().rate_in(function, Fault::Zero, 1.0));
        for _ in 0..2 {
            let got = call(&mut plugin, export, &input);
            assert!(expected.split('|').any(|e| e == got), "{function}: {got}");
            afterwards(&plugin, Fault::Zero);
        }
    }
}
