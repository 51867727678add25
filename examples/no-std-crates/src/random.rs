//! Random numbers, for a plugin without a source of them.
//!
//! Without WASI nothing in a plugin is random, and the ten functions provide no random numbers either. So the host must
//! pass a seed: here it is the configuration value `seed`, 32 bytes as 64 hexadecimal digits.
//!
//! **A real plugin's host must create a new seed for every plugin that it loads, from its operating system's random
//! numbers, and keep it secret.** A host that loads a plugin once and calls it often must pass a new seed in each
//! *call*, for example in the input: the same seed produces the same keys, and anybody who knows the seed can decrypt
//! the TLS traffic. If the host's WASI has real random numbers, use `wasm32-wasip1` and the crate `getrandom` instead:
//! then none of this is needed. The production host has none, and passes no configuration: nothing can be kept secret
//! there.

use crate::plugin::{Failed, config, no};
use data_encoding::HEXLOWER_PERMISSIVE;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

/// Creates a generator from the host's seed.
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
