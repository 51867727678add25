//! ICMP, by hand.

#![cfg_attr(target_family = "wasm", no_std)]

#[cfg(target_family = "wasm")]
size_guests::guest! {
    icmp => size_guests::hand::icmp::ping,
}
