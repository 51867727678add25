//! The data to transfer, and how it is recognized.

use std::fmt;

/// Text with an empty line, characters of several bytes, and no newline at its end.
pub const TEXT: &str = "first\n\nthe third: \u{e4}\u{20ac}\u{1f980}\nlast";

/// Returns `len` bytes of a pattern in which positions are distinguishable.
pub fn pattern(len: usize) -> Vec<u8> {
    pattern_from(0, len)
}

/// Like [`pattern`], from its byte `start` on.
pub fn pattern_from(start: usize, len: usize) -> Vec<u8> {
    (start..start + len)
        .map(|i| (i ^ (i >> 8) ^ (i >> 16)) as u8)
        .collect()
}

/// The number of bytes and a hash of them (FNV-1a), which depends on their order.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Digest {
    len: usize,
    hash: u64,
}

impl Digest {
    pub fn new() -> Self {
        Self {
            len: 0,
            hash: 0xcbf2_9ce4_8422_2325,
        }
    }

    pub fn of(bytes: &[u8]) -> Self {
        let mut digest = Self::new();
        digest.add(bytes);
        digest
    }

    pub fn add(&mut self, bytes: &[u8]) {
        self.len += bytes.len();
        self.hash = bytes.iter().fold(self.hash, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes {:016x}", self.len, self.hash)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
