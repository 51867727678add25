//! TCP alone, with std. Input: `tcp ADDRESS`.

#![cfg(target_family = "wasm")]

use extism_pdk::{FnResult, plugin_fn};
use size_std_guests::tcp;

#[plugin_fn]
pub fn run(input: String) -> FnResult<()> {
    let (_, address) = input.split_once(' ').unwrap_or_default();
    Ok(tcp(address)?)
}
