//! All three protocols with std.
//!
//! Input: `tcp ADDRESS`, `udp ADDRESS` or `icmp TARGET`.

#![cfg(target_family = "wasm")]

use extism_pdk::{FnResult, plugin_fn};
use harness_wasi_sockets::{IcmpSocket, TcpStream, UdpSocket};
use std::io::{self, ErrorKind, Read, Write};

/// As in the guests without std.
const MESSAGE: [u8; 64] = *b"The message that every guest sends and that every peer returns.\n";
const ROUNDS: u8 = 10;
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

fn tcp(address: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(&MESSAGE)?;
    let mut reply = [0; MESSAGE.len()];
    stream.read_exact(&mut reply)?;
    same(&reply, &MESSAGE)
}

fn udp(address: &str) -> io::Result<()> {
    let socket = UdpSocket::connect(address)?;
    for round in 0..ROUNDS {
        let mut sent = MESSAGE;
        sent[0] = round;
        socket.send(&sent)?;
        let mut reply = [0; MESSAGE.len()];
        let len = socket.recv(&mut reply)?;
        same(reply.get(..len).unwrap_or_default(), &sent)?;
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

fn same(reply: &[u8], sent: &[u8]) -> io::Result<()> {
    if reply == sent {
        Ok(())
    } else {
        Err(ErrorKind::InvalidData.into())
    }
}
