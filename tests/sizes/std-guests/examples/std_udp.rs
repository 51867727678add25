//! UDP alone, with std. Input: `udp ADDRESS`.

#![cfg(target_family = "wasm")]

use extism_pdk::{FnResult, plugin_fn};
use size_std_guests::udp;

#[plugin_fn]
pub fn run(input: String) -> FnResult<()> {
    let (_, address) = input.split_once(' ').unwrap_or_default();
    Ok(udp(address)?)
}
