//! A peek shows what the next read returns, and consumes nothing.

use super::{Peers, differences, pattern, production, until};
use super::{WHO, Who};
use std::io::Read;
use std::time::{Duration, Instant};

/// How long the host waits in all runs (std has no such wait).
const WAIT: Duration = Duration::from_millis(100);

pub fn a_peek_takes_nothing(peers: &Peers) {
    let mut stream = peers.tell("send 20");
    let mut seen = [0; 8];
    for _ in 0..3 {
        let n = stream.peek(&mut seen).unwrap();
        assert!(n > 0);
        assert_eq!(seen[..n], pattern(20)[..n]);
    }
    let mut got = Vec::new();
    stream.read_to_end(&mut got).unwrap();
    assert_eq!(got, pattern(20));
}

pub fn a_peek_in_the_middle_shows_what_comes_next(peers: &Peers) {
    let all = pattern(10_000);
    let mut stream = peers.tell("send 10000");
    let mut at = 0;
    for step in [1, 7, 8, 4_088, 4_096, 100, 3].into_iter().cycle() {
        let mut seen = [0; 5];
        let peeked = stream.peek(&mut seen).unwrap();
        assert_eq!(seen[..peeked], all[at..at + peeked], "at {at}");
        let mut got = vec![0; step];
        let n = stream.read(&mut got).unwrap();
        assert_eq!(got[..n], all[at..at + n], "at {at}");
        assert_eq!(n == 0, peeked == 0, "at {at}");
        if n == 0 {
            break;
        }
        at += n;
    }
    assert_eq!(at, all.len());
}

pub fn a_peek_with_an_empty_buffer_shows_nothing(peers: &Peers) {
    let stream = peers.tell("send 20");
    assert_eq!(stream.peek(&mut []).unwrap(), 0);
}

pub fn how_much_a_peek_shows(peers: &Peers) {
    let stream = peers.tell("send 100000");
    let mut seen = vec![0; 50_000];
    let mut peek = || stream.peek(&mut seen).unwrap();
    // On std, repeated peeks show more as data arrives; ours shows no more.
    let many = if WHO == Who::Std {
        until("more than 4,096 bytes", || {
            Some(peek()).filter(|n| *n > 4_096)
        })
    } else {
        (0..50).map(|_| peek()).max().unwrap()
    };
    differences::PEEK_ROOM.check(many > 4_096, true, false);
    assert!(seen[..many] == pattern(many));
}

pub fn a_second_peek_shows_what_came_since(peers: &Peers) {
    let mut stream = peers.tell("hold it 2 6");
    let mut seen = [0; 8];
    assert_eq!(stream.peek(&mut seen).unwrap(), 2);
    peers.let_go("it");
    let mut peek = || stream.peek(&mut seen).unwrap();
    until("eight bytes", || Some(peek()).filter(|n| *n == 8));
    let mut got = Vec::new();
    stream.read_to_end(&mut got).unwrap();
    assert_eq!(got, pattern(8), "it comes with the reads, in any case");
}

pub fn whether_a_second_peek_waits(peers: &Peers) {
    let stream = peers.tell("hold it 2 0");
    let mut seen = [0; 8];
    assert_eq!(stream.peek(&mut seen).unwrap(), 2);
    let mut peek = || {
        let before = Instant::now();
        assert_eq!(stream.peek(&mut seen).unwrap(), 2);
        before.elapsed()
    };
    // The fastest of several: the machine may have delayed one of them. If the clock is not real none is fast, and each
    // waits for the whole read timeout.
    let tries = if production::here() { 1 } else { 5 };
    let quickest = (0..tries).map(|_| peek()).min().unwrap();
    let waited = quickest >= WAIT * 9 / 10;
    if !production::MEASURED.is_here(&waited, false) {
        differences::PEEK_AGAIN.check(waited, false, true);
    }
    peers.let_go("it");
}

pub fn a_peek_at_a_datagram_takes_nothing(peers: &Peers) {
    let socket = peers.udp();
    socket.send(b"first").unwrap();
    let mut seen = [0; 16];
    for _ in 0..3 {
        assert_eq!(socket.peek(&mut seen).unwrap(), 5);
        assert_eq!(&seen[..5], b"first");
    }
    assert_eq!(socket.peek_from(&mut seen).unwrap(), (5, peers.udp[0]));
    assert_eq!(socket.recv(&mut seen).unwrap(), 5);
    socket.send(b"next").unwrap();
    assert_eq!(socket.peek(&mut seen).unwrap(), 4);
    assert_eq!(socket.recv_from(&mut seen).unwrap(), (4, peers.udp[0]));
    assert_eq!(&seen[..4], b"next");
}

pub fn a_peek_cuts_a_datagram_and_keeps_it_whole(peers: &Peers) {
    let socket = peers.udp();
    socket.send(b"longer than that").unwrap();
    let mut seen = [0; 6];
    assert_eq!(socket.peek(&mut seen).unwrap(), 6);
    assert_eq!(&seen, b"longer");
    let mut all = [0; 32];
    assert_eq!(socket.recv(&mut all).unwrap(), 16);
    assert_eq!(&all[..16], b"longer than that");
}
