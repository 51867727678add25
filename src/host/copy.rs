//! Copies between the kernel's memory and the plugin's, over the kernel's calls for a word or a byte.
//!
//! A call costs the same for one byte as for eight. So what is left over at the end of 8 bytes or
//! more is one word that overlaps the one before.

use super::Host;

/// The most bytes that the kernel moves in one call.
const WORD: usize = 8;
/// How many bytes are moved before it is looked whether there are more, by plugins that have a few
/// bytes to spare for it: it saves a sixth of what a long copy costs.
#[cfg(not(small))]
const ROUND: usize = 8 * WORD;

/// As [`Host::load`].
pub(super) fn load<H: Host>(host: &H, offset: u64, into: &mut [u8]) {
    let mut at = offset;
    let mut next = || {
        let word = host.load_u64(at).to_le_bytes();
        at = at.wrapping_add(WORD as u64);
        word
    };
    let end = offset.wrapping_add(into.len() as u64);
    let rest = &mut *into;
    #[cfg(not(small))]
    let rest = {
        let (rounds, rest) = rest.as_chunks_mut::<ROUND>();
        for round in rounds {
            for word in round.as_chunks_mut().0 {
                *word = next();
            }
        }
        rest
    };
    let (words, rest) = rest.as_chunks_mut();
    for word in words {
        *word = next();
    }
    if rest.is_empty() {
    } else if let Some(last) = into.last_chunk_mut() {
        *last = host.load_u64(end.wrapping_sub(WORD as u64)).to_le_bytes();
    } else {
        for byte in into {
            *byte = host.load_u8(at);
            at = at.wrapping_add(1);
        }
    }
}

/// As [`Host::store`].
pub(super) fn store<H: Host>(host: &H, offset: u64, from: &[u8]) {
    let mut at = offset;
    let mut next = |word: &[u8; WORD]| {
        host.store_u64(at, u64::from_le_bytes(*word));
        at = at.wrapping_add(WORD as u64);
    };
    let end = offset.wrapping_add(from.len() as u64);
    let rest = from;
    #[cfg(not(small))]
    let rest = {
        let (rounds, rest) = rest.as_chunks::<ROUND>();
        for round in rounds {
            for word in round.as_chunks().0 {
                next(word);
            }
        }
        rest
    };
    let (words, rest) = rest.as_chunks();
    for word in words {
        next(word);
    }
    if rest.is_empty() {
    } else if let Some(last) = from.last_chunk() {
        host.store_u64(end.wrapping_sub(WORD as u64), u64::from_le_bytes(*last));
    } else {
        for byte in from {
            host.store_u8(at, *byte);
            at = at.wrapping_add(1);
        }
    }
}
