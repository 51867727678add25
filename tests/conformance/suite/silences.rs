//! Peers that are silent for a while, and how long reads wait for them.

use super::{PATIENCE, Peers, SHORT, differences, outcome, pattern, production};
use std::io::{BufRead, BufReader, Read, Write};
use std::time::{Duration, Instant};

/// Checks that a read of a stream has seen silence.
#[track_caller]
pub(super) fn is_silent(read: &str) {
    if !production::SILENCE.is_here(&read, "Ok(0)") {
        differences::TIMEOUT_KIND.check(read, "WouldBlock", "TimedOut");
    }
}

pub fn a_read_times_out_and_loses_nothing(peers: &Peers) {
    let mut stream = peers.tell("hold it 3 5");
    let mut got = [0; 8];
    stream.read_exact(&mut got[..3]).unwrap();
    stream.set_read_timeout(Some(SHORT)).unwrap();
    for _ in 0..2 {
        let start = Instant::now();
        let read = outcome(stream.read(&mut got[3..]));
        // With a tolerance for the clock's resolution.
        let waited = start.elapsed() > SHORT * 9 / 10;
        if !production::MEASURED.is_here(&waited, false) {
            assert!(waited, "{:?}", start.elapsed());
        }
        is_silent(&read);
        is_silent(&outcome(stream.peek(&mut got[3..])));
    }
    peers.let_go("it");
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.read_exact(&mut got[3..]).unwrap();
    assert_eq!(got, *pattern(8));
    assert_eq!(stream.read(&mut [0; 8]).unwrap(), 0);
}

pub fn a_silence_is_not_the_end(peers: &Peers) {
    // Several of a host's waits before each of the bursts, and before EOF.
    let mut got = Vec::new();
    peers.tell("pause 350 3 10").read_to_end(&mut got).unwrap();
    assert_eq!(got, pattern(30));
}

pub fn without_a_timeout_a_read_waits_on(peers: &Peers) {
    let mut stream = peers.tell("pause 350 1 10");
    stream.set_read_timeout(None).unwrap();
    assert_eq!(stream.read_timeout().unwrap(), None);
    let mut got = Vec::new();
    stream.read_to_end(&mut got).unwrap();
    assert_eq!(got, pattern(10));
}

pub fn a_receive_times_out_and_the_socket_goes_on(peers: &Peers) {
    let socket = peers.udp();
    let mut buffer = [0; 16];
    socket.set_read_timeout(Some(SHORT)).unwrap();
    for _ in 0..2 {
        socket.send(b"!nothing").unwrap();
        let received = outcome(socket.recv(&mut buffer));
        differences::TIMEOUT_KIND.check(received, "WouldBlock", "TimedOut");
    }
    let received = outcome(socket.recv_from(&mut buffer));
    differences::TIMEOUT_KIND.check(received, "WouldBlock", "TimedOut");
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket.send(b"and now?").unwrap();
    assert_eq!(socket.recv(&mut buffer).unwrap(), 8);
    assert_eq!(&buffer[..8], b"and now?");
}

pub fn a_receive_waits_for_a_late_datagram(peers: &Peers) {
    let socket = peers.udp();
    let mut buffer = [0; 16];
    for timeout in [Some(PATIENCE), None] {
        socket.set_read_timeout(timeout).unwrap();
        socket.send(b"!late 350 word").unwrap();
        assert_eq!(socket.recv(&mut buffer).unwrap(), 4);
        assert_eq!(&buffer[..4], b"word");
    }
}

pub fn the_shortest_timeout_times_out(peers: &Peers) {
    let shortest = Some(Duration::from_nanos(1));
    let mut stream = peers.tell("hold it 0 3");
    stream.set_read_timeout(shortest).unwrap();
    is_silent(&outcome(stream.read(&mut [0; 8])));
    let socket = peers.udp();
    socket.set_read_timeout(shortest).unwrap();
    socket.send(b"!nothing").unwrap();
    let received = outcome(socket.recv(&mut [0; 8]));
    differences::TIMEOUT_KIND.check(received, "WouldBlock", "TimedOut");
}

pub fn a_timed_out_read_takes_nothing_from_a_line(peers: &Peers) {
    let stream = peers.tell("echo");
    let mut reader = BufReader::new(&stream);
    let mut line = Vec::new();
    (&stream).write_all(b"half a ").unwrap();
    stream.set_read_timeout(Some(SHORT)).unwrap();
    // The first half is in `line` already, as `read_until` promises.
    while line.len() < 7 {
        let there = line.len();
        let read = outcome(reader.read_until(b'\n', &mut line));
        // Text before EOF is a line too.
        let ended = format!("Ok({})", line.len() - there);
        if !production::SILENCE.is_here(&read, ended) {
            differences::TIMEOUT_KIND.check(read, "WouldBlock", "TimedOut");
        }
    }
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    (&stream).write_all(b"line\n").unwrap();
    reader.read_until(b'\n', &mut line).unwrap();
    assert_eq!(line, b"half a line\n");
}
