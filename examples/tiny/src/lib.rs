//! The smallest plugin: it sends a message to a TCP echo server and returns the reply, without std and without an
//! allocator.
//!
//! Input: `ADDRESS` or `ADDRESS MESSAGE`, for example `127.0.0.1:6000 Hello`, of at most 256 bytes.
//!
//! Build it for `wasm32-unknown-unknown`.

#![cfg_attr(target_family = "wasm", no_std)]
#![forbid(unsafe_code)]

use harness_wasi_sockets::embedded::TcpStream;
use harness_wasi_sockets::plugin;

plugin!(run);

fn run() -> Result<(), &'static str> {
    let mut input = [0; 256];
    let input = plugin::input(&mut input).map_err(|_| "the input is too long")?;
    let address = input.split(|byte| *byte == b' ').next().unwrap_or_default();
    let message = input.get(address.len() + 1..).unwrap_or(b"Hello, tiny!");

    let mut stream = TcpStream::connect(address).map_err(|_| "could not connect")?;
    stream.write_all(message).map_err(|_| "could not send")?;

    let mut reply = [0; 256];
    let reply = reply.get_mut(..message.len()).unwrap_or_default();
    stream.read_exact(reply).map_err(|_| "no reply")?;
    plugin::output(reply).map_err(|_| "out of memory")
}
