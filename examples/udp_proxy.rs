//! A proxy: sends its input to a UDP server unchanged, and returns the server's reply. Neither is copied into the
//! plugin's own memory: the host sends from and receives into the kernel's blocks.
//!
//! Input: the datagram. The configuration value `address` is the server's address.

#![cfg(target_family = "wasm")]

use extism_pdk::{FnResult, Memory, WithReturnCode, config, plugin_fn};
use harness_wasi_sockets::Block;
use harness_wasi_sockets::embedded::UdpSocket;

#[plugin_fn]
pub fn run() -> FnResult<Memory> {
    // `config::get` would work too, but leaks a kernel block.
    let value = config::get_memory("address")?.ok_or(no("the configuration has no `address`"))?;
    let address = value.to_string();
    value.free();
    let address = address?;
    let socket = UdpSocket::connect(address.as_str())?;

    let input = Memory::find(input_offset()).and_then(|input| Block::try_from(input).ok());
    let input = input.ok_or(no("there is no input"))?;
    let sent = socket.send_block(&input);
    // The host owns the input: the plugin must not free it.
    let _ = input.into_offset();
    sent?;

    let answer = socket.recv_block(65_527)?;
    Ok(Memory::from(answer))
}

#[link(wasm_import_module = "extism:host/env")]
unsafe extern "C" {
    /// Returns the kernel's offset of the plugin's input.
    safe fn input_offset() -> u64;
}

fn no(what: &'static str) -> WithReturnCode<extism_pdk::Error> {
    extism_pdk::Error::msg(what).into()
}
