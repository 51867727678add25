//! Sends an echo request and looks for the reply among the packets that the host receives.
//!
//! Input: `TARGET` or `TARGET MESSAGE`, for example `127.0.0.1 Hello`. The host needs permission to open raw sockets.
//! If you only need the reply, use `IcmpSocket::ping`; for several pings see `icmp_ping`.

#![cfg(target_family = "wasm")]

use extism_pdk::{Error, FnResult, plugin_fn};
use harness_wasi_sockets::{IcmpResponse, IcmpSocket, IpAddr};

const SEQ: u16 = 7;
/// The maximum number of packets to check: a host that constantly receives others' packets must not block the plugin
/// forever.
const MOST: usize = 100;

#[plugin_fn]
pub fn run(input: String) -> FnResult<String> {
    let (target, message) = input.split_once(' ').unwrap_or((&input, "Hello, ICMP!"));

    let socket = IcmpSocket::new();
    socket.send(target, message.as_bytes(), SEQ)?;

    // The host receives all ICMP packets of its machine: on loopback, the plugin's own request comes first.
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

/// Returns whether a packet is an ICMP or ICMPv6 echo reply to this request. For a name only the host knows the
/// address.
fn is_reply(packet: &IcmpResponse, target: &str) -> bool {
    let address = target.parse::<IpAddr>().ok();
    matches!(packet.icmp_type, 0 | 129)
        && packet.seq == Some(SEQ)
        && (address.is_none() || packet.source_ip() == address)
}
