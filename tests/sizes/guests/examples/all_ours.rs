//! All three protocols in one guest, with the library.

#![cfg_attr(target_family = "wasm", no_std)]

#[cfg(target_family = "wasm")]
size_guests::guest! {
    tcp => size_guests::ours::tcp::echo,
    udp => size_guests::ours::udp::ping_pong,
    icmp => size_guests::ours::icmp::ping,
}
