//! All three protocols with std.
//!
//! Input: `tcp ADDRESS`, `udp ADDRESS` or `icmp TARGET`.

#![cfg(target_family = "wasm")]

use extism_pdk::{FnResult, plugin_fn};
use harness_wasi_sockets::IcmpSocket;
use size_std_guests::{MESSAGE, same, tcp, udp};
use std::io::{self, ErrorKind};

const SEQ: u16 = 7;
const MOST_PACKETS: u32 = 64;
const PACKET_WAIT_MS: u32 = 5_000;

#[plugin_fn]
pub fn run(input: String) -> FnResult<()> {
    let (protocol, address) = input.split_once(' ').unwrap_or_default();
    match protocol {
        "tcp" => tcp(address)?,
        "udp" => udp(address)?,
        "icmp" => icmp(address)?,
        _ => return Err(io::Error::from(ErrorKind::InvalidInput).into()),
    }
    Ok(())
}

fn icmp(target: &str) -> io::Result<()> {
    let socket = IcmpSocket::new();
    socket.send(target, &MESSAGE, SEQ)?;
    for _ in 0..MOST_PACKETS {
        match socket.recv(PACKET_WAIT_MS) {
            Ok(packet) if matches!(packet.icmp_type, 0 | 129) && packet.seq == Some(SEQ) => {
                return same(&packet.data, &MESSAGE);
            }
            // Somebody else's.
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::InvalidData => {}
            Err(error) => return Err(error),
        }
    }
    Err(ErrorKind::TimedOut.into())
}
