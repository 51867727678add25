//! A [`Block`] is what extism-pdk calls a [`Memory`], with an owner.

use crate::block::Block;
use crate::host::Extism;
use extism_pdk::{Memory, MemoryHandle};

/// Without a copy: the offset changes hands. From here on nobody frees it, so hand it to the host
/// (`Memory::set_output`) or free it (`Memory::free`).
impl From<Block> for Memory {
    fn from(block: Block) -> Self {
        let length = block.len();
        Memory(MemoryHandle {
            offset: block.into_offset(),
            length,
        })
    }
}

/// Without a copy: from here on the block frees it. `Err` gives it back, if it is no block of the
/// kernel's (the memory of nothing is not).
impl TryFrom<Memory> for Block {
    type Error = Memory;

    fn try_from(memory: Memory) -> Result<Self, Memory> {
        Block::adopt_in(Extism, memory.offset()).ok_or(memory)
    }
}
