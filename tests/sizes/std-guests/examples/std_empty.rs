//! What every plugin with std and `extism-pdk` is made of, and nothing else.

#![cfg(target_family = "wasm")]

use extism_pdk::{FnResult, plugin_fn};

#[plugin_fn]
pub fn run(_: String) -> FnResult<()> {
    Ok(())
}
