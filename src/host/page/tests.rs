//! Against a model of the kernel's allocator: where its blocks lie, and how far it walks.

use super::*;

/// What a block needs besides its bytes.
const HEADER: u64 = 12;
/// Where the first block's header lies.
const START: u64 = 65;
/// What is never used at the end of the memory.
const END: u64 = 63;
/// A block that is larger than needed by this much is split.
const SPLIT: u64 = 128;

#[derive(Debug, Clone, Copy)]
struct Piece {
    offset: u64,
    size: u64,
    free: bool,
}

/// The allocator, as a list of blocks in the order of their offsets.
#[derive(Debug)]
struct Kernel {
    blocks: Vec<Piece>,
    pages: u64,
    /// How many blocks have been walked over.
    walked: u64,
}

impl Kernel {
    /// As a call of the plugin finds it: with its input.
    fn new(input: u64) -> Self {
        let mut kernel = Self {
            blocks: Vec::new(),
            pages: 1,
            walked: 0,
        };
        kernel.alloc(input);
        kernel
    }

    fn position(&self) -> u64 {
        let last = self.blocks.last();
        last.map_or(START, |block| block.offset + block.size)
    }

    fn alloc(&mut self, len: u64) -> u64 {
        if len == 0 {
            return 0;
        }
        let limit = |pages| pages * u64::from(PAGE) - END;
        let behind = self.position() + HEADER;
        if behind + len >= limit(self.pages) {
            let fits = |block: &Piece| block.free && block.size >= len;
            if let Some(at) = self.blocks.iter().position(fits) {
                self.walked += at as u64;
                let rest = self.blocks[at].size - len;
                if rest < SPLIT {
                    self.blocks[at].free = false;
                    return self.blocks[at].offset;
                }
                self.blocks[at].size = rest - HEADER;
                let offset = self.blocks[at].offset + rest;
                let size = len;
                self.blocks.insert(
                    at + 1,
                    Piece {
                        offset,
                        size,
                        free: false,
                    },
                );
                return offset;
            }
            self.walked += self.blocks.len() as u64;
            while behind + len >= limit(self.pages) {
                self.pages += 1;
            }
        }
        self.blocks.push(Piece {
            offset: behind,
            size: len,
            free: false,
        });
        behind
    }

    fn free(&mut self, offset: u64) {
        let at = self.blocks.iter().position(|block| block.offset == offset);
        if let Some(at) = at {
            self.walked += at as u64;
            self.blocks[at].free = true;
        }
    }

    /// A block that the plugin takes, and looks at.
    fn take(&mut self, page: Option<&Page>, len: u64) -> u64 {
        let offset = self.alloc(len);
        if let Some(page) = page {
            page.saw(offset, len, |rest| {
                let piece = self.alloc(rest);
                self.free(piece);
                piece
            });
        }
        offset
    }

    /// Something sent, and something else received.
    fn ping_pong(&mut self, page: Option<&Page>, sent: u64, received: u64) {
        let block = self.take(page, sent);
        self.free(block);
        let block = self.take(page, received);
        self.free(block);
    }
}

#[test]
fn a_call_that_talks_much_walks_little() {
    let page = Page::new();
    for input in [1, 20, 5_000, 60_000, 65_300, 65_400, 65_500, 200_000] {
        for (sent, received) in [
            (1, 1),
            (64, 64),
            (64, 65),
            (300, 20),
            (1_400, 1_400),
            (9, 4_000),
        ] {
            let mut ours = Kernel::new(input);
            let mut plain = Kernel::new(input);
            for _ in 0..1_000 {
                ours.ping_pong(Some(&page), sent, received);
                plain.ping_pong(None, sent, received);
            }
            let case = format!("{input} in, {sent} out, {received} back");
            assert_eq!(ours.pages, plain.pages, "no page more: {case}");
            assert!(ours.blocks.len() <= plain.blocks.len() + 1, "{case}");
            assert!(ours.walked < 20_000, "{} steps: {case}", ours.walked);
        }
    }
}

#[test]
fn a_call_that_says_little_pays_nothing() {
    let page = Page::new();
    for _ in 0..1_000 {
        let mut kernel = Kernel::new(20);
        for _ in 0..3 {
            kernel.ping_pong(Some(&page), 64, 64);
        }
        assert_eq!(kernel.blocks.len(), 1 + 6, "nothing but its own blocks");
    }
}

#[test]
fn memory_stays_flat_over_random_sizes() {
    let page = Page::new();
    let (mut ours, mut plain) = (Kernel::new(20), Kernel::new(20));
    let mut state = 1_u32;
    for _ in 0..100_000 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let (sent, received) = (
            u64::from(state >> 21) + 1,
            u64::from(state >> 10 & 2_047) + 1,
        );
        ours.ping_pong(Some(&page), sent, received);
        plain.ping_pong(None, sent, received);
    }
    assert!(
        ours.pages <= plain.pages,
        "{} pages to {}",
        ours.pages,
        plain.pages
    );
    assert!(
        ours.walked <= plain.walked,
        "{} to {}",
        ours.walked,
        plain.walked
    );
}

#[test]
fn wrong_hints_come_to_an_end() {
    // Somebody keeps blocks, so that what is behind one another has not been given back.
    let page = Page::new();
    let mut kernel = Kernel::new(20);
    for _ in 0..1_000 {
        kernel.ping_pong(Some(&page), 64, 64);
    }
    for round in 0..10_000 {
        let kept: Vec<u64> = (1..=20).map(|n| kernel.take(Some(&page), n * 10)).collect();
        for offset in kept {
            kernel.free(offset);
        }
        assert!(kernel.pages <= 3, "{} pages in round {round}", kernel.pages);
    }
}

#[test]
fn offsets_of_another_kernel_are_no_row() {
    let page = Page::new();
    for index in 1..1_000_u64 {
        page.saw(index << 48, 64, |_| panic!("nothing is due"));
    }
}

#[test]
fn no_memory_and_no_block_are_no_row() {
    let page = Page::new();
    for _ in 0..100 {
        page.saw(0, 64, |_| panic!("nothing is due"));
    }
}
