//! The minimum cost of moving bytes, without anything else. The kernel moves 8 bytes per call.

use super::kernel::{alloc, free, load_u64, store_u64};
use crate::frame::{Job, MOST, Outcome};

/// Loads `count` bytes, `size` at a time, from one block.
pub fn load(job: &Job<'_>, room: &mut [u8; MOST]) -> Option<Outcome> {
    each(job, room, |block, words| {
        let mut from = block;
        for word in words {
            *word = load_u64(from).to_le_bytes();
            from = from.wrapping_add(8);
        }
    })
}

/// Stores `count` bytes, `size` at a time, into one block.
pub fn store(job: &Job<'_>, room: &mut [u8; MOST]) -> Option<Outcome> {
    each(job, room, |block, words| {
        let mut to = block;
        for word in words {
            store_u64(to, u64::from_le_bytes(*word));
            to = to.wrapping_add(8);
        }
    })
}

/// Like [`load`], with eight words per iteration.
pub fn load_unrolled(job: &Job<'_>, room: &mut [u8; MOST]) -> Option<Outcome> {
    each(job, room, |block, words| {
        let (turns, _) = words.as_chunks_mut::<8>();
        let mut from = block;
        for turn in turns {
            let [a, b, c, d, e, f, g, h] = turn;
            *a = load_u64(from).to_le_bytes();
            *b = load_u64(from.wrapping_add(8)).to_le_bytes();
            *c = load_u64(from.wrapping_add(16)).to_le_bytes();
            *d = load_u64(from.wrapping_add(24)).to_le_bytes();
            *e = load_u64(from.wrapping_add(32)).to_le_bytes();
            *f = load_u64(from.wrapping_add(40)).to_le_bytes();
            *g = load_u64(from.wrapping_add(48)).to_le_bytes();
            *h = load_u64(from.wrapping_add(56)).to_le_bytes();
            from = from.wrapping_add(64);
        }
    })
}

/// Like [`store`], with eight words per iteration.
pub fn store_unrolled(job: &Job<'_>, room: &mut [u8; MOST]) -> Option<Outcome> {
    each(job, room, |block, words| {
        let (turns, _) = words.as_chunks_mut::<8>();
        let mut to = block;
        for turn in turns {
            let [a, b, c, d, e, f, g, h] = turn;
            store_u64(to, u64::from_le_bytes(*a));
            store_u64(to.wrapping_add(8), u64::from_le_bytes(*b));
            store_u64(to.wrapping_add(16), u64::from_le_bytes(*c));
            store_u64(to.wrapping_add(24), u64::from_le_bytes(*d));
            store_u64(to.wrapping_add(32), u64::from_le_bytes(*e));
            store_u64(to.wrapping_add(40), u64::from_le_bytes(*f));
            store_u64(to.wrapping_add(48), u64::from_le_bytes(*g));
            store_u64(to.wrapping_add(56), u64::from_le_bytes(*h));
            to = to.wrapping_add(64);
        }
    })
}

fn each(
    job: &Job<'_>,
    room: &mut [u8; MOST],
    mut copy: impl FnMut(u64, &mut [[u8; 8]]),
) -> Option<Outcome> {
    let mut outcome = Outcome::new(job);
    let chunk = room.get_mut(..job.size)?;
    let block = alloc(job.size as u64);
    for _ in 0..job.count.checked_div(job.size as u64)? {
        let (words, _) = chunk.as_chunks_mut::<8>();
        copy(block, words);
        outcome.add(chunk);
    }
    free(block);
    Some(outcome)
}
