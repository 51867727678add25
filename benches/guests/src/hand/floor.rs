//! The floor: what it costs to get bytes across and nothing else. A kernel moves 8 of them a call.

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
