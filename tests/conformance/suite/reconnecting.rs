//! A UDP socket that changes its peer: what it still receives, and what it does not.

use super::connecting::is_unknown;
use super::net::{Ipv4Addr, SocketAddr, UdpSocket};
use super::receiving::bound;
use super::{PATIENCE, Peers, SHORT, connect_udp, differences, outcome};

/// Receives the next datagram, as text, and its sender.
#[track_caller]
fn next(socket: &UdpSocket) -> (String, SocketAddr) {
    let mut buffer = [0; 64];
    let (n, from) = socket.recv_from(&mut buffer).unwrap();
    (String::from_utf8_lossy(&buffer[..n]).into_owned(), from)
}

/// Like [`next`], if the sender's address may be unknown.
#[track_caller]
fn text(socket: &UdpSocket) -> String {
    let mut buffer = [0; 64];
    let n = socket.recv(&mut buffer).unwrap();
    String::from_utf8_lossy(&buffer[..n]).into_owned()
}

pub fn what_comes_while_connected_elsewhere_is_lost(peers: &Peers) {
    let socket = bound();
    let [first, second] = peers.udp;
    for _ in 0..2 {
        connect_udp(&socket, first).unwrap();
        socket.send(b"!hold late").unwrap();
        connect_udp(&socket, second).unwrap();
        peers.release();
        socket.send(b"hello").unwrap();
        assert_eq!(next(&socket), ("hello".into(), second));
        // The reply to the first request is not that to the second.
        connect_udp(&socket, first).unwrap();
        socket.send(b"and now?").unwrap();
        assert_eq!(next(&socket), ("and now?".into(), first));
    }
}

pub fn what_comes_when_connected_back(peers: &Peers) {
    let socket = bound();
    let [first, second] = peers.udp;
    connect_udp(&socket, first).unwrap();
    socket.send(b"!hold late").unwrap();
    connect_udp(&socket, second).unwrap();
    connect_udp(&socket, first).unwrap();
    peers.release();
    socket.send(b"now").unwrap();
    let (came, from) = next(&socket);
    assert_eq!(from, first);
    differences::CONNECTED_BACK.check(came.as_str(), "late", "now");
}

pub fn what_is_waiting_when_a_socket_is_connected(peers: &Peers) {
    let [first, second] = peers.udp;
    for socket in [bound(), peers.udp()] {
        socket.send_to(b"1", first).unwrap();
        peers.wait_for_answers();
        connect_udp(&socket, second).unwrap();
        socket.send(b"2").unwrap();
        let (_, from) = next(&socket);
        differences::WAITING.check(from, first, second);
    }
}

pub fn connecting_to_a_peer_it_has_sent_to_keeps_what_is_waiting(peers: &Peers) {
    let socket = bound();
    let [first, second] = peers.udp;
    socket.send_to(b"!hold late", first).unwrap();
    socket.send_to(b"early", first).unwrap();
    peers.wait_for_answers();
    connect_udp(&socket, first).unwrap();
    assert_eq!(next(&socket), ("early".into(), first));
    peers.release();
    assert_eq!(next(&socket), ("late".into(), first));
    // Sending to another peer changes nothing.
    socket.send_to(b"!from", second).unwrap();
    connect_udp(&socket, first).unwrap();
    socket.send(b"hello").unwrap();
    assert_eq!(next(&socket), ("hello".into(), first));
}

pub fn connecting_to_the_same_peer_keeps_what_is_waiting(peers: &Peers) {
    let socket = peers.udp();
    let first = peers.udp[0];
    socket.send(b"!hold late").unwrap();
    socket.send(b"early").unwrap();
    peers.wait_for_answers();
    connect_udp(&socket, first).unwrap();
    peers.release();
    assert_eq!(next(&socket), ("early".into(), first));
    assert_eq!(next(&socket), ("late".into(), first));
}

pub fn a_peeked_datagram_outlives_connecting_elsewhere(peers: &Peers) {
    let socket = bound();
    let [first, second] = peers.udp;
    for connected in [false, true] {
        if connected {
            connect_udp(&socket, first).unwrap();
        }
        socket.send_to(b"hello", first).unwrap();
        assert_eq!(socket.peek_from(&mut [0; 8]).unwrap(), (5, first));
        connect_udp(&socket, second).unwrap();
        connect_udp(&socket, first).unwrap();
        assert_eq!(socket.peek_from(&mut [0; 8]).unwrap(), (5, first));
        assert_eq!(next(&socket), ("hello".into(), first));
        socket.send(b"next").unwrap();
        assert_eq!(next(&socket), ("next".into(), first));
    }
}

pub fn a_peeked_datagram_outlives_sending_to_many(peers: &Peers) {
    let socket = bound();
    let first = peers.udp[0];
    socket.send_to(b"hello", first).unwrap();
    assert_eq!(socket.peek_from(&mut [0; 8]).unwrap(), (5, first));
    for i in 1..=40 {
        let nobody = (Ipv4Addr::new(127, 0, 1, i), peers.no_udp.port());
        socket.send_to(b"anybody?", nobody).unwrap();
    }
    assert_eq!(socket.peek_from(&mut [0; 8]).unwrap(), (5, first));
    assert_eq!(next(&socket), ("hello".into(), first));
}

pub fn any_number_of_peers_one_after_the_other(peers: &Peers) {
    let socket = bound();
    let first = peers.udp[0];
    for i in 1..=40 {
        let nobody = (Ipv4Addr::new(127, 0, 1, i), peers.no_udp.port());
        connect_udp(&socket, nobody).unwrap();
        connect_udp(&socket, first).unwrap();
        socket.send(&[i]).unwrap();
        let mut buffer = [0; 8];
        assert_eq!(socket.recv_from(&mut buffer).unwrap(), (1, first));
        assert_eq!(buffer[0], i);
    }
}

pub fn the_local_port_that_peers_see(peers: &Peers) {
    let socket = bound();
    let mut ports = Vec::new();
    for to in peers.udp {
        socket.send_to(b"!from", to).unwrap();
        ports.push(next(&socket).0);
    }
    differences::LOCAL_PORT.check(ports[0] == ports[1], true, false);
    // It stays as long as the peer does.
    socket.send_to(b"!from", peers.udp[0]).unwrap();
    assert_eq!(next(&socket).0, ports[0]);
}

pub fn a_name_is_looked_up_again(peers: &Peers) {
    // Most resolvers accept this as 127.0.0.1; it is not a valid address.
    let name = ("127.1", peers.udp[0].port());
    let socket = bound();
    if is_unknown(&socket.send_to(b"!from", name)) {
        return;
    }
    text(&socket);
    let port = || {
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        socket.send_to(b"!from", name).unwrap();
        text(&socket)
    };
    let before = port();
    assert_eq!(port(), before, "it has answered");
    socket.send_to(b"!nothing", name).unwrap();
    socket.set_read_timeout(Some(SHORT)).unwrap();
    let nothing = outcome(socket.recv(&mut [0; 8]));
    differences::TIMEOUT_KIND.check(nothing, "WouldBlock", "TimedOut");
    let after = port();
    differences::SEND_TO_A_NAME.check(after == before, true, false);

    connect_udp(&socket, name).unwrap();
    socket.send(b"!from").unwrap();
    let before = text(&socket);
    connect_udp(&socket, name).unwrap();
    socket.send(b"!from").unwrap();
    differences::CONNECT_TO_A_NAME.check(text(&socket) == before, true, false);
}
