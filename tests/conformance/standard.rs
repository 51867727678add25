//! The behaviours over `std::net` itself: what they expect is what std does.

#[path = "suite/mod.rs"]
pub mod suite;

/// Whose behaviour it is.
mod net {
    pub use std::net::*;
}

use crate::server::Server;
use net::{Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs, UdpSocket};
use std::io;
use suite::{Peers, Who, behaviours, behaviours_with_threads};

const WHO: Who = Who::Std;

/// A UDP socket that is connected to the first address.
fn udp_to<A: ToSocketAddrs>(addr: A) -> io::Result<UdpSocket> {
    let addrs: Vec<SocketAddr> = addr.to_socket_addrs()?.collect();
    let socket = match addrs.first() {
        Some(SocketAddr::V6(_)) => UdpSocket::bind((Ipv6Addr::UNSPECIFIED, 0))?,
        _ => UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?,
    };
    socket.connect(&addrs[..])?;
    Ok(socket)
}

/// Connects a UDP socket that is there already.
fn connect_udp<A: ToSocketAddrs>(socket: &UdpSocket, addr: A) -> io::Result<()> {
    socket.connect(addr)
}

fn run(_name: &str, behaviour: fn(&Peers)) {
    let server = Server::start().expect("the server");
    behaviour(&server.peers());
}

behaviours!(tests);
behaviours_with_threads!(tests);
