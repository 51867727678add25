//! Passes a panic's message to the host.

use extism_pdk::{Memory, extism};

/// Sets the plugin's error to the message of a panic, before the panic ends the call.
pub fn report() {
    std::panic::set_hook(Box::new(|panic| {
        if let Ok(message) = Memory::from_bytes(panic.to_string()) {
            // SAFETY: the offset is that of a newly allocated block.
            unsafe { extism::error_set(message.offset()) };
        }
    }));
}

/// Panics with the input as its message.
#[extism_pdk::plugin_fn]
pub fn panic(message: String) -> extism_pdk::FnResult<()> {
    report();
    panic!("{message}")
}
