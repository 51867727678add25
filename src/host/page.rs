//! How to keep the Extism kernel's allocator quick: by ending its first phase early.
//!
//! Until the kernel's memory has been used up to the end of its page, 64 KiB, its allocator puts
//! every block behind the last one and takes no freed one again. To free a block, or to tell its
//! length, it walks over all that there have been. So the n-th datagram of a plugin call costs a
//! walk over 2 n blocks; and as the kernel starts over with each call of the plugin, every call
//! begins there. Once the page is used up, the first freed block that is large enough is taken,
//! which is one of the first few.
//!
//! So the rest of the page is taken here in one piece and given back at once. It is split from its
//! end by what needs more than the freed blocks before it.
//!
//! When is that due? A new call cannot be seen from inside. But a block that lies behind the one
//! before it, which has been given back, comes from an allocator that takes none again; when
//! [`PATIENCE`] blocks in a row do, it is in its first phase, whatever came before. A call that makes
//! fewer pays nothing, and one that frees its blocks in time sees no such row afterwards.
//!
//! One that holds on to many blocks at a time may, and then the hint is wrong: the piece does not lie
//! behind the last block, but among the freed ones, or in a page by which the memory grew. So it
//! takes a row of twice the length next time, until a hint has been right again: the pages that go
//! that way are no more than a call has doublings in the blocks it holds.
//!
//! This is about 210 bytes of a plugin, and left out of one that counts them (`build.rs` tells).
//!
//! The piece leaves more of the page than the kernel itself needs: were it too large by a byte, the
//! memory would grow by a page.

use core::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

/// How many blocks may lie behind one another.
const PATIENCE: u32 = 6;
/// What the kernel's memory grows by.
const PAGE: u32 = 65_536;
/// What is left of the page: the kernel puts 12 bytes before a block and keeps 63 at the end.
const MARGIN: u32 = 96;

/// What has been seen of the allocator.
#[derive(Debug)]
pub(super) struct Page {
    /// Where the last block lay, in the upper half, and how many have lain behind the one before. (Where
    /// offsets are larger than half of this, there is another kernel, with no such allocator; its
    /// blocks do not look like a row.)
    row: AtomicU64,
    /// How many blocks may lie behind one another.
    patience: AtomicU32,
}

impl Page {
    pub(super) const fn new() -> Self {
        Self {
            row: AtomicU64::new(0),
            patience: AtomicU32::new(PATIENCE),
        }
    }

    /// Takes in where a block lies that has just been allocated. When it is due, has `take` take a
    /// piece of so many bytes, give it back, and say where it was.
    pub(super) fn saw(&self, offset: u64, len: u64, take: impl FnOnce(u64) -> u64) {
        let before = self.row.load(Relaxed);
        let mut row = offset << 32;
        if row > before {
            let behind = (before as u32).wrapping_add(1);
            let patience = self.patience.load(Relaxed);
            if behind <= patience {
                row |= u64::from(behind);
            } else {
                let end = (offset as u32).wrapping_add(len as u32);
                let rest = (PAGE - MARGIN).saturating_sub(end % PAGE);
                let piece = take(u64::from(rest)) as u32;
                let right = piece.wrapping_sub(end) < MARGIN;
                let next = if right {
                    PATIENCE
                } else {
                    patience.saturating_mul(2)
                };
                self.patience.store(next, Relaxed);
            }
        }
        self.row.store(row, Relaxed);
    }
}

#[cfg(test)]
mod tests;
