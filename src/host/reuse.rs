//! Keeps the Extism kernel's allocator fast by ending its slow first phase early.
//!
//! Until the kernel's memory is used up to the end of its page (64 KiB), its allocator appends every block after the
//! last one and never reuses a freed one. To free a block, or to return its length, it walks over all blocks of the
//! call. So the n-th datagram of a plugin call costs a walk over 2 n blocks; and the kernel starts over with each call
//! of the plugin. Once the page is used up, the allocator takes the first freed block that is large enough, which is
//! one of the first few.
//!
//! So this code allocates the rest of the page as one piece and frees it at once: the hint. Allocations too large for
//! the freed blocks before the piece are cut from its end.
//!
//! When is a hint due? The start of a new call cannot be seen from inside. But if a block comes after the previous one,
//! although that was freed, the allocator does not reuse blocks. After [`ROW`] such blocks in a row, it is in its first
//! phase. A call with fewer blocks pays nothing.
//!
//! A hint can be in vain: a plugin may hold many blocks at once, and another kernel may never reuse any. The memory of
//! the hint may then be lost, at most a page of 64 KiB. Therefore the row must be twice as long in each further page;
//! and twice as long again after each hint whose piece does not follow the last block, until one does. So a call with n
//! blocks takes at most about log2(n / 8) + 1 pages more than it would without hints.
//!
//! A hint has one more effect. As long as no block is reused, the memory after a block is zero. A host that searches
//! for a NUL at the end of an address, instead of using the block's length, depends on that. It misreads addresses once
//! the page is used up; with the hint, from about the ninth block on.
//!
//! This takes about 200 bytes of a plugin, and is omitted in small plugins (`build.rs` decides).
//!
//! The piece leaves more of the page than the kernel needs: one byte too many, and the memory would grow by a page.
//! memory would grow by a page.

use core::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

/// The number of blocks in a row that make a hint due, in the first page and without hints in vain.
const ROW: u32 = 8;
/// The unit in which the kernel's memory grows.
const PAGE: u32 = 65_536;
/// How much of the page is left over: the kernel puts 12 bytes before a block and keeps 63 at the end.
const MARGIN: u32 = 96;

/// What is known about the allocator.
#[derive(Debug)]
pub(super) struct ReuseHint {
    /// The last block's offset, in the upper half, and how many blocks in a row came after the previous one. (An offset
    /// with more than 32 bits is from another kernel, without such an allocator. Its blocks do not look like a row.)
    row: AtomicU64,
    /// How many hints were in vain since the last successful one.
    in_vain: AtomicU32,
}

impl ReuseHint {
    pub(super) const fn new() -> Self {
        Self {
            row: AtomicU64::new(0),
            in_vain: AtomicU32::new(0),
        }
    }

    /// Records the position of a newly allocated block. If a hint is due, calls `take` to allocate a piece of that many
    /// bytes, free it, and return its offset.
    pub(super) fn saw(&self, offset: u64, len: u64, take: impl FnOnce(u64) -> u64) {
        let before = self.row.load(Relaxed);
        let mut row = offset << 32;
        if row > before {
            let behind = (before as u32).wrapping_add(1);
            let in_vain = self.in_vain.load(Relaxed);
            let doublings = (offset as u32 / PAGE).wrapping_add(in_vain);
            // Compares powers of two, which cannot overflow: `behind < ROW << doublings`.
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
