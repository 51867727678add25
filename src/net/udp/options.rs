//! The options of a UDP socket.

use super::UdpSocket;
use crate::Error;
use crate::net::options::{options, unsupported};
use core::sync::atomic::Ordering;
use core::time::Duration;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};

options!(UdpSocket: "a receive waits for a datagram", "5 s, one of the host's waits");

impl UdpSocket {
    /// Only remembers the value: the host decides what a plugin may send. (The production host allows broadcasts in any
    /// case.)
    ///
    /// This corresponds to [`std::net::UdpSocket::set_broadcast`].
    pub fn set_broadcast(&self, broadcast: bool) -> io::Result<()> {
        self.shared.options.flag.store(broadcast, Ordering::Relaxed);
        Ok(())
    }

    /// Returns the last value given to [`set_broadcast`](UdpSocket::set_broadcast), `false` by default.
    ///
    /// This corresponds to [`std::net::UdpSocket::broadcast`].
    pub fn broadcast(&self) -> io::Result<bool> {
        Ok(self.shared.options.flag.load(Ordering::Relaxed))
    }
}

unsupported! { UdpSocket:
    set_multicast_loop_v4(_multicast_loop_v4: bool) -> (), "do multicast",
    multicast_loop_v4() -> bool, "do multicast",
    set_multicast_ttl_v4(_multicast_ttl_v4: u32) -> (), "do multicast",
    multicast_ttl_v4() -> u32, "do multicast",
    set_multicast_loop_v6(_multicast_loop_v6: bool) -> (), "do multicast",
    multicast_loop_v6() -> bool, "do multicast",
    join_multicast_v4(_multiaddr: &Ipv4Addr, _interface: &Ipv4Addr) -> (), "do multicast",
    join_multicast_v6(_multiaddr: &Ipv6Addr, _interface: u32) -> (), "do multicast",
    leave_multicast_v4(_multiaddr: &Ipv4Addr, _interface: &Ipv4Addr) -> (), "do multicast",
    leave_multicast_v6(_multiaddr: &Ipv6Addr, _interface: u32) -> (), "do multicast",
}
