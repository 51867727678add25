//! A proxy: its input goes to a UDP server as it is, and the server's answer is its output. Neither ever
//! enters the plugin's own memory: what the kernel holds, the host can send, and the other way round.
//!
//! Input: the datagram. The server is the configuration value `address`.

#![cfg(target_family = "wasm")]

use extism_pdk::{FnResult, Memory, WithReturnCode, config, plugin_fn};
use harness_wasi_sockets::Block;
use harness_wasi_sockets::embedded::UdpSocket;

#[plugin_fn]
pub fn run() -> FnResult<Memory> {
    // `config::get` would do, but for the block of the kernel's that it leaves behind.
    let value = config::get_memory("address")?.ok_or(no("the configuration has no `address`"))?;
    let address = value.to_string();
    value.free();
    let address = address?;
    let socket = UdpSocket::connect(address.as_str())?;

    let input = Memory::find(input_offset()).and_then(|input| Block::try_from(input).ok());
    let input = input.ok_or(no("there is no input"))?;
    let sent = socket.send_block(&input);
    // The input is the host's: it is not for us to free.
    let _ = input.into_offset();
    sent?;

    let answer = socket.recv_block(65_527)?;
    Ok(Memory::from(answer))
}

#[link(wasm_import_module = "extism:host/env")]
unsafe extern "C" {
    /// Where the kernel holds the plugin's input.
    safe fn input_offset() -> u64;
}

fn no(what: &'static str) -> WithReturnCode<extism_pdk::Error> {
    extism_pdk::Error::msg(what).into()
}
