//! Every call of the traits of other crates: none of them can panic.

#![cfg_attr(target_family = "wasm", no_std)]

#[cfg(target_family = "wasm")]
size_guests::guest! {
    tcp => size_guests::ours::every_trait::tcp,
    udp => size_guests::ours::every_trait::udp,
}
