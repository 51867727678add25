//! Every call that the library has without std: none of them can panic.

#![cfg_attr(target_family = "wasm", no_std)]

#[cfg(target_family = "wasm")]
size_guests::guest! {
    tcp => size_guests::ours::every_call::tcp,
    udp => size_guests::ours::every_call::udp,
    icmp => size_guests::ours::every_call::icmp,
}
