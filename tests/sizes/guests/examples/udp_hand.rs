//! UDP, by hand.

#![cfg_attr(target_family = "wasm", no_std)]

#[cfg(target_family = "wasm")]
size_guests::guest! {
    udp => size_guests::hand::udp::ping_pong,
}
