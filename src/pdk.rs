//! Conversions between a [`Block`] and extism-pdk's [`Memory`], which has no owner.

use crate::block::Block;
use crate::host::Extism;
use extism_pdk::{Memory, MemoryHandle};

/// Does not copy: the `Memory` takes over the offset. It is not freed on drop, so pass it to the host
/// (`Memory::set_output`) or free it (`Memory::free`).
impl From<Block> for Memory {
    fn from(block: Block) -> Self {
        let length = block.len() as u64;
        Memory(MemoryHandle {
            offset: block.into_offset(),
            length,
        })
    }
}

/// Does not copy: the block takes over the offset and frees it on drop. It has the memory's length, or the length of
/// the kernel's block if that is shorter. `Err` returns the memory if there is no such block in the kernel (an empty
/// memory has none).
impl TryFrom<Memory> for Block {
    type Error = Memory;

    fn try_from(memory: Memory) -> Result<Self, Memory> {
        let len = memory.len();
        let mut block = Block::adopt_in(Extism, memory.offset()).ok_or(memory)?;
        block.truncate(len);
        Ok(block)
    }
}
