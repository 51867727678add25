//! The std facade's stream and its clones, at random, over a real connection.

use crate::facade::{connected, host_forgets, nothing_is_left, turn};
use crate::host::pattern;
use crate::streams::config;
use harness_wasi_sockets::host::Native;
use harness_wasi_sockets::{Shutdown, TcpStream};
use proptest::collection::vec;
use proptest::prelude::*;
use std::io::{ErrorKind, IoSlice, IoSliceMut, Read, Write};
use std::net::TcpStream as StdStream;

/// The operations of a stream's user, its clones, and its peer. A number selects the clone.
#[derive(Debug, Clone)]
enum Op {
    Read(usize, usize),
    ReadVectored(usize, Vec<usize>),
    Peek(usize, usize),
    Write(usize, usize),
    WriteVectored(usize, Vec<usize>),
    Clone(usize),
    Drop(usize),
    Shut(usize, Shutdown),
    PeerSends(usize),
    PeerEnds,
    PeerResets,
    HostForgets,
}

fn op() -> impl Strategy<Value = Op> {
    let size = || prop_oneof![3 => 0..20_usize, 1 => 4_090..4_100_usize, 1 => 0..20_000_usize];
    let sizes = || vec(size(), 0..4);
    let which = || 0..4_usize;
    let how = prop_oneof![
        Just(Shutdown::Read),
        Just(Shutdown::Write),
        Just(Shutdown::Both)
    ];
    prop_oneof![
        8 => (which(), size()).prop_map(|(at, n)| Op::Read(at, n)),
        4 => (which(), sizes()).prop_map(|(at, n)| Op::ReadVectored(at, n)),
        4 => (which(), size()).prop_map(|(at, n)| Op::Peek(at, n)),
        6 => (which(), size()).prop_map(|(at, n)| Op::Write(at, n)),
        4 => (which(), sizes()).prop_map(|(at, n)| Op::WriteVectored(at, n)),
        3 => which().prop_map(Op::Clone),
        3 => which().prop_map(Op::Drop),
        1 => (which(), how).prop_map(|(at, how)| Op::Shut(at, how)),
        10 => size().prop_map(Op::PeerSends),
        1 => Just(Op::PeerEnds),
        1 => Just(Op::PeerResets),
        1 => Just(Op::HostForgets),
    ]
}

struct Model {
    clones: Vec<TcpStream>,
    peer: Option<StdStream>,
    /// How much the peer has sent, and how much of it has been read.
    given: usize,
    taken: usize,
    written: usize,
    /// Whether the data was peeked at since the last read.
    peeked: bool,
    ended: bool,
    shut_read: bool,
    shut_write: bool,
    /// A write has failed.
    failed: bool,
    /// The connection is broken: earlier data may still arrive, and writes may seem to succeed.
    broken: bool,
}

impl Model {
    /// Returns whether a read has something to return: otherwise it would wait.
    fn can_read(&self) -> bool {
        self.shut_read || self.broken || self.ended || self.given > self.taken
    }

    fn step(&mut self, op: &Op) {
        match op {
            Op::Read(at, n) => self.read(*at, &[*n]),
            Op::ReadVectored(at, sizes) => self.read(*at, sizes),
            Op::Peek(at, n) => self.peek(*at, *n),
            Op::Write(at, n) => self.write(*at, &[*n], false),
            Op::WriteVectored(at, sizes) => self.write(*at, sizes, true),
            Op::Clone(at) => {
                let clone = self.which(*at).try_clone().unwrap();
                self.clones.push(clone);
            }
            Op::Drop(at) if self.clones.len() > 1 => {
                self.clones.swap_remove(at % self.clones.len());
            }
            Op::Drop(_) => {}
            Op::Shut(at, how) => {
                self.which(*at).shutdown(*how).unwrap();
                self.shut_read |= *how != Shutdown::Write;
                self.shut_write |= *how != Shutdown::Read;
            }
            Op::PeerSends(n) => self.peer_sends(*n),
            Op::PeerEnds => {
                if let Some(peer) = &self.peer {
                    // What it would still send is refused by its own system.
                    self.ended |= peer.shutdown(Shutdown::Write).is_ok();
                }
            }
            Op::PeerResets => {
                // Unread data causes a reset when the peer closes.
                let _ = self.which(0).write(b"unread");
                self.written += 6;
                self.peer = None;
                self.broken = true;
            }
            Op::HostForgets => {
                host_forgets();
                self.broken = true;
            }
        }
        assert_eq!(Native::live_blocks(), 0, "after {op:?}");
        if self.shut_read && self.shut_write {
            assert_eq!(Native::open_connections(), 0, "after {op:?}");
        } else if !self.broken {
            assert_eq!(Native::open_connections(), 1, "after {op:?}");
        }
    }

    fn which(&self, at: usize) -> &TcpStream {
        &self.clones[at % self.clones.len()]
    }

    /// Never more than the system buffers.
    fn peer_sends(&mut self, n: usize) {
        let closed = self.shut_read && self.shut_write;
        let Some(peer) = self.peer.as_mut().filter(|_| !self.ended && !closed) else {
            return;
        };
        if self.given - self.taken > 30_000 {
            return;
        }
        let bytes: Vec<u8> = (self.given..self.given + n).map(pattern).collect();
        // After a break the peer may get an error.
        match peer.write_all(&bytes) {
            Ok(()) => self.given += n,
            Err(_) => assert!(self.broken),
        }
    }

    /// Checks shown bytes; `wanted` is how many were requested.
    fn shown(&self, bytes: &[u8], wanted: usize) {
        assert!(
            bytes
                .iter()
                .copied()
                .eq((self.taken..).map(pattern).take(bytes.len()))
        );
        assert!(bytes.len() <= self.given - self.taken, "bytes from nowhere");
        let expects = wanted > 0 && !self.shut_read && !self.broken && self.given > self.taken;
        assert!(!expects || !bytes.is_empty(), "an end that is none");
        assert!(!self.shut_read || bytes.is_empty());
    }

    fn read(&mut self, at: usize, sizes: &[usize]) {
        let wanted = sizes.iter().sum();
        if !self.can_read() && wanted > 0 {
            return;
        }
        let mut room: Vec<Vec<u8>> = sizes.iter().map(|n| vec![0xee; *n]).collect();
        let mut slices: Vec<_> = room.iter_mut().map(|part| IoSliceMut::new(part)).collect();
        let mut stream = self.which(at);
        let n = match &mut slices[..] {
            [one] => stream.read(one).unwrap(),
            several => stream.read_vectored(several).unwrap(),
        };
        let all = room.concat();
        self.shown(&all[..n], wanted);
        assert!(all[n..].iter().all(|byte| *byte == 0xee), "written behind");
        self.taken += n;
        self.peeked &= n == 0;
    }

    fn peek(&mut self, at: usize, n: usize) {
        // A second peek would wait for more.
        if n > 0 && (!self.can_read() || self.peeked) {
            return;
        }
        let mut room = vec![0; n];
        let shown = self.which(at).peek(&mut room).unwrap();
        assert!(shown <= 4_096);
        self.shown(&room[..shown], n);
        self.peeked |= shown > 0;
    }

    fn write(&mut self, at: usize, sizes: &[usize], vectored: bool) {
        let wanted: usize = sizes.iter().sum();
        let all: Vec<u8> = (self.written..self.written + wanted).map(pattern).collect();
        let mut rest = &all[..];
        let mut slices = Vec::new();
        for n in sizes {
            let (part, behind) = rest.split_at(*n);
            slices.push(IoSlice::new(part));
            rest = behind;
        }
        let mut stream = self.which(at);
        let result = match vectored {
            true => stream.write_vectored(&slices),
            false => stream.write(&all),
        };
        let n = match result {
            Ok(n) => n,
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::BrokenPipe);
                assert!(self.shut_write || self.broken);
                self.failed = true;
                return;
            }
        };
        assert!(!self.shut_write && !self.failed);
        assert_eq!(n, wanted.min(65_536));
        self.written += n;
        if let Some(peer) = self.peer.as_mut().filter(|_| !self.broken) {
            let mut got = vec![0; n];
            peer.read_exact(&mut got).unwrap();
            assert!(got == all[..n], "other bytes than were written");
        }
    }
}

proptest! {
    #![proptest_config(config(60))]

    #[test]
    fn clones_of_a_stream_share_what_its_peer_sent(ops in vec(op(), 0..60)) {
        let _turn = turn();
        let (stream, peer) = connected();
        let mut model = Model {
            clones: vec![stream],
            peer: Some(peer),
            given: 0,
            taken: 0,
            written: 0,
            peeked: false,
            ended: false,
            shut_read: false,
            shut_write: false,
            failed: false,
            broken: false,
        };
        for op in &ops {
            model.step(op);
        }
        drop(model);
        nothing_is_left();
    }
}
