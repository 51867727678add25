//! A [`Block`] is what extism-pdk calls a [`Memory`], with an owner.

use crate::block::Block;
use crate::host::Extism;
use extism_pdk::{Memory, MemoryHandle};

/// Without a copy: the offset changes hands. From here on nobody frees it, so hand it to the host
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

/// Without a copy: from here on the block frees it. The block is as long as the memory says it is, or as
/// the kernel's block if that is shorter. `Err` gives the memory back, if there is no such block in the
/// kernel (the memory of nothing has none).
impl TryFrom<Memory> for Block {
    type Error = Memory;

    fn try_from(memory: Memory) -> Result<Self, Memory> {
        let len = memory.len();
        let mut block = Block::adopt_in(Extism, memory.offset()).ok_or(memory)?;
        block.truncate(len);
        Ok(block)
    }
}
