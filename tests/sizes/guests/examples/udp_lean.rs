//! UDP, with the minimum of the library.

#![cfg_attr(target_family = "wasm", no_std)]

#[cfg(target_family = "wasm")]
size_guests::guest! {
    udp => size_guests::ours::lean::udp,
}
