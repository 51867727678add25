//! Sends an echo request and looks for the reply among the packets that the host hears.
//!
//! Input: `TARGET` or `TARGET MESSAGE`, say `127.0.0.1 Hello`. The host needs the right to open raw
//! sockets. If the reply is all that you want, `IcmpSocket::ping` does this; for several see `icmp_ping`.

#![cfg(target_family = "wasm")]

use extism_pdk::{Error, FnResult, plugin_fn};
use harness_wasi_sockets::{IcmpResponse, IcmpSocket, IpAddr};

const SEQ: u16 = 7;
/// How many packets are looked at: a host that hears others' all the time must not keep us forever.
const MOST: usize = 100;

#[plugin_fn]
pub fn run(input: String) -> FnResult<String> {
    let (target, message) = input.split_once(' ').unwrap_or((&input, "Hello, ICMP!"));

    let socket = IcmpSocket::new();
    socket.send(target, message.as_bytes(), SEQ)?;

    // The host hears all ICMP packets of its machine: on loopback, our own request comes first.
    for _ in 0..MOST {
        let packet = socket.recv(5000)?;
        if is_reply(&packet, target) && packet.data == message.as_bytes() {
            let text = String::from_utf8_lossy(&packet.data);
            return Ok(format!(
                "{text} (from {}, type {}, seq {SEQ})",
                packet.source, packet.icmp_type
            ));
        }
    }
    Err(Error::msg("many packets came, and the reply was not among them").into())
}

/// Whether a packet is an echo reply, of ICMP or of ICMPv6, to our request. Which address a name
/// stands for only the host knows.
fn is_reply(packet: &IcmpResponse, target: &str) -> bool {
    let address = target.parse::<IpAddr>().ok();
    matches!(packet.icmp_type, 0 | 129)
        && packet.seq == Some(SEQ)
        && (address.is_none() || packet.source_ip() == address)
}
