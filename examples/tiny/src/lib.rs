//! The smallest plugin: it sends a message to a TCP echo server and returns what comes back, without
//! std and without an allocator.
//!
//! Input: `ADDRESS` or `ADDRESS MESSAGE`, say `127.0.0.1:6000 Hello`, of at most 256 bytes. The
//! function returns 0 if it worked.
//!
//! Build it for `wasm32-unknown-unknown`.

// Natively there is nothing here: it cannot be a plugin.
#![cfg(target_family = "wasm")]
#![cfg_attr(target_family = "wasm", no_std)]

mod plugin;

use harness_wasi_sockets::embedded::TcpStream;

/// What the host calls.
#[unsafe(no_mangle)]
pub extern "C" fn run() -> i32 {
    match echo() {
        Some(()) => 0,
        None => 1,
    }
}

fn echo() -> Option<()> {
    let mut input = [0; 256];
    let mut parts = plugin::input(&mut input)?.splitn(2, |byte| *byte == b' ');
    let address = parts.next()?;
    let message = parts.next().unwrap_or(b"Hello, tiny!");

    let mut stream = TcpStream::connect(address).ok()?;
    stream.write_all(message).ok()?;

    let mut reply = [0; 256];
    let reply = reply.get_mut(..message.len())?;
    stream.read_exact(reply).ok()?;

    plugin::output(reply)
}

/// A plugin must say what happens on a panic. This one cannot panic; the compiler still asks.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}
