//! A fixed-capacity ring buffer of bytes.

use core::fmt;

/// A ring buffer of at most `N` bytes: written at the end, read at the front.
///
/// No sum can overflow, since no array is longer than half the memory.
///
/// It is accessed by slices, so bytes are copied in bulk and only once: [`vacant`](Ring::vacant) returns the free
/// space, and [`commit`](Ring::commit) records how much of it was filled.
pub(crate) struct Ring<const N: usize> {
    bytes: [u8; N],
    /// The position of the first byte. Less than `N`.
    head: usize,
    /// The number of bytes from `head` on, wrapping around. At most `N`.
    len: usize,
}

impl<const N: usize> Ring<N> {
    pub(crate) const fn new() -> Self {
        Self {
            bytes: [0; N],
            head: 0,
            len: 0,
        }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        // With `N` = 0 this is constant, so the compiler removes the code that reads from the ring.
        N == 0 || self.len == 0
    }

    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// Returns the contiguous bytes at the front: all bytes, if the ring was empty when they were written.
    pub(crate) fn front(&self) -> &[u8] {
        let front = self.bytes.get(self.head..).unwrap_or_default();
        front.get(..self.len).unwrap_or(front)
    }

    /// Drops the first `n` bytes, or all if there are fewer.
    pub(crate) fn consume(&mut self, n: usize) {
        self.advance(n.min(self.len));
    }

    /// Drops the first `n` bytes. There must be as many.
    fn advance(&mut self, n: usize) {
        self.head = wrap::<N>(self.head.wrapping_add(n));
        self.len = self.len.wrapping_sub(n);
    }

    /// Moves bytes from the front into `into`. Returns how many: the contiguous bytes, or as many as fit.
    pub(crate) fn read(&mut self, into: &mut [u8]) -> usize {
        let n = copy(self.front(), into);
        self.advance(n);
        n
    }

    /// Copies bytes from the front into `into` and keeps them, including those that wrap around.
    pub(crate) fn peek(&self, into: &mut [u8]) -> usize {
        let front = copy(self.front(), into);
        let wrapped = self.len.wrapping_sub(self.front().len());
        match (self.bytes.get(..wrapped), into.get_mut(front..)) {
            (Some(from), Some(into)) => front.wrapping_add(copy(from, into)),
            _ => front,
        }
    }

    /// Returns the contiguous free space after the last byte. For an empty ring that is all `N` bytes, since it
    /// restarts at the front of its array.
    pub(crate) fn vacant(&mut self) -> &mut [u8] {
        if self.len == 0 {
            self.head = 0;
        }
        let end = self.head.wrapping_add(self.len);
        let room = if end < N {
            end..N
        } else {
            end.wrapping_sub(N)..self.head
        };
        self.bytes.get_mut(room).unwrap_or_default()
    }

    /// Drops all bytes, and returns all `N` as free space. For a ring that is known to be empty this is
    /// [`vacant`](Ring::vacant) in less code.
    pub(crate) fn vacate(&mut self) -> &mut [u8] {
        (self.head, self.len) = (0, 0);
        &mut self.bytes
    }

    /// Records that the first `n` bytes of [`vacant`](Ring::vacant) were filled. It must have had as many.
    pub(crate) fn commit(&mut self, n: usize) {
        self.len = self.len.wrapping_add(n);
    }
}

/// Does not show the bytes: they may contain a password.
impl<const N: usize> fmt::Debug for Ring<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ring")
            .field("len", &self.len)
            .field("capacity", &N)
            .finish_non_exhaustive()
    }
}

/// Wraps a position that may be up to `N` beyond the array's end.
const fn wrap<const N: usize>(at: usize) -> usize {
    if at < N { at } else { at.wrapping_sub(N) }
}

/// Copies as much of `from` as fits into `into`, and returns how much.
///
/// In a plugin without std this is the only caller of `copy_from_slice`. With two callers it may not be inlined, and
/// then contains a reachable panic.
pub(crate) fn copy(from: &[u8], into: &mut [u8]) -> usize {
    let n = from.len().min(into.len());
    // The compiler sees that both have the same length, which `copy_from_slice` requires.
    if let (Some(from), Some(into)) = (from.get(..n), into.get_mut(..n)) {
        into.copy_from_slice(from);
    }
    n
}

#[cfg(all(test, feature = "std"))]
mod model;

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;

    fn write<const N: usize>(ring: &mut Ring<N>, from: &[u8]) -> usize {
        let mut done = 0;
        loop {
            let n = copy(&from[done..], ring.vacant());
            ring.commit(n);
            done += n;
            if n == 0 {
                return done;
            }
        }
    }

    #[test]
    fn an_empty_ring_shows_all_its_room_and_then_all_its_bytes() {
        let mut ring = Ring::<5>::new();
        assert_eq!(write(&mut ring, b"abc"), 3);
        assert_eq!(ring.read(&mut [0; 3]), 3);
        assert_eq!(ring.vacant().len(), 5, "it starts over");
        assert_eq!(write(&mut ring, b"defgh"), 5);
        assert_eq!(ring.front(), b"defgh");
        assert_eq!(ring.vacant().len(), 0);
    }

    #[test]
    fn bytes_go_round_the_end() {
        let mut ring = Ring::<4>::new();
        write(&mut ring, b"abcd");
        ring.consume(3);
        assert_eq!(write(&mut ring, b"efgh"), 3, "only three fit");
        assert_eq!(ring.front(), b"d");
        let mut seen = [0; 4];
        assert_eq!(ring.peek(&mut seen), 4);
        assert_eq!(&seen, b"defg");
        assert_eq!(ring.peek(&mut seen[..2]), 2);
        assert_eq!(ring.read(&mut seen), 1, "what lies side by side");
        assert_eq!(ring.read(&mut seen[1..]), 3);
        assert_eq!(&seen, b"defg");
        assert!(ring.is_empty());
    }

    #[test]
    fn more_is_neither_consumed_nor_read_than_there_is() {
        let mut ring = Ring::<4>::new();
        assert_eq!(ring.read(&mut [0; 2]), 0);
        assert_eq!(ring.peek(&mut [0; 2]), 0);
        write(&mut ring, b"ab");
        assert_eq!(ring.read(&mut []), 0);
        ring.consume(usize::MAX);
        assert_eq!((ring.len(), ring.front()), (0, &b""[..]));
        assert!(Ring::<0>::new().vacant().is_empty());
    }
}
