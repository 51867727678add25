//! The kernel's memory, with an account of who has what.

use std::collections::BTreeMap;

/// Where the first block lies, after every reset again: an offset that was kept over one soon
/// names somebody else's block.
const FIRST: u64 = 4_096;
/// An offset where no block ever is.
pub const NOWHERE: u64 = 77;

/// One block.
#[derive(Debug)]
struct Block {
    bytes: Vec<u8>,
    /// Whether the library has been told of it, and must free it.
    owned: bool,
}

/// When there is no memory.
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
    /// How many allocations there was no memory for.
    pub failed: u32,
    /// What was done that must not be done.
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
    /// A block of these bytes, or 0 if there is no memory or there are no bytes.
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

    /// A block, even of no bytes.
    pub fn place(&mut self, bytes: Vec<u8>, owned: bool) -> u64 {
        let offset = self.next;
        // A gap behind every block: what runs over its end is seen.
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

    /// The whole block at an offset.
    pub fn bytes(&self, offset: u64) -> Option<&[u8]> {
        self.blocks.get(&offset).map(|block| &*block.bytes)
    }

    /// So many bytes from an offset on.
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

    /// Whether there is no memory for good.
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
