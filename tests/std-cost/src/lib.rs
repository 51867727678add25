//! A plugin that talks to two echo servers, with the `net` that it is built with.

#![cfg(target_family = "wasm")]

#[cfg(feature = "library")]
use harness_wasi_sockets::net;
#[cfg(not(feature = "library"))]
use std::net;

use extism_pdk::{FnResult, plugin_fn};
use net::{TcpStream, UdpSocket};
use std::io::{Read, Write};

/// Sends 64 bytes 1,000 times to `ADDRESS` and back, over one stream.
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

/// The same in datagrams, with an unconnected socket.
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

/// Opens and closes 100 connections.
#[plugin_fn]
pub fn connect(address: String) -> FnResult<()> {
    for _ in 0..100 {
        TcpStream::connect(address.as_str())?;
    }
    Ok(())
}
