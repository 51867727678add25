//! The end of a stream: the peer's, the caller's own, and a reset.

use super::net::Shutdown;
use super::{Peers, differences, outcome, until};
use std::io::{ErrorKind, Read, Write};

pub fn the_end_stays_the_end(peers: &Peers) {
    for what in ["close", "send 10"] {
        let mut stream = peers.tell(what);
        stream.read_to_end(&mut Vec::new()).unwrap();
        for _ in 0..3 {
            assert_eq!(stream.read(&mut [0; 8]).unwrap(), 0);
            assert_eq!(stream.peek(&mut [0; 8]).unwrap(), 0);
            assert_eq!(stream.read_to_end(&mut Vec::new()).unwrap(), 0);
        }
    }
}

pub fn writes_after_the_peers_close_fail_at_last(peers: &Peers) {
    let mut stream = peers.tell("close");
    assert_eq!(stream.read(&mut [0; 8]).unwrap(), 0);
    // The first write succeeds before the peer has reported that it is gone.
    let error = until("an error", || stream.write(b"anybody?").err());
    let kinds = [ErrorKind::BrokenPipe, ErrorKind::ConnectionReset];
    assert!(kinds.contains(&error.kind()), "{error:?}");
    assert_eq!(outcome(stream.write(b"hello?")), "BrokenPipe");
    assert_eq!(stream.read(&mut [0; 8]).unwrap(), 0);
}

pub fn the_end_is_behind_all_bytes(peers: &Peers) {
    let mut stream = peers.tell("send 10");
    let mut got = [0; 10];
    stream.read_exact(&mut got[..5]).unwrap();
    // All ten have arrived: the peer sent them at once. EOF follows.
    stream.read_exact(&mut got[5..]).unwrap();
    assert_eq!(got, *super::pattern(10));
    assert_eq!(stream.read(&mut [0; 8]).unwrap(), 0);
}

pub fn a_reset_ends_a_read(peers: &Peers) {
    let mut stream = peers.tell("reset 3");
    let mut got = [0; 3];
    stream.read_exact(&mut got).unwrap();
    stream.write_all(b"!").unwrap();
    differences::RESET.check(
        outcome(stream.read(&mut [0; 8])),
        "ConnectionReset",
        "Ok(0)",
    );
    assert_eq!(stream.read(&mut [0; 8]).unwrap(), 0);
    assert_eq!(outcome(stream.write(b"hello?")), "BrokenPipe");
}

pub fn a_broken_stream_can_be_shut(peers: &Peers) {
    let mut stream = peers.tell("reset 0");
    stream.write_all(b"!").unwrap();
    let _ = stream.read(&mut [0; 8]);
    let shut = outcome(stream.shutdown(Shutdown::Both));
    differences::SHUT_WHEN_BROKEN.check(shut, "NotConnected", "Ok(())");
}

pub fn the_peer_sees_a_drop(peers: &Peers) {
    let mut stream = peers.tell("record it");
    stream.write_all(b"").unwrap();
    drop(stream);
    assert_eq!(
        peers.record("it"),
        format!("{}, the end", super::Digest::of(b""))
    );
}

pub fn what_was_written_outlives_a_drop(peers: &Peers) {
    let sent = super::pattern(300_000);
    let mut stream = peers.tell("record it");
    stream.write_all(&sent).unwrap();
    drop(stream);
    assert_eq!(
        peers.record("it"),
        format!("{}, the end", super::Digest::of(&sent))
    );
}
