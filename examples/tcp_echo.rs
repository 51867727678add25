//! Sends a message to a TCP echo server and returns the reply.
//!
//! Input: `ADDRESS` or `ADDRESS MESSAGE`, for example `127.0.0.1:6000 Hello`.

#![cfg(target_family = "wasm")]

use extism_pdk::{FnResult, plugin_fn};
use harness_wasi_sockets::TcpStream;
use std::io::{Read, Write};

#[plugin_fn]
pub fn run(input: String) -> FnResult<String> {
    let (address, message) = input.split_once(' ').unwrap_or((&input, "Hello, TCP!"));

    let mut stream = TcpStream::connect(address)?;
    stream.write_all(message.as_bytes())?;

    // The server echoes every byte, so the length is known.
    let mut reply = vec![0; message.len()];
    stream.read_exact(&mut reply)?;

    Ok(String::from_utf8(reply)?)
    // Dropping `stream` closes the connection.
}
