//! Checks against a model of the kernel's allocator: the positions of its blocks, and how far it walks.

use super::*;

/// The overhead of a block.
const HEADER: u64 = 12;
/// The position of the first block's header.
const START: u64 = 65;
/// The unused bytes at the end of the memory.
const END: u64 = 63;
/// A block that exceeds the needed size by at least this much is split.
const SPLIT: u64 = 128;

/// Random numbers, each below the given one. The same seed gives the same numbers.
fn random_numbers(seed: u64) -> impl FnMut(u64) -> u64 {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    move |below| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) % below
    }
}

#[derive(Debug, Clone, Copy)]
struct Piece {
    offset: u64,
    size: u64,
    free: bool,
}

/// The allocator, as a list of blocks ordered by offset.
#[derive(Debug)]
struct Kernel {
    blocks: Vec<Piece>,
    pages: u64,
    /// How many blocks were walked over.
    walked: u64,
    /// Whether it never reuses a freed block.
    only_bumps: bool,
}

impl Kernel {
    /// The state at the start of a plugin's call: with its input.
    fn new(input: u64) -> Self {
        let mut kernel = Self {
            blocks: Vec::new(),
            pages: 1,
            walked: 0,
            only_bumps: false,
        };
        kernel.alloc(input);
        kernel
    }

    /// Another kernel, which always appends blocks.
    fn that_only_bumps(input: u64) -> Self {
        Self {
            only_bumps: true,
            ..Self::new(input)
        }
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
            let fits = |block: &Piece| block.free && block.size >= len && !self.only_bumps;
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

    /// Allocates a block, as the plugin does, and records it.
    fn take(&mut self, hint: Option<&ReuseHint>, len: u64) -> u64 {
        let offset = self.alloc(len);
        if let Some(hint) = hint {
            hint.saw(offset, len, |rest| {
                let piece = self.alloc(rest);
                self.free(piece);
                piece
            });
        }
        offset
    }

    /// Sends a block and receives another.
    fn ping_pong(&mut self, hint: Option<&ReuseHint>, sent: u64, received: u64) {
        let block = self.take(hint, sent);
        self.free(block);
        let block = self.take(hint, received);
        self.free(block);
    }
}

#[test]
fn a_call_that_talks_much_walks_little() {
    let hint = ReuseHint::new();
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
                ours.ping_pong(Some(&hint), sent, received);
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
    let hint = ReuseHint::new();
    for _ in 0..1_000 {
        let mut kernel = Kernel::new(20);
        for _ in 0..3 {
            kernel.ping_pong(Some(&hint), 64, 64);
        }
        assert_eq!(kernel.blocks.len(), 1 + 6, "nothing but its own blocks");
    }
}

#[test]
fn memory_stays_flat_over_random_sizes() {
    let hint = ReuseHint::new();
    let (mut ours, mut plain) = (Kernel::new(20), Kernel::new(20));
    let mut state = 1_u32;
    for _ in 0..100_000 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let (sent, received) = (
            u64::from(state >> 21) + 1,
            u64::from(state >> 10 & 2_047) + 1,
        );
        ours.ping_pong(Some(&hint), sent, received);
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
    // Some blocks are kept, so blocks come after blocks that were not freed.
    let hint = ReuseHint::new();
    let mut kernel = Kernel::new(20);
    for _ in 0..1_000 {
        kernel.ping_pong(Some(&hint), 64, 64);
    }
    for round in 0..10_000 {
        let kept: Vec<u64> = (1..=20).map(|n| kernel.take(Some(&hint), n * 10)).collect();
        for offset in kept {
            kernel.free(offset);
        }
        assert!(kernel.pages <= 3, "{} pages in round {round}", kernel.pages);
    }
}

/// The maximum number of pages that hints may add in a call with this many blocks: one for each row that fits.
fn most_hints(blocks: u32) -> u64 {
    u64::from((blocks / ROW).max(1).ilog2()) + 1
}

#[test]
fn a_kernel_that_only_bumps_loses_a_page_a_doubling() {
    let hint = ReuseHint::new();
    // Several calls in a row.
    for _ in 0..3 {
        let mut ours = Kernel::that_only_bumps(20);
        let mut plain = Kernel::that_only_bumps(20);
        for _ in 0..5_000 {
            ours.ping_pong(Some(&hint), 64, 64);
            plain.ping_pong(None, 64, 64);
        }
        let most = plain.pages + most_hints(10_000);
        assert!(ours.pages <= most, "{} pages to {most}", ours.pages);
    }
}

#[test]
fn holding_many_blocks_takes_a_page_more_a_doubling() {
    let hint = ReuseHint::new();
    for len in [10, 100, 1_000, 10_000, 20_000, 33_000, 70_000] {
        for blocks in [10, 100, 1_000] {
            let (mut ours, mut plain) = (Kernel::new(20), Kernel::new(20));
            for _ in 0..blocks {
                ours.take(Some(&hint), len);
                plain.take(None, len);
            }
            let most = plain.pages + most_hints(blocks);
            let case = format!("{blocks} blocks of {len} bytes");
            assert!(ours.pages <= most, "{} pages to {most}: {case}", ours.pages);
        }
    }
}

#[test]
fn holding_and_freeing_at_random_takes_few_pages_more() {
    for seed in 1..50 {
        let mut random = random_numbers(seed);
        let hint = ReuseHint::new();
        let (mut ours, mut plain) = (Kernel::new(20), Kernel::new(20));
        let sizes = [200, 2_000, 20_000, 70_000].map(|most| 1 + random(most));
        let (kept, mut held) = (1 + random(60) as usize, Vec::new());
        for _ in 0..1_000 {
            if held.len() < kept && random(2) == 0 {
                let len = sizes[random(4) as usize];
                held.push((ours.take(Some(&hint), len), plain.take(None, len)));
            } else if !held.is_empty() {
                let (in_ours, in_plain) = held.swap_remove(random(held.len() as u64) as usize);
                ours.free(in_ours);
                plain.free(in_plain);
            }
        }
        let most = plain.pages + most_hints(500);
        assert!(ours.pages <= most, "{} pages to {most}: {seed}", ours.pages);
    }
}

#[test]
fn offsets_of_another_kernel_are_no_row() {
    let hint = ReuseHint::new();
    for index in 1..1_000_u64 {
        hint.saw(index << 48, 64, |_| panic!("nothing is due"));
    }
}

#[test]
fn no_memory_and_no_block_are_no_row() {
    let hint = ReuseHint::new();
    for _ in 0..100 {
        hint.saw(0, 64, |_| panic!("nothing is due"));
    }
}
