//! `embedded-nal-async` 0.9: a network stack made of host functions.
//!
//! As with `embedded-io-async`, the futures block: each is ready when it is first polled.

use super::{BlockingAsync, DEFAULT_CAPACITY, TcpStream, UdpSocket};
use crate::Error;
use crate::address::{HostText, LOCALHOST};
use crate::datagrams::{most_bytes, twice};
use crate::host::{DefaultHost, Host};
use crate::turns::Turns;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use embedded_nal_async::{AddrType, ConnectedUdp, Dns, TcpConnect, UdpStack, UnconnectedUdp};

/// More than a datagram can be.
const WHOLE: usize = 65_535;
/// How many peers one unconnected socket hears.
const MOST_PEERS: usize = 8;

/// The network as `embedded-nal-async` sees one: it connects streams of `N` bytes of buffer, makes
/// UDP sockets, and knows the addresses of those names that need no look-up.
///
/// All its futures block: each is ready at its first poll.
///
/// # Example
/// ```
/// use embedded_nal_async::TcpConnect;
/// use harness_wasi_sockets::embedded::Stack;
///
/// async fn connect(site: core::net::SocketAddr) -> Result<(), harness_wasi_sockets::Error> {
///     let stack: Stack = Stack::new();
///     let connection = stack.connect(site).await?;
///     // ...
/// #   let _ = connection;
///     Ok(())
/// }
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Stack<const N: usize = DEFAULT_CAPACITY, H: Host = DefaultHost> {
    host: H,
}

impl Stack {
    /// The plugin's network, with streams of [`DEFAULT_CAPACITY`].
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl<const N: usize, H: Host> Stack<N, H> {
    /// The network behind `host`, with streams of `N` bytes of buffer.
    pub fn new_in(host: H) -> Self {
        Self { host }
    }
}

impl<const N: usize, H: Host> TcpConnect for Stack<N, H> {
    type Error = Error;
    type Connection<'a>
        = BlockingAsync<TcpStream<N, H>>
    where
        Self: 'a;

    async fn connect(&self, remote: SocketAddr) -> Result<Self::Connection<'_>, Error> {
        TcpStream::connect_in(self.host.clone(), remote).map(BlockingAsync)
    }
}

/// Knows IP addresses, with or without brackets, and `localhost`. The host resolves all other names, and
/// only to connect: connect a [`TcpStream`] or a [`UdpSocket`] with the name itself.
///
/// `localhost` is 127.0.0.1 or, if [`AddrType::IPv6`] is asked for, ::1. (The streams of
/// [`net`](crate::net) try both in turn. One address cannot say so: a caller that finds nobody at the
/// first has to ask for the other.)
///
/// # Errors
/// [`Error::NameNotResolved`] for any other name, and for an address with a scope, which an [`IpAddr`] cannot
/// hold; [`Error::Unsupported`] for an address of the other type than was asked for;
/// [`Error::InvalidAddress`] if it is neither a name nor an address.
impl<const N: usize, H: Host> Dns for Stack<N, H> {
    type Error = Error;

    async fn get_host_by_name(&self, host: &str, addr_type: AddrType) -> Result<IpAddr, Error> {
        let known = match HostText::read(host)? {
            HostText::Localhost => LOCALHOST,
            HostText::Ip(ip, 0) => [ip; 2],
            HostText::Ip(..) | HostText::Name(_) => return Err(Error::NameNotResolved),
        };
        let wanted = |ip: &IpAddr| match addr_type {
            AddrType::IPv4 => ip.is_ipv4(),
            AddrType::IPv6 => ip.is_ipv6(),
            AddrType::Either => true,
        };
        known.into_iter().find(wanted).ok_or(Error::Unsupported)
    }

    /// Not supported: the host does not tell names.
    async fn get_host_by_address(&self, _addr: IpAddr, _result: &mut [u8]) -> Result<usize, Error> {
        Err(Error::Unsupported)
    }
}

impl<H: Host> ConnectedUdp for UdpSocket<H> {
    type Error = Error;

    /// As [`UdpSocket::send`]; [`Error::NotSent`] also if the host says that it sent less.
    async fn send(&mut self, data: &[u8]) -> Result<(), Error> {
        whole(UdpSocket::send(self, data)?, data)
    }

    async fn receive_into(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        receive_whole(self, buffer)
    }
}

/// A datagram that was cut was not sent: the traits have no way to say how much of it was.
fn whole(sent: usize, data: &[u8]) -> Result<(), Error> {
    if sent < data.len() {
        return Err(Error::NotSent);
    }
    Ok(())
}

/// Receives a datagram and returns its full length, even if the buffer is shorter: so the trait
/// wants it.
fn receive_whole<H: Host>(socket: &UdpSocket<H>, buffer: &mut [u8]) -> Result<usize, Error> {
    let datagram = socket.recv_block(WHOLE)?;
    datagram.load(0, buffer);
    Ok(datagram.len())
}

/// A socket that can send to anybody and hears those it has sent to, the last 8 of them.
///
/// The host has only connected sockets, so behind it there is one for each peer. A receive asks each
/// of them once, for 5 s: first those that owe an answer, last those that were silent before. When a
/// ninth peer is sent to, the one that was used longest ago gives way: what it has sent and was not
/// received is lost, and so is what it still sends, until it is sent to again.
///
/// A send that fails is tried once more, since the host reports there that an earlier datagram found
/// nobody listening. Local addresses are the unspecified one: the host does not return them.
///
/// # Example
/// ```
/// use embedded_nal_async::{UdpStack, UnconnectedUdp};
/// use harness_wasi_sockets::Error;
/// use harness_wasi_sockets::embedded::Stack;
///
/// async fn ask(server: core::net::SocketAddr) -> Result<usize, Error> {
///     let any = "0.0.0.0:0".parse().map_err(|_| Error::InvalidAddress)?;
///     let stack: Stack = Stack::new();
///     let mut socket = stack.bind_multiple(any).await?;
///     socket.send(any, server, b"a question").await?;
///     let mut answer = [0; 512];
///     let (n, _local, _remote) = socket.receive_into(&mut answer).await?;
///     Ok(n)
/// }
/// ```
#[derive(Debug)]
pub struct BoundUdp<H: Host = DefaultHost> {
    host: H,
    peers: Turns<(SocketAddr, UdpSocket<H>), MOST_PEERS>,
}

impl<H: Host> UnconnectedUdp for BoundUdp<H> {
    type Error = Error;

    async fn send(
        &mut self,
        _local: SocketAddr,
        remote: SocketAddr,
        data: &[u8],
    ) -> Result<(), Error> {
        // What can be sent to nobody makes nobody a peer.
        if data.len() > most_bytes(remote.is_ipv4()) {
            return Err(Error::InvalidInput);
        }
        let is = |(addr, _): &(SocketAddr, UdpSocket<H>)| *addr == remote;
        if self.peers.send_to(is).is_none() {
            let socket = UdpSocket::connect_in(self.host.clone(), remote)?;
            drop(self.peers.put((remote, socket), is));
        }
        let peer = self.peers.peers().find(|peer| is(peer));
        let (_, socket) = peer.ok_or(Error::NotConnected)?;
        whole(twice(|| socket.send(data))?, data)
    }

    async fn receive_into(
        &mut self,
        buffer: &mut [u8],
    ) -> Result<(usize, SocketAddr, SocketAddr), Error> {
        let mut error = Error::NotConnected;
        let round = self.peers.round();
        while let Some((addr, socket)) = self.peers.ask(round, |_| true) {
            let addr = *addr;
            let received = receive_whole(socket, buffer);
            let is = |peer: &(SocketAddr, UdpSocket<H>)| peer.0 == addr;
            match received {
                Ok(n) => {
                    self.peers.heard(is);
                    return Ok((n, unspecified(addr), addr));
                }
                // That one was waited for says more than that another's port was closed.
                Err(_) if error == Error::TimedOut => {}
                Err(failed) => error = failed,
            }
            self.peers.in_vain(is);
        }
        Err(error)
    }
}

impl<const N: usize, H: Host> UdpStack for Stack<N, H> {
    type Error = Error;
    type Connected = UdpSocket<H>;
    type UniquelyBound = BoundUdp<H>;
    type MultiplyBound = BoundUdp<H>;

    async fn connect_from(
        &self,
        local: SocketAddr,
        remote: SocketAddr,
    ) -> Result<(SocketAddr, UdpSocket<H>), Error> {
        bindable(local)?;
        Ok((
            unspecified(remote),
            UdpSocket::connect_in(self.host.clone(), remote)?,
        ))
    }

    async fn bind_single(&self, local: SocketAddr) -> Result<(SocketAddr, BoundUdp<H>), Error> {
        Ok((local, self.bind_multiple(local).await?))
    }

    async fn bind_multiple(&self, local: SocketAddr) -> Result<BoundUdp<H>, Error> {
        bindable(local)?;
        Ok(BoundUdp {
            host: self.host.clone(),
            peers: Turns::new(),
        })
    }
}

/// A plugin cannot choose its local address.
fn bindable(local: SocketAddr) -> Result<(), Error> {
    if local.ip().is_unspecified() && local.port() == 0 {
        Ok(())
    } else {
        Err(Error::CannotBind)
    }
}

/// The local address of a socket with this peer: all that is known of it is its family.
fn unspecified(peer: SocketAddr) -> SocketAddr {
    match peer {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    }
}
