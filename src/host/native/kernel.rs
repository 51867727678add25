//! Emulates the kernel's memory, one per thread.
//!
//! A block never leaves the operation that created it, and so neither its thread. With one memory per thread, threads
//! need not wait for each other, and a test can count its own blocks exactly.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::mem::ManuallyDrop;

/// The offset of the first block. Not 0, which is no block.
const FIRST: u64 = 1 << 16;

struct Kernel {
    next: u64,
    blocks: BTreeMap<u64, Vec<u8>>,
}

thread_local! {
    /// It is never dropped: a thread-local socket may send its last bytes while the thread ends, and thread-locals are
    /// dropped in any order. Without blocks it holds no memory.
    static KERNEL: ManuallyDrop<RefCell<Kernel>> = const {
        ManuallyDrop::new(RefCell::new(Kernel { next: FIRST, blocks: BTreeMap::new() }))
    };
}

/// Accesses the kernel of this thread.
fn with<T>(what: impl FnOnce(&mut Kernel) -> T) -> T {
    KERNEL.with(|kernel| what(&mut kernel.borrow_mut()))
}

/// Allocates a block of `len` zeros. Returns 0 if there is not enough memory, or a kernel could not have such a block.
pub(super) fn alloc(len: u64) -> u64 {
    let Ok(len) = u32::try_from(len) else {
        return 0;
    };
    let mut data = Vec::new();
    if data.try_reserve_exact(len as usize).is_err() {
        return 0;
    }
    data.extend(std::iter::repeat_n(0, len as usize));
    adopt(data)
}

/// Creates a block from `data`. Empty data is no block: 0, as in the kernel.
pub(super) fn adopt(data: Vec<u8>) -> u64 {
    if data.is_empty() {
        return 0;
    }
    with(|kernel| {
        let offset = kernel.next;
        // A gap after every block: an access beyond the end does not reach the next block.
        kernel.next = kernel
            .next
            .saturating_add(data.len() as u64)
            .saturating_add(64);
        kernel.blocks.insert(offset, data);
        offset
    })
}

pub(super) fn free(offset: u64) {
    with(|kernel| {
        kernel.blocks.remove(&offset);
        if kernel.blocks.is_empty() {
            kernel.blocks = BTreeMap::new();
        }
    });
}

pub(super) fn length(offset: u64) -> u64 {
    with(|kernel| {
        kernel
            .blocks
            .get(&offset)
            .map_or(0, |data| data.len() as u64)
    })
}

pub(super) fn live_blocks() -> usize {
    with(|kernel| kernel.blocks.len())
}

/// Returns the first `len` bytes of the block at `offset`, or all of it if it is shorter. Offset 0 is the empty block.
pub(super) fn bytes(offset: u64, len: u64) -> Option<Vec<u8>> {
    if offset == 0 {
        return Some(Vec::new());
    }
    let len = usize::try_from(len).unwrap_or(usize::MAX);
    with(|kernel| {
        let block = kernel.blocks.get(&offset)?;
        Some(block.iter().take(len).copied().collect())
    })
}

/// Returns the whole block at `offset`, as text.
pub(super) fn text(offset: u64) -> Option<String> {
    with(|kernel| String::from_utf8(kernel.blocks.get(&offset)?.clone()).ok())
}

/// Reads from inside a block. Outside of blocks, `into` stays unchanged.
pub(super) fn load(offset: u64, into: &mut [u8]) {
    with(|kernel| {
        let from = kernel.blocks.range(..=offset).next_back();
        let from = from.and_then(|(start, data)| data.get(within(*start, offset, into.len())?));
        if let Some(from) = from {
            into.copy_from_slice(from);
        }
    });
}

/// Writes inside a block. Writes outside of blocks are ignored.
pub(super) fn store(offset: u64, from: &[u8]) {
    with(|kernel| {
        let into = kernel.blocks.range_mut(..=offset).next_back();
        let into = into.and_then(|(start, data)| data.get_mut(within(*start, offset, from.len())?));
        if let Some(into) = into {
            into.copy_from_slice(from);
        }
    });
}

/// Returns the position of the `len` bytes from `offset` on, in the block that begins at `start`.
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
        assert_eq!(bytes(block, 2), Some(vec![1, 2]));
        assert_eq!(bytes(block, u64::MAX), Some(vec![1, 2, 3]));
        assert_eq!(bytes(block + 1, 1), None, "inside a block is no block");
        free(block);
    }

    #[test]
    fn the_empty_block_is_none() {
        assert_eq!(adopt(Vec::new()), 0);
        assert_eq!(length(0), 0);
        assert_eq!(bytes(0, 9), Some(Vec::new()));
    }
}
