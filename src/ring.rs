//! A fixed-capacity ring buffer of bytes.

use core::fmt;

/// A ring of at most `N` bytes: written at its end, read at its front.
///
/// No sum in it can wrap round, since no array is longer than half the memory.
///
/// It is written and read a slice at a time, so bytes move in bulk, and straight from where they
/// come to where they go: [`vacant`](Ring::vacant) is the room to fill, and
/// [`commit`](Ring::commit) says how much of it has been.
pub(crate) struct Ring<const N: usize> {
    bytes: [u8; N],
    /// Where the first byte lies. Less than `N`.
    head: usize,
    /// How many bytes there are, counted on from `head` and round the end. At most `N`.
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
        // (So the compiler leaves out what reads from a ring that is never anything but empty.)
        N == 0 || self.len == 0
    }

    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// The bytes at the front, as many as lie side by side: all of them, if the ring was empty
    /// when they were written.
    pub(crate) fn front(&self) -> &[u8] {
        let end = self.head.wrapping_add(self.len).min(N);
        self.bytes.get(self.head..end).unwrap_or_default()
    }

    /// Drops the first `n` bytes, or all there are.
    pub(crate) fn consume(&mut self, n: usize) {
        let n = n.min(self.len);
        self.head = wrap::<N>(self.head.wrapping_add(n));
        self.len = self.len.wrapping_sub(n);
    }

    /// Moves bytes from the front into `into`, and answers how many: all that lie side by side, or
    /// all that fit.
    pub(crate) fn read(&mut self, into: &mut [u8]) -> usize {
        let n = copy(self.front(), into);
        self.consume(n);
        n
    }

    /// Copies bytes from the front into `into` and keeps them. As [`read`](Ring::read).
    pub(crate) fn peek(&self, into: &mut [u8]) -> usize {
        let front = copy(self.front(), into);
        let wrapped = self.len.wrapping_sub(self.front().len());
        match (self.bytes.get(..wrapped), into.get_mut(front..)) {
            (Some(from), Some(into)) => front.wrapping_add(copy(from, into)),
            _ => front,
        }
    }

    /// The room behind the last byte, as much as lies side by side. All `N` bytes of an empty
    /// ring, which starts over from the front of its array here.
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

    /// Drops all bytes, and gives all `N` as room to fill. For a ring that is known to be empty this is
    /// [`vacant`](Ring::vacant) in fewer bytes of code.
    pub(crate) fn vacate(&mut self) -> &mut [u8] {
        (self.head, self.len) = (0, 0);
        &mut self.bytes
    }

    /// Says that the first `n` bytes of [`vacant`](Ring::vacant) have been written.
    pub(crate) fn commit(&mut self, n: usize) {
        self.len = self.len.wrapping_add(n).min(N);
    }
}

/// Not the bytes: they may be anybody's password.
impl<const N: usize> fmt::Debug for Ring<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ring")
            .field("len", &self.len)
            .field("capacity", &N)
            .finish_non_exhaustive()
    }
}

/// A position in the array, for one that may lie up to `N` behind its end.
const fn wrap<const N: usize>(at: usize) -> usize {
    if at < N { at } else { at.wrapping_sub(N) }
}

/// Copies as much of `from` as fits into `into`, and answers how much.
///
/// The only one in a plugin without std that calls `copy_from_slice`: with two callers that may stay a function of its
/// own, in which a panic can be reached.
pub(crate) fn copy(from: &[u8], into: &mut [u8]) -> usize {
    let n = from.len().min(into.len());
    // (The compiler sees that the two are of one length, which `copy_from_slice` insists on.)
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
