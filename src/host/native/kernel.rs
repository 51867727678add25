//! An emulation of the kernel's memory, one for each thread.
//!
//! One for each thread, because a block never leaves the operation, and so the thread, that made
//! it: threads need not wait for each other, and a test can count its own blocks exactly.

use std::cell::RefCell;
use std::collections::BTreeMap;

/// Where the first block lies. Not 0, which names no block.
const FIRST: u64 = 1 << 16;

struct Kernel {
    next: u64,
    blocks: BTreeMap<u64, Vec<u8>>,
}

thread_local! {
    static KERNEL: RefCell<Kernel> =
        const { RefCell::new(Kernel { next: FIRST, blocks: BTreeMap::new() }) };
}

/// Makes a block of `data`. The empty block is no block: 0, as the kernel has it.
pub(super) fn adopt(data: Vec<u8>) -> u64 {
    if data.is_empty() {
        return 0;
    }
    KERNEL.with_borrow_mut(|kernel| {
        let offset = kernel.next;
        // A gap behind every block: an access that runs over the end meets no neighbour.
        kernel.next = kernel
            .next
            .saturating_add(data.len() as u64)
            .saturating_add(64);
        kernel.blocks.insert(offset, data);
        offset
    })
}

pub(super) fn free(offset: u64) {
    KERNEL.with_borrow_mut(|kernel| kernel.blocks.remove(&offset));
}

pub(super) fn length(offset: u64) -> u64 {
    KERNEL.with_borrow(|kernel| {
        kernel
            .blocks
            .get(&offset)
            .map_or(0, |data| data.len() as u64)
    })
}

pub(super) fn live_blocks() -> usize {
    KERNEL.with_borrow(|kernel| kernel.blocks.len())
}

/// The first `len` bytes of the block at `offset`, which it must have.
pub(super) fn bytes(offset: u64, len: u64) -> Option<Vec<u8>> {
    let len = usize::try_from(len).ok()?;
    KERNEL.with_borrow(|kernel| Some(kernel.blocks.get(&offset)?.get(..len)?.to_vec()))
}

/// The whole block at `offset`, as text.
pub(super) fn text(offset: u64) -> Option<String> {
    KERNEL.with_borrow(|kernel| String::from_utf8(kernel.blocks.get(&offset)?.clone()).ok())
}

/// Reads from inside a block. What lies in no block reads as it stands in `into`.
pub(super) fn load(offset: u64, into: &mut [u8]) {
    KERNEL.with_borrow(|kernel| {
        let from = kernel.blocks.range(..=offset).next_back();
        let from = from.and_then(|(start, data)| data.get(within(*start, offset, into.len())?));
        if let Some(from) = from {
            into.copy_from_slice(from);
        }
    });
}

/// Writes inside a block. What lies in no block goes nowhere.
pub(super) fn store(offset: u64, from: &[u8]) {
    KERNEL.with_borrow_mut(|kernel| {
        let into = kernel.blocks.range_mut(..=offset).next_back();
        let into = into.and_then(|(start, data)| data.get_mut(within(*start, offset, from.len())?));
        if let Some(into) = into {
            into.copy_from_slice(from);
        }
    });
}

/// Where in the block that begins at `start` the `len` bytes from `offset` on lie.
fn within(start: u64, offset: u64, len: usize) -> Option<core::ops::Range<usize>> {
    let at = usize::try_from(offset.checked_sub(start)?).ok()?;
    Some(at..at.checked_add(len)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_counted_and_freed_once() {
        assert_eq!(live_blocks(), 0);
        let block = adopt(vec![1, 2, 3]);
        assert_eq!((length(block), live_blocks()), (3, 1));
        free(block);
        free(block);
        assert_eq!((length(block), live_blocks()), (0, 0));
    }

    #[test]
    fn nothing_is_read_or_written_outside_a_block() {
        let block = adopt(vec![1, 2, 3]);
        let mut three = [9; 3];
        load(block + 1, &mut three);
        assert_eq!(three, [9; 3], "over the end");
        load(block, &mut three);
        assert_eq!(three, [1, 2, 3]);
        store(block + 2, &[7, 7]);
        assert_eq!(bytes(block, 3), Some(vec![1, 2, 3]));
        assert_eq!(bytes(block, 4), None);
        assert_eq!(bytes(block + 1, 1), None, "inside a block is no block");
        free(block);
    }

    #[test]
    fn the_empty_block_is_none() {
        assert_eq!(adopt(Vec::new()), 0);
        assert_eq!(length(0), 0);
    }
}
