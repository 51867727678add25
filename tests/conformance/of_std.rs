//! The types of the suite for std itself, and for the plugin whose std is `harness-std`.

/// The types under test.
pub mod net {
    pub use std::net::*;
}

use net::{Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs, UdpSocket};
use std::io;

/// Returns a UDP socket that is connected to the first address.
pub fn udp_to<A: ToSocketAddrs>(addr: A) -> io::Result<UdpSocket> {
    let addrs: Vec<SocketAddr> = addr.to_socket_addrs()?.collect();
    let socket = match addrs.first() {
        Some(SocketAddr::V6(_)) => UdpSocket::bind((Ipv6Addr::UNSPECIFIED, 0))?,
        _ => UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?,
    };
    socket.connect(&addrs[..])?;
    Ok(socket)
}

/// Connects an existing UDP socket.
pub fn connect_udp<A: ToSocketAddrs>(socket: &UdpSocket, addr: A) -> io::Result<()> {
    socket.connect(addr)
}
