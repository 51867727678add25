//! `embedded-nal-async` 0.9: a network stack made of host functions.
//!
//! As with `embedded-io-async`, the futures block: each is ready when it is first polled.

use super::{DEFAULT_CAPACITY, TcpStream, UdpSocket};
use crate::Error;
use crate::address::{HostText, LOCALHOST};
use crate::host::{DefaultHost, Host};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use embedded_nal_async::{AddrType, ConnectedUdp, Dns, TcpConnect, UdpStack};
use heapless::Vec;

/// More than a datagram can be.
const WHOLE: usize = 65_535;
/// How many peers one unconnected socket can have sent to.
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
    ///
    /// # Example
    /// ```
    /// use harness_wasi_sockets::embedded::Stack;
    ///
    /// let stack: Stack = Stack::new();
    /// # let _ = stack;
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl<const N: usize, H: Host> Stack<N, H> {
    /// The network behind `host`, with streams of `N` bytes of buffer.
    ///
    /// # Example
    /// ```
    /// use harness_wasi_sockets::embedded::Stack;
    /// use harness_wasi_sockets::host::DefaultHost;
    ///
    /// // Streams with 256 bytes of buffer.
    /// let stack: Stack<256> = Stack::new_in(DefaultHost);
    /// # let _ = stack;
    /// ```
    pub fn new_in(host: H) -> Self {
        Self { host }
    }
}

impl<const N: usize, H: Host> TcpConnect for Stack<N, H> {
    type Error = Error;
    type Connection<'a>
        = TcpStream<N, H>
    where
        Self: 'a;

    async fn connect(&self, remote: SocketAddr) -> Result<TcpStream<N, H>, Error> {
        TcpStream::connect_in(self.host.clone(), remote)
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

    async fn send(&mut self, data: &[u8]) -> Result<(), Error> {
        UdpSocket::send(self, data).map(drop)
    }

    async fn receive_into(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        receive_whole(self, buffer)
    }
}

/// Receives a datagram, and answers its full length even if the buffer is shorter: so the trait
/// wants it.
fn receive_whole<H: Host>(socket: &UdpSocket<H>, buffer: &mut [u8]) -> Result<usize, Error> {
    let datagram = socket.recv_block(WHOLE)?;
    datagram.load(0, buffer);
    Ok(usize::try_from(datagram.len()).unwrap_or(usize::MAX))
}

/// A socket that can send to anybody, 8 peers at the most, and hears those it has sent to.
///
/// The host knows only connected sockets, so behind it there is one for each peer. To receive is to
/// wait for one of them after the other: the last one that was sent to or has sent first, those
/// who were silent last. Local addresses are the unspecified one: the host does not tell them.
///
/// # Example
/// ```
/// use embedded_nal_async::{UdpStack, UnconnectedUdp as _};
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
pub struct UnconnectedUdp<H: Host = DefaultHost> {
    host: H,
    /// The one sent to last is the last.
    peers: Vec<(SocketAddr, UdpSocket<H>), MOST_PEERS>,
}

impl<H: Host> embedded_nal_async::UnconnectedUdp for UnconnectedUdp<H> {
    type Error = Error;

    async fn send(
        &mut self,
        _local: SocketAddr,
        remote: SocketAddr,
        data: &[u8],
    ) -> Result<(), Error> {
        let known = self.peers.iter().position(|(addr, _)| *addr == remote);
        if known.is_none() && self.peers.is_full() {
            return Err(Error::TooManyPeers);
        }
        let peer = match known {
            Some(index) => self.peers.remove(index),
            None => (remote, UdpSocket::connect_in(self.host.clone(), remote)?),
        };
        let sent = peer.1.send(data).map(drop);
        // There is room: it has just been removed, or the list was not full.
        let _ = self.peers.push(peer);
        sent
    }

    async fn receive_into(
        &mut self,
        buffer: &mut [u8],
    ) -> Result<(usize, SocketAddr, SocketAddr), Error> {
        let mut error = Error::NotConnected;
        for _ in 0..self.peers.len() {
            let Some((addr, socket)) = self.peers.last() else {
                break;
            };
            match receive_whole(socket, buffer) {
                Ok(n) => return Ok((n, unspecified(*addr), *addr)),
                // That one was waited for says more than that another's port was closed.
                Err(_) if error == Error::TimedOut => {}
                Err(failed) => error = failed,
            }
            // Whoever is silent comes last the next time.
            self.peers.rotate_right(1);
        }
        Err(error)
    }
}

impl<const N: usize, H: Host> UdpStack for Stack<N, H> {
    type Error = Error;
    type Connected = UdpSocket<H>;
    type UniquelyBound = UnconnectedUdp<H>;
    type MultiplyBound = UnconnectedUdp<H>;

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

    async fn bind_single(
        &self,
        local: SocketAddr,
    ) -> Result<(SocketAddr, UnconnectedUdp<H>), Error> {
        Ok((local, self.bind_multiple(local).await?))
    }

    async fn bind_multiple(&self, local: SocketAddr) -> Result<UnconnectedUdp<H>, Error> {
        bindable(local)?;
        Ok(UnconnectedUdp {
            host: self.host.clone(),
            peers: Vec::new(),
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
