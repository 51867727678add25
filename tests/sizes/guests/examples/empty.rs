//! What every guest here is made of, and nothing else: the input is read, and that is all.

#![cfg_attr(target_family = "wasm", no_std)]

#[cfg(target_family = "wasm")]
size_guests::guest! {
    run => size_guests::frame::nothing,
}
