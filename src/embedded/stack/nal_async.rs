//! `embedded-nal-async` 0.9.

use super::udp::{receive_whole, whole};
use super::{BoundUdp, Family, Naming, Stack, unspecified};
use crate::Error;
use crate::embedded::{BlockingAsync, TcpStream, UdpSocket};
use crate::host::Host;
use core::net::{IpAddr, SocketAddr};
use embedded_nal_async::{AddrType, ConnectedUdp, Dns, TcpConnect, UdpStack, UnconnectedUdp};

impl<const N: usize, H: Host, K: Naming> TcpConnect for Stack<N, H, K> {
    type Error = Error;
    type Connection<'a>
        = BlockingAsync<TcpStream<N, H>>
    where
        Self: 'a;

    async fn connect(&self, remote: SocketAddr) -> Result<Self::Connection<'_>, Error> {
        self.stream(remote).map(BlockingAsync)
    }
}

/// Resolves IP addresses, with or without brackets, and `localhost`. With [`Names`](crate::embedded::Names) it returns
/// an address that stands for a name: see [`Stack`].
///
/// # Errors
/// [`Error::NameNotResolved`] for a name if there is no free entry for it, or no `Names`; [`Error::Unsupported`] for an
/// address of another type than requested; [`Error::InvalidAddress`] if it is neither a name nor an address.
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

impl<H: Host> ConnectedUdp for UdpSocket<H> {
    type Error = Error;

    /// As [`UdpSocket::send`]; also [`Error::NotSent`] if the host reports that it sent less.
    async fn send(&mut self, data: &[u8]) -> Result<(), Error> {
        whole(UdpSocket::send(self, data)?, data)
    }

    async fn receive_into(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        receive_whole(self, buffer)
    }
}

impl<H: Host, K: Naming> UnconnectedUdp for BoundUdp<H, K> {
    type Error = Error;

    async fn send(
        &mut self,
        _local: SocketAddr,
        remote: SocketAddr,
        data: &[u8],
    ) -> Result<(), Error> {
        self.send_to(remote, data)
    }

    async fn receive_into(
        &mut self,
        buffer: &mut [u8],
    ) -> Result<(usize, SocketAddr, SocketAddr), Error> {
        let (n, remote) = self.receive(buffer)?;
        Ok((n, unspecified(remote), remote))
    }
}

impl<const N: usize, H: Host, K: Naming> UdpStack for Stack<N, H, K> {
    type Error = Error;
    type Connected = UdpSocket<H>;
    type UniquelyBound = BoundUdp<H, K>;
    type MultiplyBound = BoundUdp<H, K>;

    async fn connect_from(
        &self,
        local: SocketAddr,
        remote: SocketAddr,
    ) -> Result<(SocketAddr, UdpSocket<H>), Error> {
        Ok((unspecified(remote), self.connected(local, remote)?))
    }

    async fn bind_single(&self, local: SocketAddr) -> Result<(SocketAddr, BoundUdp<H, K>), Error> {
        Ok((local, self.bind(local)?))
    }

    async fn bind_multiple(&self, local: SocketAddr) -> Result<BoundUdp<H, K>, Error> {
        self.bind(local)
    }
}
