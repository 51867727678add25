//! Keeps the Extism kernel's allocator fast by ending its slow first phase early.
//!
//! Until the kernel's memory is used up to the end of its page (64 KiB), its allocator puts every block
//! behind the last one and never reuses a freed one. To free a block, or to tell its length, it walks
//! over all blocks of the call. So the n-th datagram of a plugin call costs a walk over 2 n blocks; and
//! the kernel starts over with each call of the plugin. Once the page is used up, the allocator takes
//! the first freed block that is large enough, which is one of the first few.
//!
//! So the rest of the page is taken here as one piece and given back at once: the hint. Allocations too
//! large for the freed blocks before the piece are cut from its end.
//!
//! When is a hint due? A new call cannot be seen from inside. But a block that lies behind the one before
//! it, although that one has been freed, comes from an allocator that reuses none. When [`ROW`] blocks in
//! a row do, it is in its first phase. A call with fewer blocks pays nothing.
//!
//! A hint can be in vain: a plugin may hold many blocks at once, and another kernel may never reuse any.
//! What the hint takes may then be lost, at most a page of 64 KiB. Therefore the row must be twice as long
//! in each further page; and twice as long again after each hint whose piece does not lie behind the last
//! block, until one does. So a call with n blocks takes at most about log2(n / 8) + 1 pages more than it
//! would without hints.
//!
//! A hint has one more effect. As long as no block is reused, the memory behind a block is zero. A host that
//! looks for a NUL at the end of an address, and not at the block's length, depends on that. It would
//! misread an address once the page is used up; with the hint it does so from about the ninth block on.
//!
//! This is about 200 bytes of a plugin, and left out of one that counts them (`build.rs` decides).
//!
//! The piece leaves more of the page than the kernel itself needs: were it too large by a byte, the
//! memory would grow by a page.

use core::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

/// How many blocks in a row make a hint due, in the first page and at first.
const ROW: u32 = 8;
/// The unit in which the kernel's memory grows.
const PAGE: u32 = 65_536;
/// How much of the page is left: the kernel puts 12 bytes before a block and keeps 63 at the end.
const MARGIN: u32 = 96;

/// What has been seen of the allocator.
#[derive(Debug)]
pub(super) struct ReuseHint {
    /// Where the last block lay, in the upper half, and how many have lain behind the one before. (An
    /// offset with more than 32 bits is of another kernel, with no such allocator. Its blocks do not
    /// look like a row.)
    row: AtomicU64,
    /// How many hints have been in vain since the last one that was not.
    in_vain: AtomicU32,
}

impl ReuseHint {
    pub(super) const fn new() -> Self {
        Self {
            row: AtomicU64::new(0),
            in_vain: AtomicU32::new(0),
        }
    }

    /// Notes where a block lies that has just been allocated. If a hint is due, calls `take` to take a
    /// piece of that many bytes, give it back, and return where it was.
    pub(super) fn saw(&self, offset: u64, len: u64, take: impl FnOnce(u64) -> u64) {
        let before = self.row.load(Relaxed);
        let mut row = offset << 32;
        if row > before {
            let behind = (before as u32).wrapping_add(1);
            let in_vain = self.in_vain.load(Relaxed);
            let doublings = (offset as u32 / PAGE).wrapping_add(in_vain);
            // As powers of two, which cannot overflow: `behind < ROW << doublings`.
            if behind.leading_zeros().wrapping_add(doublings) > ROW.leading_zeros() {
                row |= u64::from(behind);
            } else {
                let end = (offset as u32).wrapping_add(len as u32);
                let rest = (PAGE - MARGIN).saturating_sub(end % PAGE);
                let piece = take(u64::from(rest)) as u32;
                let next = if piece.wrapping_sub(end) < MARGIN {
                    0
                } else {
                    in_vain.wrapping_add(1)
                };
                self.in_vain.store(next, Relaxed);
            }
        }
        self.row.store(row, Relaxed);
    }
}

#[cfg(test)]
mod tests;
