//! A plugin that talks to two echo servers, over whichever `net` it is built with.

#![cfg(target_family = "wasm")]

#[cfg(feature = "library")]
use harness_wasi_sockets::net;
#[cfg(not(feature = "library"))]
use std::net;

use extism_pdk::{FnResult, plugin_fn};
use net::{TcpStream, UdpSocket};
use std::io::{Read, Write};

/// 1,000 times 64 bytes to `ADDRESS` and back, over one stream.
#[plugin_fn]
pub fn tcp(address: String) -> FnResult<()> {
    let mut stream = TcpStream::connect(address)?;
    let mut buf = [7; 64];
    for _ in 0..1_000 {
        stream.write_all(&buf)?;
        stream.read_exact(&mut buf)?;
    }
    Ok(())
}

/// The same in datagrams, to a socket that is not connected.
#[plugin_fn]
pub fn udp(address: String) -> FnResult<()> {
    let socket = UdpSocket::bind("0.0.0.0:0")?;
    let mut buf = [7; 64];
    for _ in 0..1_000 {
        socket.send_to(&buf, address.as_str())?;
        socket.recv_from(&mut buf)?;
    }
    Ok(())
}

/// 100 connections, each opened and closed.
#[plugin_fn]
pub fn connect(address: String) -> FnResult<()> {
    for _ in 0..100 {
        TcpStream::connect(address.as_str())?;
    }
    Ok(())
}
