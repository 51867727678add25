//! All three protocols in one guest, by hand.

#![cfg_attr(target_family = "wasm", no_std)]

#[cfg(target_family = "wasm")]
size_guests::guest! {
    tcp => size_guests::hand::tcp::echo,
    udp => size_guests::hand::udp::ping_pong,
    icmp => size_guests::hand::icmp::ping,
}
