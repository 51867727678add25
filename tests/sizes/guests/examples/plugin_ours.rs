//! TCP through the module `plugin`.

#![cfg_attr(target_family = "wasm", no_std)]

#[cfg(target_family = "wasm")]
mod guest {
    harness_wasi_sockets::plugin!(tcp; no_panic_handler);

    fn tcp() -> Result<(), &'static str> {
        size_guests::ours::plugin::tcp()
    }
}
