//! std's UDP socket, on top of the library's.

use super::address::{At, no_address, try_each};
use super::{Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs, forward};
use core::fmt;
use core::time::Duration;
use harness_wasi_sockets::net as ours;
use real::io;
use real::prelude::rust_2024::*;

/// As `std::net::UdpSocket`, on top of the host's functions. It receives from peers that it has sent to.
pub struct UdpSocket(ours::UdpSocket);

impl UdpSocket {
    /// As `std::net::UdpSocket::bind`, to `0.0.0.0:0` or `[::]:0`: a plugin cannot choose its address.
    ///
    /// # Errors
    /// Kind `AddrNotAvailable` for any other address.
    pub fn bind<A: ToSocketAddrs>(addr: A) -> io::Result<UdpSocket> {
        try_each(addr, ours::UdpSocket::bind).map(UdpSocket)
    }

    /// As `std::net::UdpSocket::connect`.
    pub fn connect<A: ToSocketAddrs>(&self, addr: A) -> io::Result<()> {
        try_each(addr, |addr| self.0.connect_to(addr))
    }

    /// As `std::net::UdpSocket::send_to`.
    pub fn send_to<A: ToSocketAddrs>(&self, buf: &[u8], addr: A) -> io::Result<usize> {
        let addr = addr.to_socket_addrs()?.next().ok_or_else(no_address)?;
        self.0.send_to(buf, At(addr))
    }

    /// As `std::net::UdpSocket::try_clone`.
    pub fn try_clone(&self) -> io::Result<UdpSocket> {
        self.0.try_clone().map(UdpSocket)
    }
}

forward! { UdpSocket:
    recv_from(buf: &mut [u8]) -> (usize, SocketAddr);
    peek_from(buf: &mut [u8]) -> (usize, SocketAddr);
    recv(buf: &mut [u8]) -> usize;
    peek(buf: &mut [u8]) -> usize;
    send(buf: &[u8]) -> usize;
    peer_addr() -> SocketAddr;
    local_addr() -> SocketAddr;
    set_read_timeout(timeout: Option<Duration>) -> ();
    read_timeout() -> Option<Duration>;
    set_write_timeout(timeout: Option<Duration>) -> ();
    write_timeout() -> Option<Duration>;
    set_broadcast(broadcast: bool) -> ();
    broadcast() -> bool;
    set_multicast_loop_v4(multicast_loop_v4: bool) -> ();
    multicast_loop_v4() -> bool;
    set_multicast_ttl_v4(multicast_ttl_v4: u32) -> ();
    multicast_ttl_v4() -> u32;
    set_multicast_loop_v6(multicast_loop_v6: bool) -> ();
    multicast_loop_v6() -> bool;
    join_multicast_v4(multiaddr: &Ipv4Addr, interface: &Ipv4Addr) -> ();
    join_multicast_v6(multiaddr: &Ipv6Addr, interface: u32) -> ();
    leave_multicast_v4(multiaddr: &Ipv4Addr, interface: &Ipv4Addr) -> ();
    leave_multicast_v6(multiaddr: &Ipv6Addr, interface: u32) -> ();
    set_ttl(ttl: u32) -> ();
    ttl() -> u32;
    take_error() -> Option<io::Error>;
    set_nonblocking(nonblocking: bool) -> ();
}

impl fmt::Debug for UdpSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
