//! Datagrams arrive as they were sent, one at a time.

use super::net::UdpSocket;
use super::{Digest, Peers, differences, outcome, pattern, udp_to, until};
use std::time::Duration;

/// The longest datagram over IPv4.
const LONGEST: usize = 65_507;

pub fn every_size_of_datagram_comes_back(peers: &Peers) {
    let socket = peers.udp();
    let mut buffer = vec![0; 65_535];
    for len in [
        1, 2, 7, 8, 9, 15, 16, 17, 512, 1_472, 1_473, 4_096, 9_000, LONGEST,
    ] {
        let sent = pattern(len);
        assert_eq!(socket.send(&sent).unwrap(), len);
        let n = socket.recv(&mut buffer).unwrap();
        assert_eq!(Digest::of(&buffer[..n]), Digest::of(&sent), "{len} bytes");
    }
}

pub fn a_datagram_that_is_too_long(peers: &Peers) {
    too_long(&peers.udp(), LONGEST);
}

/// Checks the longest datagram to a peer that echoes it.
#[track_caller]
pub(super) fn too_long(socket: &UdpSocket, longest: usize) {
    let sent = outcome(socket.send(&vec![0; longest + 1]));
    assert!(!sent.starts_with("Ok"), "{sent}");
    differences::TOO_LONG.check(sent == "InvalidInput", false, true);
    // The socket still works.
    let sent = pattern(longest);
    assert_eq!(socket.send(&sent).unwrap(), longest);
    let mut back = vec![0; 65_535];
    assert_eq!(socket.recv(&mut back).unwrap(), longest);
    assert_eq!(Digest::of(&back[..longest]), Digest::of(&sent));
}

pub fn what_does_not_fit_is_lost_and_the_next_is_whole(peers: &Peers) {
    let socket = peers.udp();
    let mut buffer = [0; 8];
    socket.send(b"longer than that").unwrap();
    socket.send(b"next").unwrap();
    assert_eq!(socket.recv(&mut buffer).unwrap(), 8);
    assert_eq!(&buffer, b"longer t");
    assert_eq!(socket.recv(&mut buffer).unwrap(), 4);
    assert_eq!(&buffer, b"nexter t");
}

pub fn an_empty_buffer_takes_a_datagram(peers: &Peers) {
    let socket = peers.udp();
    socket.send(b"first").unwrap();
    socket.send(b"next").unwrap();
    assert_eq!(socket.recv(&mut []).unwrap(), 0);
    let mut buffer = [0; 8];
    assert_eq!(socket.recv(&mut buffer).unwrap(), 4);
    assert_eq!(&buffer[..4], b"next");
}

pub fn datagrams_are_neither_joined_nor_mixed_up(peers: &Peers) {
    let socket = peers.udp();
    let mut buffer = [0; 64];
    socket.send(b"!count 20").unwrap();
    for i in 0..20 {
        let n = socket.recv(&mut buffer).unwrap();
        assert_eq!(buffer[..n], *i.to_string().as_bytes());
    }
    socket.send(b"!twice word").unwrap();
    for _ in 0..2 {
        let n = socket.recv(&mut buffer).unwrap();
        assert_eq!(&buffer[..n], b"word");
    }
}

pub fn an_answer_may_be_longer_than_the_question(peers: &Peers) {
    let socket = peers.udp();
    let mut buffer = vec![0; 65_535];
    for len in [1, 9_000, LONGEST] {
        socket.send(format!("!send {len}").as_bytes()).unwrap();
        let n = socket.recv(&mut buffer).unwrap();
        assert_eq!(Digest::of(&buffer[..n]), Digest::of(&pattern(len)));
    }
}

pub fn an_empty_datagram_is_sent(peers: &Peers) {
    let socket = peers.udp();
    assert_eq!(socket.send(&[]).unwrap(), 0);
}

pub fn an_empty_datagram_is_received(peers: &Peers) {
    let socket = peers.udp();
    socket.set_read_timeout(Some(super::SHORT)).unwrap();
    socket.send(b"!empty word").unwrap();
    let mut buffer = [0; 8];
    let mut empty = false;
    // The next one is complete.
    let n = until("a datagram with something in it", || {
        match socket.recv(&mut buffer) {
            Ok(0) => {
                empty = true;
                None
            }
            Ok(n) => Some(n),
            Err(error) => {
                let kind = format!("{:?}", error.kind());
                assert!(
                    ["WouldBlock", "TimedOut"].contains(&kind.as_str()),
                    "{kind}"
                );
                None
            }
        }
    });
    assert_eq!(&buffer[..n], b"word");
    differences::EMPTY_DATAGRAM.check(empty, true, false);
}

pub fn nobody_listens_at_the_port(peers: &Peers) {
    let socket = udp_to(peers.no_udp).unwrap();
    socket.set_read_timeout(Some(super::SHORT)).unwrap();
    socket.send(b"anybody?").unwrap();
    let received = outcome(socket.recv(&mut [0; 8]));
    differences::NO_LISTENER.check(received == "ConnectionRefused", true, false);
    let passing = ["ConnectionRefused", "WouldBlock", "TimedOut"];
    assert!(passing.contains(&received.as_str()), "{received}");
}

pub fn sending_again_to_where_nobody_listens(peers: &Peers) {
    // The report of a closed port arrives in between. A host that reads ahead has it before the next send.
    for pause in [Duration::ZERO, Duration::from_millis(20)] {
        let socket = udp_to(peers.no_udp).unwrap();
        let error = until("an error", || {
            let error = socket.send(b"anybody?").err();
            std::thread::sleep(pause);
            error
        });
        let kind = format!("{:?}", error.kind());
        differences::SEND_AGAIN.check(kind, "ConnectionRefused".to_owned(), "Other".to_owned());
    }
}

pub fn sending_again_from_a_bound_socket_to_where_nobody_listens(peers: &Peers) {
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    for _ in 0..100 {
        assert_eq!(socket.send_to(b"anybody?", peers.no_udp).unwrap(), 8);
    }
}

pub fn many_sockets_in_turn(peers: &Peers) {
    let mut buffer = [0; 8];
    for i in 0..200_u64 {
        let socket = peers.udp();
        socket.send(&i.to_le_bytes()).unwrap();
        assert_eq!(socket.recv(&mut buffer).unwrap(), 8);
        assert_eq!(buffer, i.to_le_bytes());
    }
}

pub fn many_sockets_at_once(peers: &Peers) {
    let sockets: Vec<UdpSocket> = (0..32).map(|_| peers.udp()).collect();
    for (i, socket) in sockets.iter().enumerate() {
        socket.send(&[i as u8]).unwrap();
    }
    for (i, socket) in sockets.iter().enumerate().rev() {
        let mut buffer = [0; 8];
        assert_eq!(socket.recv(&mut buffer).unwrap(), 1);
        assert_eq!(buffer[0], i as u8);
    }
}
