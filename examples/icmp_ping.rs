//! Pings a host and says what came back.
//!
//! Input: `TARGET` or `TARGET MESSAGE`, say `127.0.0.1 Hello`. The host needs the right to open raw
//! sockets.

#![cfg(target_family = "wasm")]

use extism_pdk::{FnResult, plugin_fn};
use harness_wasi_sockets::{IcmpResponse, IcmpSocket};

const SEQ: u16 = 7;

#[plugin_fn]
pub fn run(input: String) -> FnResult<String> {
    let (target, message) = input.split_once(' ').unwrap_or((&input, "Hello, ICMP!"));

    let socket = IcmpSocket::new();
    socket.send(target, message.as_bytes(), SEQ)?;

    // The host hears all ICMP packets of its machine: on loopback, our own request comes first.
    let reply = loop {
        let packet = socket.recv(5000)?;
        if is_reply(&packet) && packet.data == message.as_bytes() {
            break packet;
        }
    };
    let text = String::from_utf8_lossy(&reply.data);
    Ok(format!(
        "{text} (from {}, type {}, seq {SEQ})",
        reply.source, reply.icmp_type
    ))
}

/// Whether a packet is an echo reply, of ICMP or of ICMPv6, to our request.
fn is_reply(packet: &IcmpResponse) -> bool {
    matches!(packet.icmp_type, 0 | 129) && packet.seq == Some(SEQ)
}
