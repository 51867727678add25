//! The kernel's memory, with a record of who owns what.

use std::collections::BTreeMap;

/// The offset of the first block, again after every reset: an offset that was kept over a reset soon names another
/// block.
const FIRST: u64 = 4_096;
/// An offset that never has a block.
pub const NOWHERE: u64 = 77;

/// One block.
#[derive(Debug)]
struct Block {
    bytes: Vec<u8>,
    /// Whether the library knows it, and must free it.
    owned: bool,
}

/// When an allocation fails.
#[derive(Debug)]
struct Failing {
    from: u32,
    to: u32,
}

#[derive(Debug)]
pub struct Kernel {
    blocks: BTreeMap<u64, Block>,
    next: u64,
    allocations: u32,
    failing: Option<Failing>,
    /// The number of failed allocations.
    pub failed: u32,
    /// The forbidden operations.
    pub wrongs: Vec<String>,
}

impl Default for Kernel {
    fn default() -> Self {
        Self {
            blocks: BTreeMap::new(),
            next: FIRST,
            allocations: 0,
            failing: None,
            failed: 0,
            wrongs: Vec::new(),
        }
    }
}

impl Kernel {
    /// Allocates a block with these bytes. Returns 0 if there is no memory or there are no bytes.
    pub fn alloc(&mut self, bytes: Vec<u8>, owned: bool) -> u64 {
        if bytes.is_empty() {
            return 0;
        }
        self.allocations += 1;
        let number = self.allocations;
        let fails = |failing: &Failing| (failing.from..=failing.to).contains(&number);
        if self.failing.as_ref().is_some_and(fails) {
            self.failed += 1;
            return 0;
        }
        self.place(bytes, owned)
    }

    /// Allocates a block, even an empty one.
    pub fn place(&mut self, bytes: Vec<u8>, owned: bool) -> u64 {
        let offset = self.next;
        // A gap after every block reveals overruns.
        self.next += bytes.len() as u64 + 64;
        self.blocks.insert(offset, Block { bytes, owned });
        offset
    }

    pub fn free(&mut self, offset: u64) {
        match self.blocks.remove(&offset) {
            Some(Block { owned: true, .. }) => {}
            _ => self.wrong(format!("freed {offset}, which is not the library's")),
        }
    }

    pub fn length(&self, offset: u64) -> u64 {
        self.bytes(offset).map_or(0, |bytes| bytes.len() as u64)
    }

    /// Returns the whole block at an offset.
    pub fn bytes(&self, offset: u64) -> Option<&[u8]> {
        self.blocks.get(&offset).map(|block| &*block.bytes)
    }

    /// Returns this many bytes from an offset.
    pub fn load<const LEN: usize>(&mut self, offset: u64) -> [u8; LEN] {
        match self.place_of::<LEN>(offset) {
            Some(bytes) => *bytes,
            None => {
                self.wrong(format!("read {LEN} at {offset}, outside of any block"));
                [0; LEN]
            }
        }
    }

    pub fn store<const LEN: usize>(&mut self, offset: u64, value: [u8; LEN]) {
        match self.place_of(offset) {
            Some(bytes) => *bytes = value,
            None => self.wrong(format!("wrote {LEN} at {offset}, outside of any block")),
        }
    }

    fn place_of<const LEN: usize>(&mut self, offset: u64) -> Option<&mut [u8; LEN]> {
        let (start, block) = self.blocks.range_mut(..=offset).next_back()?;
        let at = (offset - start) as usize;
        block.bytes.get_mut(at..)?.first_chunk_mut()
    }

    pub fn live(&self) -> usize {
        self.blocks.values().filter(|block| block.owned).count()
    }

    pub fn reset(&mut self) {
        self.blocks.clear();
        self.next = FIRST;
    }

    pub fn fail(&mut self, nth: u32, for_good: bool) {
        let from = self.allocations + nth;
        let to = if for_good { u32::MAX } else { from };
        self.failing = Some(Failing { from, to });
    }

    pub fn heal(&mut self) {
        self.failing = None;
    }

    /// Returns whether memory is used up permanently.
    pub fn is_full(&self) -> bool {
        let full =
            |failing: &Failing| failing.to == u32::MAX && self.allocations + 1 >= failing.from;
        self.failing.as_ref().is_some_and(full)
    }

    pub fn allocations(&self) -> u32 {
        self.allocations
    }

    pub fn wrong(&mut self, what: String) {
        self.wrongs.push(what);
    }
}
