//! The minimum of every guest here: it only reads the input.

#![cfg_attr(target_family = "wasm", no_std)]

#[cfg(target_family = "wasm")]
size_guests::guest! {
    run => size_guests::frame::nothing,
}
