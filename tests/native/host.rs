//! `Native` is a host like production's: it accepts the same input.

use crate::{Turn, WAIT, v4};
use harness_host::peers::{self, TcpEcho, TcpPeer, UdpEcho};
use harness_wasi_sockets::host::{Host, Native};
use harness_wasi_sockets::{Block, IcmpSocket, TcpStream, UdpSocket};
use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

/// Returns this machine's IPv6 addresses, each with the name and the number of its interface: loopback and link-local
/// ones.
fn scoped() -> Vec<(Ipv6Addr, String, u32)> {
    let text = std::fs::read_to_string("/proc/net/if_inet6").unwrap_or_default();
    let line = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let ip = Ipv6Addr::from(u128::from_str_radix(words.first()?, 16).ok()?);
        let number = u32::from_str_radix(words.get(1)?, 16).ok()?;
        Some((ip, words.last()?.to_string(), number))
    };
    let all = text.lines().filter_map(line);
    all.filter(|(ip, ..)| ip.is_loopback() || ip.is_unicast_link_local())
        .collect()
}

/// Connects to each, by the interface's name and number, and reports by name what is skipped.
fn with_scopes(test: &str, connect: impl Fn(Ipv6Addr, &str)) {
    let scoped = scoped();
    for (ip, name, number) in &scoped {
        connect(*ip, &format!("{ip}%{name}"));
        connect(*ip, &format!("{ip}%{number}"));
    }
    if !scoped.iter().any(|(ip, ..)| !ip.is_loopback()) {
        harness_host::skipped(test, "this machine has no link-local address");
    }
}

#[test]
fn tcp_to_an_address_with_a_scope() {
    let _turn = Turn::take();
    with_scopes("tcp_to_an_address_with_a_scope", |ip, host| {
        let listener = std::net::TcpListener::bind("[::]:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let mut stream = TcpStream::connect(format!("[{host}]:{port}"))
            .unwrap_or_else(|error| panic!("{host}: {error}"));
        let (mut accepted, _) = listener.accept().unwrap();
        assert_eq!(accepted.local_addr().unwrap().ip(), IpAddr::V6(ip));
        accepted.write_all(b"hello").unwrap();
        let mut got = [0; 5];
        stream.read_exact(&mut got).unwrap();
        assert_eq!(&got, b"hello");
    });
}

#[test]
fn udp_to_an_address_with_a_scope() {
    let _turn = Turn::take();
    with_scopes("udp_to_an_address_with_a_scope", |_, host| {
        let peer = std::net::UdpSocket::bind("[::]:0").unwrap();
        let port = peer.local_addr().unwrap().port();
        let socket = UdpSocket::connect(format!("[{host}]:{port}"))
            .unwrap_or_else(|error| panic!("{host}: {error}"));
        socket.send(b"hello").unwrap();
        let (_, from) = peer.recv_from(&mut [0; 8]).unwrap();
        peer.send_to(b"and back", from).unwrap();
        assert_eq!(socket.recv(&mut [0; 16]).unwrap(), 8);
    });
}

#[test]
fn a_ping_to_an_address_with_a_scope() {
    let test = "a_ping_to_an_address_with_a_scope";
    if !harness_host::icmp::allowed_or_skipped(test) {
        return;
    }
    let _turn = Turn::take();
    let socket = IcmpSocket::new();
    with_scopes(test, |ip, host| {
        socket.send(host, b"hello", 901).unwrap();
        loop {
            let packet = socket.recv(30_000).unwrap();
            if packet.icmp_type == 129 && packet.seq == Some(901) {
                assert_eq!(packet.source_ip(), Some(IpAddr::V6(ip)));
                break;
            }
        }
    });
}

/// An IPv4 address may be written as an IPv6 one.
#[test]
fn a_ping_to_an_address_in_another_form() {
    if !harness_host::icmp::allowed_or_skipped("a_ping_to_an_address_in_another_form") {
        return;
    }
    let _turn = Turn::take();
    let socket = IcmpSocket::new();
    socket.send("::ffff:127.0.0.1", b"hello", 903).unwrap();
    loop {
        let packet = socket.recv(60_000).unwrap();
        if packet.icmp_type == 0 && packet.seq == Some(903) {
            assert_eq!(packet.source_ip(), Some(v4()));
            break;
        }
    }
}

#[test]
fn an_interface_that_is_not_there() {
    let _turn = Turn::take();
    let error = TcpStream::connect("[fe80::1%no-such-one]:80").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    assert!(UdpSocket::connect("[fe80::1%no-such-one]:80").is_err());
    assert!(
        IcmpSocket::new()
            .send("fe80::1%no-such-one", b"", 1)
            .is_err()
    );
}

/// However short a wait is requested, a silent peer is not reported as a closed connection.
#[test]
fn no_wait_is_so_short_that_a_silence_looks_like_the_end() {
    let _turn = Turn::take();
    let silent = TcpPeer::start(v4(), |_, stop| {
        while !stop.is_set() {
            std::thread::sleep(WAIT / 10);
        }
        Ok(())
    });
    let silent = silent.unwrap();
    for wait in [Duration::ZERO, Duration::from_nanos(1), WAIT / 20, WAIT / 2] {
        Native::set_wait(wait);
        assert_eq!(Native::wait(), WAIT);
        let mut stream = TcpStream::connect(silent.addr()).unwrap();
        stream.set_read_timeout(Some(WAIT)).unwrap();
        let error = stream.read(&mut [0; 8]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
    }
}

/// A host sends at most what a block contains, and takes offset 0 for an empty block.
#[test]
fn lengths_and_offsets_to_send() {
    let _turn = Turn::take();
    let (tcp, udp) = (TcpEcho::v4().unwrap(), UdpEcho::v4().unwrap());
    let text = |addr: std::net::SocketAddr| Block::copy_of(addr.to_string().as_bytes()).unwrap();
    let (to_tcp, to_udp) = (text(tcp.addr()), text(udp.addr()));
    let data = Block::copy_of(b"abcdef").unwrap();
    let stream = Native.tcp_connect(to_tcp.offset());
    let socket = Native.udp_connect(to_udp.offset());
    for len in [6, 7, u64::MAX] {
        assert_eq!(Native.tcp_send(stream, data.offset(), len), 6);
        assert_eq!(Native.udp_send(socket, data.offset(), len), 6);
    }
    assert_eq!(Native.tcp_send(stream, data.offset() + 1, 1), 0);

    // Requesting no bytes takes none, and no datagram.
    assert_eq!(Native.tcp_recv(stream, 0), 0);
    assert_eq!(Native.udp_recv(socket, 0), 0);
    for _ in 0..3 {
        let received = Block::adopt_in(Native, Native.udp_recv(socket, 100)).unwrap();
        assert_eq!(received.len(), 6);
    }
    Native.tcp_close(stream);
    Native.udp_close(socket);

    // An empty datagram is sent.
    let peer = std::net::UdpSocket::bind((v4(), 0)).unwrap();
    let to_peer = text(peer.local_addr().unwrap());
    let socket = Native.udp_connect(to_peer.offset());
    assert_eq!(Native.udp_send(socket, 0, 0), 0);
    assert_eq!(peer.recv(&mut [0; 8]).unwrap(), 0);
    Native.udp_close(socket);
}

#[test]
fn endpoints_are_read_as_in_production() {
    let _turn = Turn::take();
    let echo = TcpEcho::v4().unwrap();
    let port = echo.addr().port();
    let connect = |text: &str| {
        let address = Block::copy_of(text.as_bytes()).unwrap();
        let id = Native.tcp_connect(address.offset());
        Native.tcp_close(id);
        id != 0
    };
    assert!(connect(&format!("127.0.0.1:{port}")));
    // An empty host is this machine.
    assert!(connect(&format!(":{port}")));
    if peers::has_ipv6() {
        let echo = TcpEcho::v6().unwrap();
        let port = echo.addr().port();
        assert!(connect(&format!("[::1]:{port}")));
        // Without brackets the port cannot be distinguished from the address.
        assert!(!connect(&format!("::1:{port}")));
    }
}

/// A host receives the ICMP of the whole machine, from any sender.
#[test]
fn a_thread_that_has_sent_nothing_hears_the_machine_too() {
    let test = "a_thread_that_has_sent_nothing_hears_the_machine_too";
    if !harness_host::icmp::allowed_or_skipped(test) {
        return;
    }
    let _turn = Turn::take();
    std::thread::scope(|scope| {
        let hears = scope.spawn(|| {
            let socket = IcmpSocket::new();
            // Others ping this machine too.
            while socket.recv(60_000).unwrap().data != b"to whom it may concern" {}
        });
        let socket = IcmpSocket::new();
        while !hears.is_finished() {
            let sent = socket.send("127.0.0.1", b"to whom it may concern", 902);
            sent.unwrap();
            std::thread::sleep(Duration::from_millis(5));
        }
    });
}

/// A thread may be about to read with an id that another one closes.
#[test]
fn no_id_is_given_again_soon() {
    let _turn = Turn::take();
    let (tcp, udp) = (TcpEcho::v4().unwrap(), UdpEcho::v4().unwrap());
    let address = |addr: std::net::SocketAddr| Block::copy_of(addr.to_string().as_bytes()).unwrap();
    let (tcp, udp) = (address(tcp.addr()), address(udp.addr()));
    let mut ids = std::collections::BTreeSet::new();
    for _ in 0..50 {
        let id = Native.tcp_connect(tcp.offset());
        Native.tcp_close(id);
        assert!(ids.insert(("tcp", id)), "{id}, again");
        let id = Native.udp_connect(udp.offset());
        Native.udp_close(id);
        assert!(ids.insert(("udp", id)), "{id}, again");
    }
    assert!(!ids.contains(&("tcp", 0)) && !ids.contains(&("udp", 0)));
}
