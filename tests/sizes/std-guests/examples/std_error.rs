//! What a plugin with std weighs that does nothing but fail with an error of `std::io`: what comes
//! with any library that has std's interface.

#![cfg(target_family = "wasm")]

use extism_pdk::{FnResult, plugin_fn};
use std::io::{Error, ErrorKind};

#[plugin_fn]
pub fn run(input: String) -> FnResult<()> {
    if input.is_empty() {
        return Ok(());
    }
    Err(Error::from(ErrorKind::Unsupported).into())
}
