//! Bytes that depend on their position in the stream, so that a missing, additional or misplaced one is detected.

/// A generator of numbers: small, and the same everywhere. (SplitMix64.)
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Random(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed(self.0)
    }

    /// Returns a number less than `end`, which must not be 0.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// Returns a number of bytes from 1 to `most`; small ones are more likely.
    pub fn size(&mut self, most: usize) -> usize {
        let most = match self.below(10) {
            0..=2 => 16,
            3..=7 => 1_500,
            _ => most,
        }
        .min(most);
        1 + self.below(most)
    }
}

fn mixed(mut n: u64) -> u64 {
    n = (n ^ (n >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    n = (n ^ (n >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    n ^ (n >> 31)
}

/// Fills `into` with the bytes of the stream `key` from position `at`.
pub fn fill(key: u64, at: u64, into: &mut [u8]) {
    let mut word = 0;
    let mut known = None;
    for (position, byte) in (at..).zip(into) {
        let number = position / 8;
        if known != Some(number) {
            word = mixed(key.wrapping_add(number.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
            known = Some(number);
        }
        *byte = (word >> (position % 8 * 8)) as u8;
    }
}

/// A digest that grows with its stream (FNV-1a).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Digest(u64);

impl Digest {
    pub const EMPTY: Digest = Digest(0xcbf2_9ce4_8422_2325);

    pub fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}
