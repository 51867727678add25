//! Sends a datagram to a UDP echo server and returns the reply.
//!
//! Input: `ADDRESS` or `ADDRESS MESSAGE`, for example `127.0.0.1:6000 Hello`.

#![cfg(target_family = "wasm")]

use extism_pdk::{FnResult, plugin_fn};
use harness_wasi_sockets::UdpSocket;

#[plugin_fn]
pub fn run(input: String) -> FnResult<String> {
    let (address, message) = input.split_once(' ').unwrap_or((&input, "Hello, UDP!"));

    let socket = UdpSocket::connect(address)?;
    socket.send(message.as_bytes())?;

    let mut buf = [0; 1500];
    let n = socket.recv(&mut buf)?;

    Ok(String::from_utf8_lossy(&buf[..n]).into_owned())
}
