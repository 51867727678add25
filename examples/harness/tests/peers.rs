//! The peers themselves, over plain sockets.

use harness_host::peers::{HttpServer, LineServer, TcpEcho, TcpPeer, UdpEcho, UdpPeer, has_ipv6};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream, UdpSocket};
use std::time::Duration;

fn converse(address: std::net::SocketAddr, send: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    stream.write_all(send).unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn echoes() {
    let echo = TcpEcho::v4().unwrap();
    assert_eq!(converse(echo.addr(), b"hello"), "hello");
    assert_eq!(echo.accepted(), 1);

    let echo = UdpEcho::v4().unwrap();
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    socket.send_to(b"hello", echo.addr()).unwrap();
    let mut buffer = [0; 10];
    let (n, from) = socket.recv_from(&mut buffer).unwrap();
    assert_eq!((&buffer[..n], from), (&b"hello"[..], echo.addr()));

    if has_ipv6() {
        let echo = TcpEcho::v6().unwrap();
        assert!(echo.addr().is_ipv6());
        assert_eq!(converse(echo.addr(), b"hello"), "hello");
    }
}

#[test]
fn lines() {
    let server = LineServer::v4().unwrap();
    assert_eq!(
        converse(server.addr(), b"one\ntwo\nhalf a li"),
        "you said: one\nyou said: two\n"
    );
}

#[test]
fn lines_and_datagrams_are_answered_as_a_function_says() {
    let v4 = Ipv4Addr::LOCALHOST.into();
    let server = LineServer::answering(v4, |line| line.to_uppercase()).unwrap();
    assert_eq!(converse(server.addr(), b"one\r\ntwo\n"), "ONE\nTWO\n");
    assert_eq!(server.accepted(), 1);

    // It does not reply to unknown data.
    let peer = UdpPeer::start(v4, |asked| (asked == b"ping").then(|| b"pong".to_vec())).unwrap();
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    socket.send_to(b"what?", peer.addr()).unwrap();
    socket.send_to(b"ping", peer.addr()).unwrap();
    let mut buffer = [0; 10];
    let (n, _) = socket.recv_from(&mut buffer).unwrap();
    assert_eq!(&buffer[..n], b"pong");
}

#[test]
fn pages() {
    let server = HttpServer::v4().unwrap();
    let page = converse(server.addr(), b"GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert!(page.starts_with("HTTP/1.1 200 OK\r\n"), "{page}");
    assert!(
        page.ends_with(&format!("\r\n\r\n{}", HttpServer::BODY)),
        "{page}"
    );
    let refused = converse(server.addr(), b"PUT / HTTP/1.1\r\n\r\n");
    assert!(refused.starts_with("HTTP/1.1 405 "), "{refused}");
    assert_eq!(converse(server.addr(), b"GET / HTT"), "");
}

#[test]
fn a_dropped_peer_is_gone() {
    let echo = TcpEcho::v4().unwrap();
    let address = echo.addr();
    let mut open = TcpStream::connect(address).unwrap();
    drop(echo);
    // By now another process may use the port, without an echo server.
    if let Ok(mut other) = TcpStream::connect(address) {
        other
            .set_read_timeout(Some(Duration::from_secs(1)))
            .unwrap();
        let mut back = [0; 8];
        let echoed = other.write_all(b"anybody?").is_ok() && other.read_exact(&mut back).is_ok();
        assert!(!echoed || &back != b"anybody?");
    }
    // Its connections close with it: no more bytes, whatever the error.
    let mut buffer = [0; 1];
    assert!(matches!(open.read(&mut buffer), Ok(0) | Err(_)));
}

#[test]
fn a_peer_of_ones_own() {
    let peer = TcpPeer::start(Ipv4Addr::LOCALHOST.into(), |mut stream, _| {
        stream.write_all(b"mine")
    })
    .unwrap();
    assert_eq!(converse(peer.addr(), b""), "mine");
}
