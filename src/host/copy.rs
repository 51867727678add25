//! Copies between the kernel's memory and the plugin's, with the kernel's functions for a word or a byte.
//!
//! A call costs the same for one byte as for eight. So if a remainder is left after at least 8 bytes, it is copied as
//! one word that overlaps the one before. In a plugin that must be small, a remainder is copied byte by byte.

use super::Host;

/// The most bytes that the kernel copies in one call.
const WORD: usize = 8;

/// Calls `$move` with each word of `$words`, and advances `$at`. Unless the plugin must be small, it copies eight words
/// per iteration, which makes a long copy a sixth cheaper. They are written out: a compiler that optimizes for size
/// would make a loop or a function of them.
macro_rules! each_word {
    ($words:expr, $as_chunks:ident, $at:ident, |$word:ident| $move:expr) => {
        let rest = $words;
        #[cfg(not(small))]
        let rest = {
            let (rounds, rest) = rest.$as_chunks();
            for [a, b, c, d, e, f, g, h] in rounds {
                each_word!($at, |$word| $move, a b c d e f g h);
            }
            rest
        };
        for word in rest {
            each_word!($at, |$word| $move, word);
        }
    };
    ($at:ident, |$word:ident| $move:expr, $($next:ident)+) => {$(
        {
            let $word = $next;
            $move;
        }
        $at = $at.wrapping_add(WORD as u64);
    )+};
}

/// As [`Host::load`].
pub(super) fn load<H: Host>(host: &H, offset: u64, into: &mut [u8]) {
    let mut at = offset;
    #[cfg(not(small))]
    let end = offset.wrapping_add(into.len() as u64);
    let (words, rest) = into.as_chunks_mut::<WORD>();
    #[cfg(not(small))]
    let rest = rest.len();
    each_word!(words, as_chunks_mut, at, |word| *word =
        host.load_u64(at).to_le_bytes());
    #[cfg(not(small))]
    let rest = if rest == 0 {
        return;
    } else if let Some(last) = into.last_chunk_mut() {
        *last = host.load_u64(end.wrapping_sub(WORD as u64)).to_le_bytes();
        return;
    } else {
        into
    };
    for byte in rest {
        *byte = host.load_u8(at);
        at = at.wrapping_add(1);
    }
}

/// As [`Host::store`].
pub(super) fn store<H: Host>(host: &H, offset: u64, from: &[u8]) {
    let mut at = offset;
    #[cfg(not(small))]
    let end = offset.wrapping_add(from.len() as u64);
    let (words, rest) = from.as_chunks::<WORD>();
    each_word!(words, as_chunks, at, |word| host
        .store_u64(at, u64::from_le_bytes(*word)));
    #[cfg(not(small))]
    if !rest.is_empty()
        && let Some(last) = from.last_chunk()
    {
        host.store_u64(end.wrapping_sub(WORD as u64), u64::from_le_bytes(*last));
        return;
    }
    for byte in rest {
        host.store_u8(at, *byte);
        at = at.wrapping_add(1);
    }
}
