//! Sends a message to a TCP echo server and returns what comes back.
//!
//! Input: `ADDRESS` or `ADDRESS MESSAGE`, say `127.0.0.1:6000 Hello`.

#![cfg(target_family = "wasm")]

use extism_pdk::{FnResult, plugin_fn};
use harness_wasi_sockets::TcpStream;
use std::io::{Read, Write};

#[plugin_fn]
pub fn run(input: String) -> FnResult<String> {
    let (address, message) = input.split_once(' ').unwrap_or((&input, "Hello, TCP!"));

    let mut stream = TcpStream::connect(address)?;
    stream.write_all(message.as_bytes())?;

    // The server echoes every byte, so we know how many to wait for.
    let mut reply = vec![0; message.len()];
    stream.read_exact(&mut reply)?;

    Ok(String::from_utf8(reply)?)
    // The connection is closed here, as `stream` goes out of scope.
}
