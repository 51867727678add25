//! Random numbers, for a plugin that has nowhere to get them from.
//!
//! Without WASI nothing in a plugin is random, and the ten functions give no random numbers either.
//! So the host has to give a seed: here it is the configuration value `seed`, 32 bytes as 64
//! hexadecimal digits.
//!
//! **A real plugin's host must draw a seed afresh for every plugin that it loads, from its
//! operating system's random numbers, and keep it from everybody.** A host that loads a plugin once
//! and calls it often must give each *call* its own, say in the input: from the same seed come the
//! same keys, and anybody who knows the seed can read all that TLS was to hide. Where the host's WASI has real
//! random numbers, take `wasm32-wasip1` and the crate `getrandom` instead, and nothing of this is needed.
//! The production host has none, and gives no configuration: nothing can be hidden there.

use crate::plugin::{Failed, config, no};
use data_encoding::HEXLOWER_PERMISSIVE;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

/// A generator, from the seed that the host has given.
pub fn generator() -> Result<ChaCha20Rng, Failed> {
    let text = config("seed")?;
    let mut seed = [0; 32];
    if text.len() != 2 * seed.len() {
        return Err(no("`seed` is not 64 digits"));
    }
    HEXLOWER_PERMISSIVE
        .decode_mut(text.as_bytes(), &mut seed)
        .map_err(|_| no("`seed` is not hexadecimal"))?;
    Ok(ChaCha20Rng::from_seed(seed))
}
