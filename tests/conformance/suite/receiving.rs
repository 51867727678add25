//! UDP with several peers: who sent what, and to whom.

use super::connecting::is_unknown;
use super::net::{Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs, UdpSocket};
use super::{PATIENCE, Peers, SHORT, connect_udp, differences, outcome, stands_for_a_name};

/// Returns a socket that can send to any peer.
pub(super) fn bound() -> UdpSocket {
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket
}

/// Returns a socket that is connected to a peer.
fn connected(addr: impl ToSocketAddrs) -> UdpSocket {
    let socket = super::udp_to(addr).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket
}

pub fn a_connected_socket_says_who_its_peer_is(peers: &Peers) {
    let socket = peers.udp();
    assert_eq!(socket.peer_addr().unwrap(), peers.udp[0]);
    socket.send(b"hello").unwrap();
    assert_eq!(socket.recv_from(&mut [0; 8]).unwrap(), (5, peers.udp[0]));
}

pub fn a_udp_peer_can_be_given_as_localhost(peers: &Peers) {
    // Every listener there is IPv4.
    let socket = connected((Ipv4Addr::LOCALHOST, peers.udp[0].port()));
    socket.send(b"hello").unwrap();
    assert_eq!(socket.recv(&mut [0; 8]).unwrap(), 5);
    let socket = bound();
    socket
        .send_to(b"hello", ("localhost", peers.udp[0].port()))
        .unwrap();
    let (n, from) = socket.recv_from(&mut [0; 8]).unwrap();
    let stands = stands_for_a_name(from, peers.udp[0].port());
    differences::PEER_OF_LOCALHOST.check_each(stands, false, false, true);
    assert!(n == 5 && (stands || from == peers.udp[0]), "{n}, {from}");
}

pub fn the_addresses_of_a_udp_peer_are_tried_in_turn(peers: &Peers) {
    let good = peers.udp[0];
    let bad = match super::WHO {
        // Sending to a broadcast address needs permission first.
        super::Who::Std => SocketAddr::from((Ipv4Addr::BROADCAST, 9)),
        // A host has it. But an address that exists on every interface does not say which one to use.
        _ => SocketAddr::from((Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1), 9)),
    };
    for addrs in [&[good][..], &[good, bad], &[bad, good], &[bad, bad, good]] {
        let socket = connected(addrs);
        assert_eq!(socket.peer_addr().unwrap(), good, "{addrs:?}");
        socket.send(b"hello").unwrap();
        assert_eq!(socket.recv(&mut [0; 8]).unwrap(), 5);
    }
    assert!(super::udp_to(&[bad, bad][..]).is_err());
    assert_eq!(
        outcome(super::udp_to(&[][..]).map(drop)),
        "InvalidInput",
        "no address at all"
    );
}

pub fn where_the_datagrams_of_a_named_peer_are_from(peers: &Peers) {
    // Most resolvers accept this as 127.0.0.1; it is not a valid address.
    let name = ("127.1", peers.udp[0].port());
    if is_unknown(&super::udp_to(name)) {
        return;
    }
    let socket = connected(name);
    socket.send(b"hello").unwrap();
    let from = match socket.recv_from(&mut [0; 8]) {
        Ok((5, from)) if stands_for_a_name(from, peers.udp[0].port()) => "a stand-in".to_owned(),
        from => outcome(from),
    };
    let expected = format!("Ok((5, {}))", peers.udp[0]);
    let differences = &differences::FROM_A_NAME;
    differences.check_each(from, expected, "Unsupported".into(), "a stand-in".into());
    // Asking loses nothing.
    socket.send(b"again").unwrap();
    assert_eq!(socket.recv(&mut [0; 8]).unwrap(), 5);
}

pub fn one_bound_socket_talks_to_several_peers(peers: &Peers) {
    let socket = bound();
    let [first, second] = peers.udp;
    let mut buffer = [0; 8];
    for to in [first, second, first] {
        assert_eq!(socket.send_to(b"hello", to).unwrap(), 5);
        assert_eq!(socket.recv_from(&mut buffer).unwrap(), (5, to));
    }
    // Both are asked before either is received from, and they reply in any order.
    socket.send_to(b"1", first).unwrap();
    socket.send_to(b"22", second).unwrap();
    let mut came = [(); 2].map(|()| socket.recv_from(&mut buffer).unwrap());
    came.sort_unstable();
    assert_eq!(came, [(1, first), (2, second)]);
}

pub fn a_bound_socket_can_be_connected(peers: &Peers) {
    let socket = bound();
    let [first, second] = peers.udp;
    assert_eq!(outcome(socket.peer_addr()), "NotConnected");
    for to in [first, second] {
        connect_udp(&socket, to).unwrap();
        assert_eq!(socket.peer_addr().unwrap(), to);
        socket.send(b"hello").unwrap();
        assert_eq!(socket.recv_from(&mut [0; 8]).unwrap(), (5, to));
    }
}

pub fn a_connected_socket_hears_its_peer_alone(peers: &Peers) {
    let socket = peers.udp();
    let mut buffer = [0; 8];
    // The other one replies first.
    socket.send(b"!elsewhere word").unwrap();
    assert_eq!(socket.recv_from(&mut buffer).unwrap(), (4, peers.udp[0]));
    socket.send(b"next").unwrap();
    assert_eq!(socket.recv(&mut buffer).unwrap(), 4);
    assert_eq!(&buffer[..4], b"next");
}

pub fn what_a_bound_socket_hears_from_strangers(peers: &Peers) {
    let socket = bound();
    let [first, second] = peers.udp;
    let mut buffer = [0; 8];
    socket.send_to(b"!elsewhere word", first).unwrap();
    let (_, from) = socket.recv_from(&mut buffer).unwrap();
    differences::STRANGERS.check(from, second, first);
}

pub fn a_peek_from_says_who_and_takes_nothing(peers: &Peers) {
    let socket = bound();
    let [first, second] = peers.udp;
    let mut buffer = [0; 8];
    for to in [first, second] {
        socket.send_to(b"hello", to).unwrap();
        assert_eq!(socket.peek_from(&mut buffer).unwrap(), (5, to));
        assert_eq!(socket.peek_from(&mut buffer).unwrap(), (5, to));
        assert_eq!(socket.recv_from(&mut buffer).unwrap(), (5, to));
        assert_eq!(&buffer[..5], b"hello");
    }
}

pub fn clones_of_a_bound_socket_share_its_peers(peers: &Peers) {
    let socket = bound();
    let clone = socket.try_clone().unwrap();
    let [first, second] = peers.udp;
    socket.send_to(b"hello", first).unwrap();
    assert_eq!(clone.recv_from(&mut [0; 8]).unwrap(), (5, first));
    clone.send_to(b"hello", second).unwrap();
    drop(clone);
    assert_eq!(socket.recv_from(&mut [0; 8]).unwrap(), (5, second));
}

pub fn forms_of_no_address_to_bind_to(_: &Peers) {
    for socket in [
        UdpSocket::bind("0.0.0.0:0"),
        UdpSocket::bind(("0.0.0.0", 0)),
        UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)),
        UdpSocket::bind(SocketAddr::from(([0, 0, 0, 0], 0))),
    ] {
        assert_eq!(outcome(socket.unwrap().peer_addr()), "NotConnected");
    }
    assert_eq!(
        outcome(UdpSocket::bind("0.0.0.0").map(drop)),
        "InvalidInput"
    );
    assert_eq!(outcome(UdpSocket::bind(&[][..]).map(drop)), "InvalidInput");
}

pub fn an_address_to_bind_to(_: &Peers) {
    let bound = outcome(UdpSocket::bind("127.0.0.1:0").map(drop));
    differences::BIND.check(bound, "Ok(())", "AddrNotAvailable");
}

pub fn sending_to_nobody_in_particular_is_refused(_: &Peers) {
    let sent = outcome(bound().send(b"hello"));
    assert!(!sent.starts_with("Ok"), "{sent}");
    differences::NO_PEER.check(sent == "NotConnected", false, true);
}

pub fn receiving_before_anything_was_sent(_: &Peers) {
    let socket = bound();
    socket.set_read_timeout(Some(SHORT)).unwrap();
    let received = outcome(socket.recv_from(&mut [0; 8]));
    differences::NOT_SENT.check(received, "WouldBlock", "NotConnected");
}

pub fn how_many_peers_there_can_be(peers: &Peers) {
    let socket = bound();
    let first = peers.udp[0];
    assert_eq!(socket.send_to(b"hello", first).unwrap(), 5);
    // Its reply is waiting once it has replied to a later request.
    peers.wait_for_answers();
    let port = peers.no_udp.port();
    for i in 1..=16 {
        let nobody = (Ipv4Addr::new(127, 0, 1, i), port);
        assert_eq!(socket.send_to(b"hello", nobody).unwrap(), 5, "{i}");
    }
    socket.set_read_timeout(Some(SHORT)).unwrap();
    let waiting = socket.recv_from(&mut [0; 8]);
    differences::MOST_PEERS.check(waiting.is_ok(), true, false);
    // From here on the two behave the same again.
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    assert_eq!(socket.send_to(b"again", first).unwrap(), 5);
    assert_eq!(socket.recv_from(&mut [0; 8]).unwrap(), (5, first));
}

pub fn a_connected_socket_can_send_elsewhere(peers: &Peers) {
    let socket = peers.udp();
    let [first, second] = peers.udp;
    assert_eq!(socket.send_to(b"elsewhere", second).unwrap(), 9);
    // It is not received from, and the peer is unchanged.
    assert_eq!(socket.send(b"hello").unwrap(), 5);
    assert_eq!(socket.recv_from(&mut [0; 16]).unwrap(), (5, first));
    assert_eq!(socket.peer_addr().unwrap(), first);
}

pub fn a_silent_peer_hides_no_other(peers: &Peers) {
    let socket = bound();
    let [first, second] = peers.udp;
    let mut buffer = [0; 8];
    for _ in 0..2 {
        socket.send_to(b"hello", second).unwrap();
        socket.send_to(b"!nothing", first).unwrap();
        assert_eq!(socket.recv_from(&mut buffer).unwrap(), (5, second));
    }
}

pub fn the_order_in_which_peers_are_heard(peers: &Peers) {
    let socket = bound();
    let [first, second] = peers.udp;
    let mut buffer = [0; 8];
    socket.send_to(b"1", first).unwrap();
    peers.wait_for_answers();
    socket.send_to(b"22", second).unwrap();
    let other = connected(second);
    other.send(b"now?").unwrap();
    other.recv(&mut buffer).unwrap();
    let came = [(); 2].map(|()| socket.recv_from(&mut buffer).unwrap().1);
    differences::ORDER.check(came, [first, second], [second, first]);
}
