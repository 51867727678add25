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
//! [`PATIENCE`] blocks in a row do, it is in its first phase, whatever came before. A call that makes fewer
//! pays nothing. A plugin that frees its blocks in time sees no such row afterwards. One that holds on to
//! many blocks may, and the hint is wrong then: the piece is found among the freed ones, or the
//! memory grows by a page once, to serve what follows.
//!
//! What the piece leaves at the end of the page is more than the kernel itself needs there: were the
//! piece too large by a byte, the memory would grow by a page.

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// How many blocks may lie behind one another.
const PATIENCE: u32 = 6;
/// What the kernel's memory grows by.
const PAGE: u32 = 65_536;
/// What is left of the page: the kernel puts 12 bytes before a block and keeps 63 at the end.
const MARGIN: u32 = 96;
/// What has been seen of the allocator.
#[derive(Debug)]
pub(super) struct Page {
    /// Where the last block lay. (Where offsets are larger than this can tell, there is another
    /// kernel, with no such allocator; its blocks do not look like a row.)
    last: AtomicU32,
    /// How many blocks have lain behind the one before.
    row: AtomicU32,
}

impl Page {
    pub(super) const fn new() -> Self {
        Self {
            last: AtomicU32::new(0),
            row: AtomicU32::new(0),
        }
    }

    /// Takes in where a block lies that has just been allocated. Answers how large a piece is to be
    /// taken and given back, 0 if none is due.
    pub(super) fn saw(&self, offset: u64, len: u64) -> u64 {
        let at = offset as u32;
        let behind = at > self.last.swap(at, Relaxed);
        let row = if behind {
            self.row.load(Relaxed).wrapping_add(1)
        } else {
            0
        };
        if row <= PATIENCE {
            self.row.store(row, Relaxed);
            return 0;
        }
        self.row.store(0, Relaxed);
        let end = at.wrapping_add(len as u32) % PAGE;
        u64::from((PAGE - MARGIN).saturating_sub(end))
    }
}
