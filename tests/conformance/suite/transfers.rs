//! All bytes arrive, in order, whatever their number and however they are read.

use super::net::TcpStream;
use super::{Digest, Peers, pattern, pattern_from};
use std::io::{ErrorKind, Read, Write};

const MIB: usize = 1 << 20;

/// Around a word, a buffer of 4 KiB, and the maximum of one host call, and more.
const SIZES: [usize; 12] = [
    0, 1, 7, 8, 9, 4_095, 4_096, 4_097, 65_535, 65_536, 65_537, MIB,
];

/// Reads to EOF, this many bytes at a time, with one size after the other.
fn digest_of_rest(stream: &mut TcpStream, sizes: &[usize]) -> Digest {
    let mut digest = Digest::new();
    let mut buffer = vec![0; sizes.iter().copied().max().unwrap()];
    for size in sizes.iter().cycle() {
        match stream.read(&mut buffer[..*size]).unwrap() {
            0 => break,
            n => digest.add(&buffer[..n]),
        }
    }
    digest
}

fn receives(peers: &Peers, len: usize, sizes: &[usize]) {
    let mut stream = peers.tell(format!("send {len}"));
    let digest = digest_of_rest(&mut stream, sizes);
    assert_eq!(
        digest,
        Digest::of(&pattern(len)),
        "read {sizes:?} at a time"
    );
}

fn sends(peers: &Peers, len: usize) {
    let mut stream = peers.tell(format!("take {len}"));
    let sent = pattern(len);
    stream.write_all(&sent).unwrap();
    stream.flush().unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert_eq!(answer, Digest::of(&sent).to_string());
}

pub fn every_size_is_received(peers: &Peers) {
    for len in SIZES {
        receives(peers, len, &[65_536]);
        receives(peers, len, &[1_000]);
    }
}

pub fn every_size_is_sent(peers: &Peers) {
    for len in SIZES {
        sends(peers, len);
    }
}

pub fn every_size_comes_back(peers: &Peers) {
    let mut stream = peers.tell("echo");
    for len in SIZES {
        let sent = pattern(len);
        // In parts, since the echo of everything may not fit into the buffers in between.
        for part in sent.chunks(65_537) {
            stream.write_all(part).unwrap();
            let mut back = vec![0; part.len()];
            stream.read_exact(&mut back).unwrap();
            assert!(back == part, "{len} bytes");
        }
    }
}

pub fn sixteen_mebibytes_are_received(peers: &Peers) {
    receives(peers, 16 * MIB, &[16_384]);
}

pub fn sixteen_mebibytes_are_sent(peers: &Peers) {
    sends(peers, 16 * MIB);
}

pub fn sixteen_mebibytes_come_back(peers: &Peers) {
    let mut stream = peers.tell("echo");
    let (mut sent, mut came) = (Digest::new(), Digest::new());
    let mut back = vec![0; 65_536];
    for start in (0..16 * MIB).step_by(65_536) {
        let part = pattern_from(start, 65_536);
        stream.write_all(&part).unwrap();
        sent.add(&part);
        stream.read_exact(&mut back).unwrap();
        came.add(&back);
    }
    assert_eq!(came, sent);
}

pub fn a_byte_at_a_time_is_received(peers: &Peers) {
    receives(peers, 10_000, &[1]);
}

pub fn a_byte_at_a_time_is_sent(peers: &Peers) {
    let mut stream = peers.tell("take 1000");
    let sent = pattern(1_000);
    for byte in &sent {
        stream.write_all(&[*byte]).unwrap();
    }
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert_eq!(answer, Digest::of(&sent).to_string());
}

pub fn reads_of_odd_sizes_lose_nothing(peers: &Peers) {
    for size in [
        2, 3, 7, 8, 9, 15, 16, 17, 4_095, 4_096, 4_097, 8_191, 70_000,
    ] {
        receives(peers, 50_000, &[size]);
    }
    receives(
        peers,
        500_000,
        &[1, 4_096, 7, 4_097, 8, 4_095, 9, 65_536, 5_000],
    );
    receives(peers, 500_000, &[4_090, 3, 3, 4_099]);
}

pub fn a_read_gives_no_more_than_fits(peers: &Peers) {
    let mut stream = peers.tell("send 100");
    let mut buffer = [0xff; 20];
    let n = stream.read(&mut buffer[..10]).unwrap();
    assert!((1..=10).contains(&n), "{n}");
    assert_eq!(buffer[..n], pattern(n));
    assert_eq!(buffer[n..], [0xff; 20][n..], "the rest is untouched");
}

pub fn read_exact_of_too_much_is_an_unexpected_end(peers: &Peers) {
    let mut stream = peers.tell("send 10");
    let error = stream.read_exact(&mut [0; 11]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
}
