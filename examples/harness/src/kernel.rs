//! Reads the Extism kernel's memory from inside a host function.
//!
//! The kernel is the small wasm module that owns the blocks through which host and plugin exchange bytes. Its linear
//! memory contains one root, followed by a chain of blocks (all numbers little-endian):
//!
//! ```text
//! root   at 1    initialized u8, padding, then u64 each: position, length, error,
//!                input offset, input length, output offset, output length
//! blocks at 65   status u8, padding, size u32, used u32, then `size` bytes of data
//! ```
//!
//! `position` is the length of the chain, `length` what the kernel may use before it must grow.
//!
//! The host reads this itself because the kernel's `store` functions let a plugin write anywhere behind the root,
//! including block headers. A host that trusts a length found there would read outside the memory. Here every length is
//! checked, and the walk ends whatever the headers contain. Reading also costs the plugin no fuel.

use extism::CurrentPlugin;
use extism::convert::MemoryHandle;
use std::ops::Range;

/// The offset of the first block's header; also the length of what precedes it.
const FIRST_BLOCK: usize = 65;
/// The length of a block's header.
const HEADER: usize = 12;
/// The status of a block that is in use.
const ACTIVE: u8 = 1;

/// The kernel's memory as it is now, up to the end of the last block.
pub(crate) struct Kernel<'a> {
    bytes: &'a [u8],
}

/// One block of the chain: allocated, or freed and reusable.
struct Block {
    alive: bool,
    /// The position of its data: from what plugins call its offset to the end of the block.
    data: Range<usize>,
    /// How much of the data is used.
    used: usize,
}

/// The state of the chain at one moment; see the fields of the same name in [`Report`](crate::Report).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Census {
    pub live_blocks: u64,
    pub kernel_blocks: u64,
    pub kernel_used: u64,
    pub kernel_bytes: u64,
}

impl<'a> Kernel<'a> {
    /// Returns the kernel's memory. `None` if it does not match the layout above.
    ///
    /// [`CurrentPlugin::memory_bytes`] does not check the handle that it is given, so it is checked here, in one place.
    /// The root is inside, since the kernel starts with 16 pages. `position` and `length` are trusted because no plugin
    /// can write them: `store_u8` refuses addresses below 64, and `store_u64` those below 57. The kernel itself keeps
    /// `position` within `length` and grows its memory before it raises `length`.
    pub fn of(plugin: &'a mut CurrentPlugin) -> Option<Self> {
        let root = plugin.memory_bytes(handle(0, FIRST_BLOCK)).ok()?;
        let (position, length) = (u64_at(root, 9)?, u64_at(root, 17)?);
        let plausible = root.get(1) == Some(&1)
            && (length + 64).is_multiple_of(64 * 1024)
            && length < u64::from(u32::MAX)
            && position <= length;
        if !plausible {
            return None;
        }
        let end = FIRST_BLOCK + usize::try_from(position).ok()?;
        let bytes = plugin.memory_bytes(handle(0, end)).ok()?;
        Some(Kernel { bytes })
    }

    /// Returns all bytes of the allocated block at `offset`: as many as were requested.
    pub fn block(&self, offset: u64) -> Option<&'a [u8]> {
        let offset = usize::try_from(offset).ok()?;
        let block = self
            .blocks()
            .map_while(Result::ok)
            .find(|block| block.alive && block.data.start == offset)?;
        self.bytes.get(offset..offset + block.used)
    }

    /// Returns the offset and bytes of the plugin's error message, if it is set and readable.
    pub fn error(&self) -> Option<(u64, &'a [u8])> {
        let offset = u64_at(self.bytes, 25)?;
        Some((offset, self.block(offset)?))
    }

    /// Returns the length of the plugin's output; 0 if it is outside the memory.
    pub fn output_length(&self) -> u64 {
        let (Some(offset), Some(length)) = (u64_at(self.bytes, 49), u64_at(self.bytes, 57)) else {
            return 0;
        };
        match offset.checked_add(length) {
            Some(end) if end <= self.bytes.len() as u64 => length,
            _ => 0,
        }
    }

    /// Counts the blocks. `None` if the chain is damaged.
    pub fn census(&self) -> Option<Census> {
        let offset_at = |at| u64_at(self.bytes, at).and_then(|v| usize::try_from(v).ok());
        // Error, input and output belong to the call, and are not leaks.
        let excused = [offset_at(25)?, offset_at(33)?, offset_at(49)?];
        let (mut live_blocks, mut kernel_blocks) = (0, 0);
        for block in self.blocks() {
            let block = block.ok()?;
            kernel_blocks += 1;
            // The output may be a part of a block, so it does not always begin at the block's start.
            let is_excused = excused.iter().any(|offset| block.data.contains(offset));
            if block.alive && !is_excused {
                live_blocks += 1;
            }
        }
        Some(Census {
            live_blocks,
            kernel_blocks,
            kernel_used: (self.bytes.len() - FIRST_BLOCK) as u64,
            kernel_bytes: u64_at(self.bytes, 17)? + 64,
        })
    }

    /// Iterates over the chain; ends with an error where it is damaged.
    fn blocks(&self) -> impl Iterator<Item = Result<Block, Damaged>> + use<'a> {
        let bytes = self.bytes;
        let mut at = FIRST_BLOCK;
        std::iter::from_fn(move || {
            if at >= bytes.len() {
                return None;
            }
            let block = block_at(bytes, at).ok_or(Damaged);
            at = block.as_ref().map_or(bytes.len(), |block| block.data.end);
            Some(block)
        })
    }
}

/// A block's header points outside the memory.
struct Damaged;

fn block_at(bytes: &[u8], at: usize) -> Option<Block> {
    let start = at.checked_add(HEADER)?;
    let end = start.checked_add(u32_at(bytes, at + 4)?)?;
    let used = u32_at(bytes, at + 8)?;
    (end <= bytes.len() && used <= end - start).then_some(Block {
        alive: bytes[at] == ACTIVE,
        data: start..end,
        used,
    })
}

/// Copies bytes into a new block, which the plugin then owns. Returns its offset; 0 for no bytes, and if the kernel has
/// no memory left.
pub(crate) fn put(plugin: &mut CurrentPlugin, data: &[u8]) -> u64 {
    let Ok(handle) = plugin.memory_alloc(data.len() as u64) else {
        return 0;
    };
    // With a damaged chain the kernel can return a block that is not one.
    let sound = Kernel::of(plugin)
        .and_then(|kernel| kernel.block(handle.offset))
        .is_some_and(|block| block.len() == data.len());
    if !sound {
        return 0;
    }
    match plugin.memory_bytes_mut(handle) {
        Ok(block) => {
            block.copy_from_slice(data);
            handle.offset
        }
        Err(_) => 0,
    }
}

fn handle(offset: u64, length: usize) -> MemoryHandle {
    MemoryHandle {
        offset,
        length: length as u64,
    }
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    let bytes = bytes.get(at..at + 8)?.try_into().ok()?;
    Some(u64::from_le_bytes(bytes))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(at..at + 4)?.try_into().ok()?;
    usize::try_from(u32::from_le_bytes(bytes)).ok()
}
