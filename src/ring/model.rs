//! The buffer against the standard library's queue, under random operations. It speaks only of what
//! the buffer promises: bytes come out in the order in which they went in, as many as fit, none lost.

use super::Ring;
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::VecDeque;

/// What is done to a buffer.
#[derive(Debug, Clone)]
enum Op {
    /// Fills as much of the room as there are bytes for.
    Write(Vec<u8>),
    Read(usize),
    Peek(usize),
    Consume(usize),
    /// Drops all, and fills again.
    Refill(Vec<u8>),
}

fn op() -> impl Strategy<Value = Op> {
    let bytes = || vec(any::<u8>(), 0..12);
    prop_oneof![
        4 => bytes().prop_map(Op::Write),
        3 => (0..12_usize).prop_map(Op::Read),
        2 => (0..12_usize).prop_map(Op::Peek),
        2 => prop_oneof![0..12_usize, Just(usize::MAX)].prop_map(Op::Consume),
        1 => bytes().prop_map(Op::Refill),
    ]
}

/// Puts as many bytes in as fit, and answers how many.
fn write<const N: usize>(ring: &mut Ring<N>, bytes: &[u8]) -> usize {
    let mut rest = bytes;
    loop {
        let room = ring.vacant();
        let n = room.len().min(rest.len());
        room[..n].copy_from_slice(&rest[..n]);
        ring.commit(n);
        rest = &rest[n..];
        if n == 0 {
            return bytes.len() - rest.len();
        }
    }
}

fn run<const N: usize>(ops: &[Op]) {
    let mut ring = Ring::<N>::new();
    let mut queue = VecDeque::new();
    for op in ops {
        match op {
            Op::Write(bytes) => {
                let written = write(&mut ring, bytes);
                assert_eq!(written, bytes.len().min(N - queue.len()), "all that fit");
                queue.extend(&bytes[..written]);
            }
            Op::Read(n) => {
                let mut into = std::vec![0; *n];
                let side_by_side = ring.front().len();
                let read = ring.read(&mut into);
                assert_eq!(read, side_by_side.min(*n));
                let expected: Vec<u8> = queue.drain(..read).collect();
                assert_eq!(into[..read], expected);
            }
            Op::Peek(n) => {
                let mut into = std::vec![0; *n];
                let peeked = ring.peek(&mut into);
                let expected: Vec<u8> = queue.iter().take(*n).copied().collect();
                assert_eq!(into[..peeked], expected);
            }
            Op::Consume(n) => {
                ring.consume(*n);
                queue.drain(..queue.len().min(*n));
            }
            Op::Refill(bytes) => {
                let room = ring.vacate();
                assert_eq!(room.len(), N, "all of its room");
                let n = N.min(bytes.len());
                room[..n].copy_from_slice(&bytes[..n]);
                ring.commit(n);
                queue = bytes[..n].iter().copied().collect();
                assert_eq!(ring.front(), &bytes[..n], "side by side");
            }
        }
        assert_eq!(ring.len(), queue.len());
        assert_eq!(ring.is_empty(), queue.is_empty());
        let front = ring.front();
        assert!(queue.iter().take(front.len()).eq(front), "what it shows");
        assert_eq!(front.is_empty(), queue.is_empty(), "it shows something");
    }
}

proptest! {
    #[test]
    fn a_buffer_of_seven_bytes_is_a_queue(ops in vec(op(), 0..80)) {
        run::<7>(&ops);
    }

    #[test]
    fn a_buffer_of_one_byte_is_a_queue(ops in vec(op(), 0..80)) {
        run::<1>(&ops);
    }

    #[test]
    fn a_buffer_of_eight_bytes_is_a_queue(ops in vec(op(), 0..80)) {
        run::<8>(&ops);
    }
}
