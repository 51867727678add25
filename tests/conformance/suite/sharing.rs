//! Halves of a stream that a clone has shut down.

use super::net::Shutdown;
use super::{Peers, outcome};
use std::io::{Read, Write};

pub fn a_half_is_shut_for_every_clone(peers: &Peers) {
    let mut first = peers.tell("take 6");
    let mut second = first.try_clone().unwrap();
    let mut third = second.try_clone().unwrap();
    second.shutdown(Shutdown::Read).unwrap();
    for clone in [&mut first, &mut second, &mut third] {
        assert_eq!(clone.read(&mut [0; 8]).unwrap(), 0);
        assert_eq!(clone.peek(&mut [0; 8]).unwrap(), 0);
        clone.write_all(b"on").unwrap();
    }
    first.shutdown(Shutdown::Write).unwrap();
    for clone in [&mut first, &mut second, &mut third] {
        assert_eq!(outcome(clone.write(b"x")), "BrokenPipe");
        assert_eq!(clone.read(&mut [0; 8]).unwrap(), 0);
    }
}

pub fn a_clone_of_a_shut_stream_is_shut(peers: &Peers) {
    let stream = peers.tell("hold it 3 0");
    stream.shutdown(Shutdown::Write).unwrap();
    let mut clone = stream.try_clone().unwrap();
    assert_eq!(outcome(clone.write(b"x")), "BrokenPipe");
    let mut got = [0; 3];
    clone.read_exact(&mut got).unwrap();
    stream.shutdown(Shutdown::Read).unwrap();
    let mut last = clone.try_clone().unwrap();
    assert_eq!(last.read(&mut got).unwrap(), 0);
    assert_eq!(outcome(last.write(b"x")), "BrokenPipe");
}
