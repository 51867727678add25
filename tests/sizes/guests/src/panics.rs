//! What a panic looks like from outside.

// SAFETY: the signature is the kernel's. The argument is a plain number, which names kernel memory
// and not this module's, so no value of it can break a promise of Rust's.
#[link(wasm_import_module = "extism:host/env")]
unsafe extern "C" {
    safe fn log_error(message: u64);
}

/// Asks the host to log, which nothing else in these guests does. So the import is there if, and
/// only if, the linker could not show that no panic is reachable.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    log_error(0);
    core::arch::wasm32::unreachable()
}
