//! What a timeout limits, and what it does not limit.

use super::{Digest, PATIENCE, Peers, SHORT, differences, outcome, pattern};
use std::io::{Read, Write};
use std::time::Duration;

/// Over before anything can be sent or received.
const NO_TIME: Option<Duration> = Some(Duration::from_millis(1));

pub fn timeouts_of_less_than_a_second_are_what_was_set(peers: &Peers) {
    let stream = peers.tell("echo");
    let socket = peers.udp();
    // Linux rounds up to the tick of its clock, which is at most this.
    let tick = Duration::from_millis(10);
    for ms in [1, 150, 410, 999] {
        let timeout = Duration::from_millis(ms);
        stream.set_read_timeout(Some(timeout)).unwrap();
        stream.set_write_timeout(Some(timeout)).unwrap();
        socket.set_read_timeout(Some(timeout)).unwrap();
        socket.set_write_timeout(Some(timeout)).unwrap();
        for set in [
            stream.read_timeout(),
            stream.write_timeout(),
            socket.read_timeout(),
            socket.write_timeout(),
        ] {
            let set = set.unwrap().unwrap();
            assert!((timeout..=timeout + tick).contains(&set), "{set:?}");
        }
    }
}

pub fn a_write_timeout_limits_no_read(peers: &Peers) {
    let mut stream = peers.tell("pause 350 1 10");
    stream.set_write_timeout(NO_TIME).unwrap();
    let mut got = Vec::new();
    stream.read_to_end(&mut got).unwrap();
    assert_eq!(got, pattern(10));
    let socket = peers.udp();
    socket.send(b"!late 350 word").unwrap();
    socket.set_write_timeout(NO_TIME).unwrap();
    assert_eq!(socket.recv(&mut [0; 8]).unwrap(), 4);
}

pub fn a_read_timeout_limits_no_write(peers: &Peers) {
    let sent = pattern(4 << 20);
    let mut stream = peers.tell(format!("take {}", sent.len()));
    stream.set_read_timeout(NO_TIME).unwrap();
    stream.write_all(&sent).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert_eq!(answer, Digest::of(&sent).to_string());
}

pub fn a_peek_at_a_datagram_times_out(peers: &Peers) {
    let socket = peers.udp();
    socket.set_read_timeout(Some(SHORT)).unwrap();
    socket.send(b"!nothing").unwrap();
    let mut seen = [0; 8];
    let peeked = outcome(socket.peek(&mut seen));
    differences::TIMEOUT_KIND.check(peeked, "WouldBlock", "TimedOut");
    let peeked = outcome(socket.peek_from(&mut seen));
    differences::TIMEOUT_KIND.check(peeked, "WouldBlock", "TimedOut");
    // Data that arrives now is peeked at, and received once.
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket.send(b"word").unwrap();
    assert_eq!(socket.peek(&mut seen).unwrap(), 4);
    assert_eq!(socket.recv(&mut seen).unwrap(), 4);
    socket.set_read_timeout(Some(SHORT)).unwrap();
    let peeked = outcome(socket.peek(&mut seen));
    differences::TIMEOUT_KIND.check(peeked, "WouldBlock", "TimedOut");
}
