//! TCP through the async traits.

#![cfg_attr(target_family = "wasm", no_std)]

#[cfg(target_family = "wasm")]
size_guests::guest! {
    tcp => size_guests::ours::tcp_async::echo,
}
