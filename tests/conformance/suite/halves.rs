//! Streams with one half, or both, shut down.

use super::net::Shutdown;
use super::{Digest, Peers, WHO, Who, differences, outcome};
use std::io::{ErrorKind, Read, Write};

pub fn a_shut_write_half_refuses_writes_and_lets_reads_go_on(peers: &Peers) {
    let mut stream = peers.tell("hold it 3 4");
    stream.shutdown(Shutdown::Write).unwrap();
    assert_eq!(outcome(stream.write(b"x")), "BrokenPipe");
    let mut got = [0; 7];
    stream.read_exact(&mut got[..3]).unwrap();
    peers.let_go("it");
    stream.read_exact(&mut got[3..]).unwrap();
    assert_eq!(got, *super::pattern(7));
    assert_eq!(stream.read(&mut [0; 8]).unwrap(), 0);
}

pub fn whether_the_peer_sees_a_shut_write_half(peers: &Peers) {
    // Std's EOF arrives at once. Ours does not arrive, however long the peer waits.
    let listen = if WHO == Who::Std { 60_000 } else { 300 };
    let mut stream = peers.tell(format!("listen {listen}"));
    stream.shutdown(Shutdown::Write).unwrap();
    let mut heard = String::new();
    stream.read_to_string(&mut heard).unwrap();
    differences::HALF_SHUT.check(heard, "the end", "nothing");
}

pub fn the_peer_sees_the_end_when_both_halves_are_shut(peers: &Peers) {
    let both = [
        ("a", &[Shutdown::Both][..]),
        ("b", &[Shutdown::Read, Shutdown::Write]),
        ("c", &[Shutdown::Write, Shutdown::Read]),
    ];
    for (name, halves) in both {
        let mut stream = peers.tell(format!("record {name}"));
        stream.write_all(b"before").unwrap();
        for half in halves {
            // On std the peer, which closes after it has seen EOF, may have been faster.
            let shut = stream.shutdown(*half).map_err(|error| error.kind());
            let closed = WHO == Who::Std && shut == Err(ErrorKind::NotConnected);
            assert!(shut.is_ok() || closed, "{half:?}: {shut:?}");
        }
        // The handle is still there.
        assert_eq!(
            peers.record(name),
            format!("{}, the end", Digest::of(b"before"))
        );
        assert_eq!(stream.read(&mut [0; 8]).unwrap(), 0);
        assert_eq!(outcome(stream.write(b"x")), "BrokenPipe");
    }
}

pub fn a_shut_read_half_reads_the_end_and_lets_writes_go_on(peers: &Peers) {
    let mut stream = peers.tell("record it");
    stream.write_all(b"before ").unwrap();
    stream.shutdown(Shutdown::Read).unwrap();
    assert_eq!(stream.read(&mut [0; 8]).unwrap(), 0);
    assert_eq!(stream.peek(&mut [0; 8]).unwrap(), 0);
    stream.write_all(b"after").unwrap();
    drop(stream);
    assert_eq!(
        peers.record("it"),
        format!("{}, the end", Digest::of(b"before after"))
    );
}

pub fn what_came_before_the_read_half_was_shut(peers: &Peers) {
    let mut stream = peers.tell("echo");
    stream.write_all(b"12345678").unwrap();
    let mut got = [0; 4];
    // They arrive together, as the peer sends them.
    stream.read_exact(&mut got).unwrap();
    stream.shutdown(Shutdown::Read).unwrap();
    differences::SHUT_READ.check(outcome(stream.read(&mut got)), "Ok(4)", "Ok(0)");
}

pub fn a_half_can_be_shut_twice(peers: &Peers) {
    let stream = peers.tell("hold it 0 0");
    stream.shutdown(Shutdown::Write).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    stream.shutdown(Shutdown::Read).unwrap();
    stream.shutdown(Shutdown::Read).unwrap();
}

pub fn an_empty_write_to_a_shut_half(peers: &Peers) {
    let mut stream = peers.tell("hold it 0 0");
    stream.shutdown(Shutdown::Write).unwrap();
    let written = outcome(stream.write(&[]));
    assert_eq!(written, "BrokenPipe");
}
