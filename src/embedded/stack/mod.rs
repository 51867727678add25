//! A network stack on top of the host functions, for the traits of embedded crates.
//!
//! The logic is here and in [`names`] and [`udp`]. There is one file for each crate whose traits are implemented.

#[cfg(feature = "edge-nal-v0.7")]
mod edge_nal;
#[cfg(feature = "embedded-nal-async-v0.9")]
mod nal_async;
mod names;
mod udp;

use super::{DEFAULT_CAPACITY, TcpStream, UdpSocket};
use crate::Error;
use crate::address::{HostText, LOCALHOST};
use crate::host::{DefaultHost, Host};
use core::net::{IpAddr, SocketAddr};
#[cfg(feature = "edge-nal-v0.7")]
pub use edge_nal::{EdgeBoundUdp, EdgeConnectedUdp};
pub use names::{Names, Naming, NoNames};
pub use udp::BoundUdp;

/// A network stack for the traits of `embedded-nal-async` and `edge-nal`, each behind its feature: it connects streams
/// with a buffer of `N` bytes, creates UDP sockets, and resolves names.
///
/// All its futures block: each is ready when it is first polled.
///
/// # Names
/// Only the host can resolve names, and it does not return the addresses. But code for these traits first asks `Dns`
/// for an address and then connects to it. With [`Names`], `Dns` returns a stand-in: an address of 198.18.0.0/15 that
/// stands for the name. When this stack connects or sends to the stand-in, with any port, it passes the name to the
/// host. `harness-std` does the same for std's names, by the same rules:
///
/// * The same name always gets the same address. `get_host_by_address` of that address returns the name. If a peer was
///   given by name, a receive returns its stand-in.
/// * If the stack connects or sends to an address of that range before it stands for a name, it remains an ordinary
///   address. No machine on the internet has one.
/// * The type sets the number of entries, 4 by default, for names and for such addresses. When all are used, another
///   name is [`Error::NameNotResolved`]; names that have an address still work.
/// * A stand-in is an IPv4 address. If IPv6 is requested, `Dns` returns [`Error::Unsupported`].
///
/// `localhost` is 127.0.0.1 if IPv4 is requested, and ::1 if IPv6 is. If either will do, it gets a stand-in too, and
/// 127.0.0.1 and ::1 are tried in turn, as everywhere in this library; without `Names` it is 127.0.0.1.
///
/// Without `Names`, the default, which costs nothing, any other name is [`Error::NameNotResolved`].
///
/// # Example
/// ```
/// use core::net::SocketAddr;
/// # #[cfg(feature = "embedded-nal-async-v0.9")]
/// use embedded_nal_async::{AddrType, Dns, TcpConnect};
/// use harness_wasi_sockets::Error;
/// use harness_wasi_sockets::embedded::{Names, Stack};
///
/// # #[cfg(feature = "embedded-nal-async-v0.9")]
/// async fn connect(port: u16) -> Result<(), Error> {
///     let names = Names::new();
///     let stack = Stack::with_names(&names);
///     let ip = stack.get_host_by_name("example.org", AddrType::Either).await?;
///     let connection = stack.connect(SocketAddr::new(ip, port)).await?;
///     // ...
/// #   let _ = connection;
///     Ok(())
/// }
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Stack<const N: usize = DEFAULT_CAPACITY, H: Host = DefaultHost, K: Naming = NoNames> {
    door: Door<H, K>,
}

impl Stack {
    /// Creates a stack with streams of [`DEFAULT_CAPACITY`].
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl<'a, const M: usize> Stack<DEFAULT_CAPACITY, DefaultHost, &'a Names<M>> {
    /// Creates a stack with streams of [`DEFAULT_CAPACITY`], and with names.
    #[must_use]
    pub fn with_names(names: &'a Names<M>) -> Self {
        Self::with_names_in(DefaultHost, names)
    }
}

impl<const N: usize, H: Host> Stack<N, H> {
    /// Creates a stack on `host`, with a buffer of `N` bytes for each stream.
    pub fn new_in(host: H) -> Self {
        let names = NoNames;
        Self {
            door: Door { host, names },
        }
    }
}

impl<'a, const N: usize, H: Host, const M: usize> Stack<N, H, &'a Names<M>> {
    /// Creates a stack on `host`, with a buffer of `N` bytes for each stream, and with names.
    pub fn with_names_in(host: H, names: &'a Names<M>) -> Self {
        Self {
            door: Door { host, names },
        }
    }
}

impl<const N: usize, H: Host, K: Naming> Stack<N, H, K> {
    fn stream(&self, remote: SocketAddr) -> Result<TcpStream<N, H>, Error> {
        let host = || self.door.host.clone();
        self.door.names.open(
            remote,
            |addr| TcpStream::connect_in(host(), addr),
            |named| TcpStream::connect_in(host(), named),
        )
    }

    fn bind(&self, local: SocketAddr) -> Result<BoundUdp<H, K>, Error> {
        bindable(local)?;
        Ok(BoundUdp::new(self.door.clone()))
    }

    fn connected(&self, local: SocketAddr, remote: SocketAddr) -> Result<UdpSocket<H>, Error> {
        bindable(local)?;
        self.door.socket(remote)
    }

    fn address(&self, host: &str, family: Family) -> Result<IpAddr, Error> {
        let names = &self.door.names;
        let known = match HostText::read(host)? {
            HostText::Ip(ip, 0) => [ip; 2],
            HostText::Localhost if !K::KNOWS || family != Family::Either => LOCALHOST,
            // An `IpAddr` cannot hold a scope.
            HostText::Localhost | HostText::Ip(..) | HostText::Name(_) => {
                [names.address(host)?.into(); 2]
            }
        };
        let wanted = |ip: &IpAddr| match family {
            Family::V4 => ip.is_ipv4(),
            Family::V6 => ip.is_ipv6(),
            Family::Either => true,
        };
        known.into_iter().find(wanted).ok_or(Error::Unsupported)
    }
}

/// The requested type of address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    V4,
    V6,
    Either,
}

/// What a stack and its bound sockets need to open sockets.
#[derive(Debug, Clone, Copy, Default)]
struct Door<H: Host, K: Naming> {
    host: H,
    names: K,
}

impl<H: Host, K: Naming> Door<H, K> {
    fn socket(&self, remote: SocketAddr) -> Result<UdpSocket<H>, Error> {
        let host = || self.host.clone();
        self.names.open(
            remote,
            |addr| UdpSocket::connect_in(host(), addr),
            |named| UdpSocket::connect_in(host(), named),
        )
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

/// The local address of a socket with this peer. Only its family is known.
#[cfg(feature = "embedded-nal-async-v0.9")]
fn unspecified(peer: SocketAddr) -> SocketAddr {
    use core::net::{Ipv4Addr, Ipv6Addr};
    match peer {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    }
}
