//! `edge-nal` 0.7.
//!
//! Traits that the host cannot support (listening, raw sockets) are not implemented. If a trait requires an unsupported
//! method (multicast, waiting for a datagram without receiving it), it returns an error.

use super::udp::{receive_whole, whole};
use super::{BoundUdp, Family, Naming, NoNames, Stack};
use crate::Error;
use crate::embedded::{BlockingAsync, ReadHalf, Shutdown, TcpStream, UdpSocket, WriteHalf};
use crate::host::{DefaultHost, Host};
use core::cell::RefCell;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use edge_nal::{
    AddrType, Close, Dns, MulticastV4, MulticastV6, Readable, TcpConnect, TcpShutdown, TcpSplit,
    UdpBind, UdpConnect, UdpReceive, UdpSend, UdpSplit, UdpSplitMulticast,
};
use embedded_io_async::ErrorType;

impl<const N: usize, H: Host, K: Naming> TcpConnect for Stack<N, H, K> {
    type Error = Error;
    type Socket<'a>
        = BlockingAsync<TcpStream<N, H>>
    where
        Self: 'a;

    async fn connect(&self, remote: SocketAddr) -> Result<Self::Socket<'_>, Error> {
        self.stream(remote).map(BlockingAsync)
    }
}

/// Ready when the next read returns without blocking, with bytes, end of stream or an error.
///
/// # Errors
/// [`Error::TimedOut`] if nothing arrived for the whole read timeout.
impl<const N: usize, H: Host> Readable for BlockingAsync<TcpStream<N, H>> {
    async fn readable(&mut self) -> Result<(), Error> {
        self.0.wait()
    }
}

/// As the stream's.
impl<const N: usize, H: Host> Readable for BlockingAsync<ReadHalf<'_, N, H>> {
    async fn readable(&mut self) -> Result<(), Error> {
        self.0.wait()
    }
}

impl<const N: usize, H: Host> TcpSplit for BlockingAsync<TcpStream<N, H>> {
    type Read<'a>
        = BlockingAsync<ReadHalf<'a, N, H>>
    where
        Self: 'a;
    type Write<'a>
        = BlockingAsync<WriteHalf<'a, H>>
    where
        Self: 'a;

    fn split(&mut self) -> (Self::Read<'_>, Self::Write<'_>) {
        let (reader, writer) = self.0.split();
        (BlockingAsync(reader), BlockingAsync(writer))
    }
}

impl<const N: usize, H: Host> TcpShutdown for BlockingAsync<TcpStream<N, H>> {
    /// As [`TcpStream::shutdown`]: the host can only close a whole connection. Closing one direction has a local effect
    /// only; the peer does not see it. It does not wait.
    async fn close(&mut self, what: Close) -> Result<(), Error> {
        self.0.shutdown(match what {
            Close::Read => Shutdown::Read,
            Close::Write => Shutdown::Write,
            Close::Both => Shutdown::Both,
        });
        Ok(())
    }

    /// Closes the connection: the host cannot reset one.
    async fn abort(&mut self) -> Result<(), Error> {
        self.0.shutdown(Shutdown::Both);
        Ok(())
    }
}

/// As in `embedded-nal-async`: see [`Stack`].
impl<const N: usize, H: Host, K: Naming> Dns for Stack<N, H, K> {
    type Error = Error;

    async fn get_host_by_name(&self, host: &str, addr_type: AddrType) -> Result<IpAddr, Error> {
        let family = match addr_type {
            AddrType::IPv4 => Family::V4,
            AddrType::IPv6 => Family::V6,
            AddrType::Either => Family::Either,
        };
        self.address(host, family)
    }

    /// Returns the name that the address stands for. [`Error::Unsupported`] for any other address: the host does not
    /// return names. [`Error::InvalidInput`] if `result` is too short.
    async fn get_host_by_address(&self, addr: IpAddr, result: &mut [u8]) -> Result<usize, Error> {
        self.door.names.name(addr, result)
    }
}

/// A UDP socket with one peer, for `edge-nal`.
///
/// It sends to its peer, whatever address is passed to `send`, and receives only from it. A receive waits 5 s, then
/// returns [`Error::TimedOut`]. Multicast and [`Readable`] are [`Error::Unsupported`]: the host has no such functions.
#[derive(Debug)]
pub struct EdgeConnectedUdp<H: Host = DefaultHost> {
    remote: SocketAddr,
    socket: UdpSocket<H>,
}

/// A UDP socket that can send to any address, for `edge-nal`.
///
/// It receives from the 8 peers that it used last, as [`BoundUdp`] does. Multicast and [`Readable`] are
/// [`Error::Unsupported`]: the host has no such functions.
// Both halves are `&Self`. No borrow outlives a call, so the `RefCell` is never borrowed already.
#[derive(Debug)]
pub struct EdgeBoundUdp<H: Host = DefaultHost, K: Naming = NoNames>(RefCell<BoundUdp<H, K>>);

impl<H: Host> EdgeConnectedUdp<H> {
    fn send_to(&self, _remote: SocketAddr, data: &[u8]) -> Result<(), Error> {
        whole(self.socket.send(data)?, data)
    }

    fn receive_from(&self, buffer: &mut [u8]) -> Result<(usize, SocketAddr), Error> {
        Ok((receive_whole(&self.socket, buffer)?, self.remote))
    }
}

impl<H: Host, K: Naming> EdgeBoundUdp<H, K> {
    fn send_to(&self, remote: SocketAddr, data: &[u8]) -> Result<(), Error> {
        let mut bound = self.0.try_borrow_mut().map_err(|_| Error::WouldBlock)?;
        bound.send_to(remote, data)
    }

    fn receive_from(&self, buffer: &mut [u8]) -> Result<(usize, SocketAddr), Error> {
        let mut bound = self.0.try_borrow_mut().map_err(|_| Error::WouldBlock)?;
        bound.receive(buffer)
    }
}

/// Implements the traits for a socket and for references to it, which are its halves.
macro_rules! udp {
    ([$($generics:tt)*] $type:ty) => {
        udp!(traits [$($generics)*] $type);
        udp!(traits [$($generics)*] &$type);

        impl<$($generics)*> UdpSplit for $type {
            type Receive<'a>
                = &'a Self
            where
                Self: 'a;
            type Send<'a>
                = &'a Self
            where
                Self: 'a;

            fn split(&mut self) -> (&Self, &Self) {
                (self, self)
            }
        }

        impl<$($generics)*> UdpSplitMulticast for $type {
            type MulticastV4<'a>
                = &'a Self
            where
                Self: 'a;
            type MulticastV6<'a>
                = &'a Self
            where
                Self: 'a;

            fn split_multicast(&mut self) -> (&Self, &Self, &Self, &Self) {
                (self, self, self, self)
            }
        }
    };
    (traits [$($generics:tt)*] $type:ty) => {
        impl<$($generics)*> ErrorType for $type {
            type Error = Error;
        }

        impl<$($generics)*> UdpSend for $type {
            async fn send(&mut self, remote: SocketAddr, data: &[u8]) -> Result<(), Error> {
                self.send_to(remote, data)
            }
        }

        impl<$($generics)*> UdpReceive for $type {
            async fn receive(&mut self, buffer: &mut [u8]) -> Result<(usize, SocketAddr), Error> {
                self.receive_from(buffer)
            }
        }

        /// Unsupported: the host cannot report a datagram without returning it.
        impl<$($generics)*> Readable for $type {
            async fn readable(&mut self) -> Result<(), Error> {
                Err(Error::Unsupported)
            }
        }

        /// Unsupported: the host has no function for it.
        impl<$($generics)*> MulticastV4 for $type {
            async fn join_v4(&mut self, _: Ipv4Addr, _: Ipv4Addr) -> Result<(), Error> {
                Err(Error::Unsupported)
            }

            async fn leave_v4(&mut self, _: Ipv4Addr, _: Ipv4Addr) -> Result<(), Error> {
                Err(Error::Unsupported)
            }
        }

        /// Unsupported: the host has no function for it.
        impl<$($generics)*> MulticastV6 for $type {
            async fn join_v6(&mut self, _: Ipv6Addr, _: u32) -> Result<(), Error> {
                Err(Error::Unsupported)
            }

            async fn leave_v6(&mut self, _: Ipv6Addr, _: u32) -> Result<(), Error> {
                Err(Error::Unsupported)
            }
        }
    };
}

udp!([H: Host] EdgeConnectedUdp<H>);
udp!([H: Host, K: Naming] EdgeBoundUdp<H, K>);

impl<const N: usize, H: Host, K: Naming> UdpConnect for Stack<N, H, K> {
    type Error = Error;
    type Socket<'a>
        = EdgeConnectedUdp<H>
    where
        Self: 'a;

    /// `local` must be unspecified, `0.0.0.0:0` or `[::]:0`: [`Error::CannotBind`] for any other.
    async fn connect(
        &self,
        local: SocketAddr,
        remote: SocketAddr,
    ) -> Result<EdgeConnectedUdp<H>, Error> {
        let socket = self.connected(local, remote)?;
        Ok(EdgeConnectedUdp { remote, socket })
    }
}

impl<const N: usize, H: Host, K: Naming> UdpBind for Stack<N, H, K> {
    type Error = Error;
    type Socket<'a>
        = EdgeBoundUdp<H, K>
    where
        Self: 'a;

    /// `local` must be unspecified, `0.0.0.0:0` or `[::]:0`: [`Error::CannotBind`] for any other.
    async fn bind(&self, local: SocketAddr) -> Result<EdgeBoundUdp<H, K>, Error> {
        Ok(EdgeBoundUdp(RefCell::new(Stack::bind(self, local)?)))
    }
}
