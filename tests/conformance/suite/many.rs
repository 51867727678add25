//! Many connections, one after the other and all at once.

use super::{Peers, pattern};
use std::io::{Read, Write};

pub fn a_thousand_connections_in_turn(peers: &Peers) {
    for i in 0..1_000 {
        let mut stream = peers.tell("echo");
        let sent = format!("number {i}");
        stream.write_all(sent.as_bytes()).unwrap();
        let mut back = vec![0; sent.len()];
        stream.read_exact(&mut back).unwrap();
        assert_eq!(back, sent.as_bytes());
    }
}

pub fn sixty_four_connections_at_once(peers: &Peers) {
    let mut streams: Vec<_> = (0..64).map(|_| peers.tell("echo")).collect();
    for round in 0..5 {
        for (i, stream) in streams.iter_mut().enumerate() {
            stream.write_all(&pattern(100 * i + round)).unwrap();
        }
        for (i, stream) in streams.iter_mut().enumerate().rev() {
            let mut back = vec![0; 100 * i + round];
            stream.read_exact(&mut back).unwrap();
            assert!(back == pattern(100 * i + round), "connection {i}");
        }
    }
}

pub fn what_comes_on_one_connection_stays_there(peers: &Peers) {
    let (mut first, mut second) = (peers.tell("send 5000"), peers.tell("text"));
    let (mut from_first, mut from_second) = (Vec::<u8>::new(), Vec::<u8>::new());
    let mut buffer = [0; 3];
    loop {
        let n = first.read(&mut buffer).unwrap();
        from_first.extend(&buffer[..n]);
        let m = second.read(&mut buffer).unwrap();
        from_second.extend(&buffer[..m]);
        if n == 0 && m == 0 {
            break;
        }
    }
    assert!(from_first == pattern(5_000));
    assert_eq!(from_second, super::TEXT.as_bytes());
}
