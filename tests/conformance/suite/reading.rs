//! The default methods of `Read`, and vectored reads.

use super::{Peers, TEXT, pattern};
use std::io::{self, BufRead, BufReader, IoSliceMut, Read, Write};

pub fn read_to_end_gets_everything(peers: &Peers) {
    for len in [0, 1, 31, 32, 33, 4_096, 100_000] {
        let mut got = b"before".to_vec();
        let n = peers.tell(format!("send {len}")).read_to_end(&mut got);
        assert_eq!(n.unwrap(), len);
        assert!(got[..6] == *b"before" && got[6..] == pattern(len), "{len}");
    }
}

pub fn read_to_string_gets_the_text(peers: &Peers) {
    let mut got = String::new();
    let n = peers.tell("text").read_to_string(&mut got).unwrap();
    assert_eq!((n, got.as_str()), (TEXT.len(), TEXT));
}

pub fn read_to_string_refuses_what_is_no_text(peers: &Peers) {
    let mut got = String::new();
    let error = peers.tell("send 256").read_to_string(&mut got).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    assert_eq!(got, "");
}

pub fn lines_are_read(peers: &Peers) {
    let lines: io::Result<Vec<String>> = BufReader::new(peers.tell("text")).lines().collect();
    assert_eq!(lines.unwrap(), TEXT.lines().collect::<Vec<_>>());
    // A buffer smaller than a line.
    let lines = BufReader::with_capacity(3, peers.tell("text")).lines();
    let lines: io::Result<Vec<String>> = lines.collect();
    assert_eq!(lines.unwrap(), TEXT.lines().collect::<Vec<_>>());
}

pub fn lines_go_to_and_fro(peers: &Peers) {
    let stream = peers.tell("echo");
    let mut reader = BufReader::new(&stream);
    for word in ["one", "", "three"] {
        writeln!(&stream, "{word}").unwrap();
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        assert_eq!(line, format!("{word}\n"));
    }
}

pub fn take_and_chain_and_bytes_work(peers: &Peers) {
    let stream = peers.tell("send 20");
    let mut got = Vec::new();
    (&stream).take(7).read_to_end(&mut got).unwrap();
    assert_eq!(got, pattern(7));
    let rest = BufReader::new(b"and ".chain(&stream)).bytes();
    let rest: io::Result<Vec<u8>> = rest.collect();
    assert_eq!(
        rest.unwrap(),
        [b"and ".as_slice(), &pattern(20)[7..]].concat()
    );
}

pub fn copy_takes_everything(peers: &Peers) {
    for len in [0, 1, 8_192, 100_001] {
        let mut got = Vec::new();
        let n = io::copy(&mut peers.tell(format!("send {len}")), &mut got);
        assert_eq!(n.unwrap(), len as u64);
        assert!(got == pattern(len), "{len} bytes");
    }
}

pub fn copy_goes_from_stream_to_stream(peers: &Peers) {
    let mut from = peers.tell("send 100000");
    let mut to = peers.tell("take 100000");
    assert_eq!(io::copy(&mut from, &mut to).unwrap(), 100_000);
    let mut answer = String::new();
    to.read_to_string(&mut answer).unwrap();
    assert_eq!(answer, super::Digest::of(&pattern(100_000)).to_string());
}

pub fn read_vectored_fills_the_slices_in_order(peers: &Peers) {
    let mut stream = peers.tell("send 20000");
    let mut got: Vec<u8> = Vec::new();
    loop {
        let (mut first, mut second, mut third) = ([0; 5], [0; 0], [0; 6_000]);
        let mut slices = [
            IoSliceMut::new(&mut first),
            IoSliceMut::new(&mut second),
            IoSliceMut::new(&mut third),
        ];
        let n = stream.read_vectored(&mut slices).unwrap();
        if n == 0 {
            break;
        }
        got.extend(&[first.as_slice(), &third].concat()[..n]);
    }
    assert!(got == pattern(20_000), "{} bytes", got.len());
}

pub fn an_empty_buffer_reads_nothing_and_takes_nothing(peers: &Peers) {
    let mut stream = peers.tell("send 3");
    assert_eq!(stream.read(&mut []).unwrap(), 0);
    assert_eq!(stream.read_vectored(&mut []).unwrap(), 0);
    let mut empty = [];
    let mut empty = [IoSliceMut::new(&mut empty)];
    assert_eq!(stream.read_vectored(&mut empty).unwrap(), 0);
    stream.read_exact(&mut []).unwrap();
    let mut got = Vec::new();
    stream.read_to_end(&mut got).unwrap();
    assert_eq!(got, pattern(3));
}
