//! The addresses that std's sockets take, and their conversion to the host's form.

use crate::Error;
use crate::address::{self, Address, HostText, LOCALHOST, Unchecked};
use crate::connection::{Connection, Protocol};
use crate::host::DefaultHost;
use core::iter::Cloned;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::sync::OnceLock;
use std::{option, slice, vec};

/// Types that can be used as an address.
///
/// This corresponds to [`std::net::ToSocketAddrs`], and is implemented for the same types with the same
/// [`Iter`](ToSocketAddrs::Iter)s. The difference is that only the host can resolve names, and does not return their
/// addresses:
///
/// * Names are passed to the host unchanged. Only `localhost` is resolved here: as 127.0.0.1, then as ::1.
/// * Text is passed to the host unchanged, even `127.0.0.1:00080`. The library checks its characters, its lengths, and the
///   shape of an IPv6 address. The host detects other errors.
/// * An IPv6 address may have brackets and a scope wherever a host is given, as in `("[::1]", 80)` and
///   `("fe80::1%4", 80)`. If the scope is the name of an interface (`fe80::1%eth0`), only the host can resolve it: such an
///   address counts as a name.
///
/// # Implementing it
/// An implementation of std's trait also compiles for this one. If it can yield a name, implement
/// [`to_endpoints`](ToSocketAddrs::to_endpoints) too, since
/// [`to_socket_addrs`](ToSocketAddrs::to_socket_addrs) of a name is an error: see [the example](crate::porting#names).
///
/// # Example
/// ```
/// use harness_wasi_sockets::{TcpStream, ToSocketAddrs};
///
/// /// Takes everything that std's `connect` takes.
/// fn reaches(server: impl ToSocketAddrs) -> bool {
///     TcpStream::connect(server).is_ok()
/// }
///
/// # let server = harness_host::peers::TcpEcho::v4()?;
/// assert!(reaches(server.addr()));
/// assert!(reaches(("localhost", server.addr().port())));
/// # Ok::<(), std::io::Error>(())
/// ```
pub trait ToSocketAddrs {
    /// Iterator over the addresses.
    type Iter: Iterator<Item = SocketAddr>;

    /// Returns the socket addresses.
    ///
    /// # Errors
    /// Kind `InvalidInput` if it is not a valid address. Kind `Unsupported` ([`Error::NameNotResolved`]) if it is a name other
    /// than `localhost`: only the host can resolve it. Pass the name itself to `connect` or
    /// [`connect_timeout_to`](super::TcpStream::connect_timeout_to).
    fn to_socket_addrs(&self) -> io::Result<Self::Iter>;

    /// Returns what to pass to the host: socket addresses, or text. The sockets call this method. By default it calls
    /// [`to_socket_addrs`](ToSocketAddrs::to_socket_addrs).
    ///
    /// Std has no such method.
    ///
    /// # Errors
    /// Kind `InvalidInput` if it is not a valid address. Text is checked later, when a socket uses it.
    fn to_endpoints(&self) -> io::Result<Endpoints<Self::Iter>> {
        self.to_socket_addrs().map(Endpoints::Addrs)
    }
}

/// What to pass to the host.
///
/// # Example
/// ```
/// use harness_wasi_sockets::{Endpoints, SocketAddr, ToSocketAddrs};
///
/// assert!(matches!("example.org:80".to_endpoints()?, Endpoints::Text(text) if text == "example.org:80"));
/// assert!(matches!(("::1", 80).to_endpoints()?, Endpoints::Text(text) if text == "[::1]:80"));
/// assert!(matches!(SocketAddr::from(([127, 0, 0, 1], 80)).to_endpoints()?, Endpoints::Addrs(_)));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Endpoints<I> {
    /// Socket addresses, to be tried in turn.
    Addrs(I),
    /// `host:port`. The sockets check it and pass it to the host unchanged. The host resolves names.
    Text(String),
    /// A name with its port, and the address that stands for it: [`peer_addr`](super::TcpStream::peer_addr) and `recv_from`
    /// return that address. For `harness-std`, whose users see only addresses.
    #[cfg(feature = "stand-ins")]
    #[doc(hidden)]
    StandIn {
        /// The name.
        host: String,
        /// The address that stands for it, with the port.
        addr: SocketAddr,
    },
}

/// One endpoint: `host:port`, as passed to the host.
///
/// The caller's text is parsed only if its address is needed. Most plugins never need it, and so contain no parser.
#[derive(Debug, Clone)]
pub(super) struct Endpoint {
    text: String,
    /// The address, if the caller gave one or the text has been parsed. `None` inside: only the host knows it.
    addr: OnceLock<Option<SocketAddr>>,
    /// Whether the address is a stand-in for the name in the text.
    stands_in: bool,
}

impl Endpoint {
    fn at(addr: SocketAddr) -> Result<Self, Error> {
        let text = addr.with_text(|text| Ok(String::from_utf8_lossy(text).into_owned()))?;
        let addr = OnceLock::from(Some(addr));
        Ok(Self {
            text,
            addr,
            stands_in: false,
        })
    }

    /// A name with a stand-in address.
    #[cfg(feature = "stand-ins")]
    fn standing_in(host: &str, addr: SocketAddr) -> Self {
        let text = text_of((host, addr.port()));
        let addr = OnceLock::from(Some(addr));
        Self {
            text,
            addr,
            stands_in: true,
        }
    }

    /// The caller's text, not checked yet.
    const fn written(text: String) -> Self {
        let addr = OnceLock::new();
        Self {
            text,
            addr,
            stands_in: false,
        }
    }

    /// # Errors
    /// [`Error::InvalidAddress`] if it is not a valid address.
    fn checked(self) -> Result<Self, Error> {
        self.text.with_text(|_| Ok(()))?;
        Ok(self)
    }

    pub(super) fn open<P: Protocol>(&self) -> Result<Connection<P, DefaultHost>, Error> {
        Connection::open(DefaultHost, &Unchecked(&self.text))
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Where it is, if that does not depend on what the host resolves.
    pub(super) fn fixed(&self) -> Option<SocketAddr> {
        self.addr().filter(|_| !self.stands_in)
    }

    /// The address that the caller sees; `None` if only the host knows one.
    pub(super) fn addr(&self) -> Option<SocketAddr> {
        *self.addr.get_or_init(|| read(&self.text).ok()?.next())
    }

    /// Whether the two are equal: the same text, or the same address in any spelling.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.text == other.text
            || match self.addr() {
                Some(addr) => other.addr() == Some(addr),
                None => false,
            }
    }

    /// Whether it is an IPv4 address.
    pub(super) fn is_v4(&self) -> bool {
        let digit = |byte: u8| byte.is_ascii_digit() || byte == b'.' || byte == b':';
        self.text.bytes().all(digit)
    }
}

/// Tries each endpoint in turn, until `open` succeeds with one of them.
#[inline(always)]
pub(super) fn try_each<T>(
    addr: impl ToSocketAddrs,
    mut what: impl FnMut(Endpoint) -> Result<T, Error>,
) -> io::Result<T> {
    // As std does without any address.
    let mut error = Error::InvalidAddress;
    match addr.to_endpoints()? {
        Endpoints::Addrs(addrs) => {
            for addr in addrs {
                match Endpoint::at(addr).and_then(&mut what) {
                    Ok(done) => return Ok(done),
                    Err(failed) => error = failed,
                }
            }
        }
        Endpoints::Text(text) => {
            let mut texts = Texts::new(text);
            while let Some(text) = texts.next() {
                match Endpoint::written(text).checked().and_then(&mut what) {
                    Ok(done) => return Ok(done),
                    Err(failed) => error = failed,
                }
            }
        }
        #[cfg(feature = "stand-ins")]
        Endpoints::StandIn { host, addr } => {
            let endpoint = Endpoint::standing_in(&host, addr).checked();
            return Ok(endpoint.and_then(what)?);
        }
    }
    Err(error.into())
}

/// The target of a datagram: as an [`Endpoint`], but an address is formatted, and text checked, only when it is opened.
#[derive(Debug)]
pub(super) enum Destination {
    At(SocketAddr),
    Written(Endpoint),
}

impl Destination {
    /// The first endpoint.
    pub(super) fn first(addr: impl ToSocketAddrs) -> io::Result<Self> {
        match addr.to_endpoints()? {
            Endpoints::Addrs(mut addrs) => match addrs.next() {
                Some(addr) => Ok(Self::At(addr)),
                None => Err(Error::InvalidAddress.into()),
            },
            Endpoints::Text(text) => {
                let first = Texts::new(text).next();
                Ok(Self::Written(Endpoint::written(first.unwrap_or_default())))
            }
            #[cfg(feature = "stand-ins")]
            Endpoints::StandIn { host, addr } => {
                Ok(Self::Written(Endpoint::standing_in(&host, addr)))
            }
        }
    }

    pub(super) fn endpoint(&self) -> Result<Endpoint, Error> {
        match self {
            Self::At(addr) => Endpoint::at(*addr),
            Self::Written(endpoint) => endpoint.clone().checked(),
        }
    }

    /// Where it is, if that does not depend on what the host resolves.
    pub(super) fn fixed(&self) -> Option<SocketAddr> {
        match self {
            Self::At(addr) => Some(*addr),
            Self::Written(endpoint) => endpoint.fixed(),
        }
    }

    /// Whether it is the same target.
    pub(super) fn is(&self, endpoint: &Endpoint) -> bool {
        match self {
            Self::At(addr) => endpoint.addr() == Some(*addr),
            Self::Written(written) => endpoint.is(written),
        }
    }

    /// Whether it is an IPv4 address.
    pub(super) fn is_v4(&self) -> bool {
        match self {
            Self::At(addr) => addr.is_ipv4(),
            Self::Written(endpoint) => endpoint.is_v4(),
        }
    }
}

/// The targets of a text: the text itself, or the addresses of `localhost`.
struct Texts {
    text: String,
    /// The index of the port after `localhost:`; 0 for any other text.
    port: usize,
    given: usize,
}

impl Texts {
    fn new(text: String) -> Self {
        let port = localhost(&text).unwrap_or(0);
        Self {
            text,
            port,
            given: 0,
        }
    }

    fn next(&mut self) -> Option<String> {
        let given = self.given;
        self.given = given.wrapping_add(1);
        if self.port == 0 {
            return (given == 0).then(|| core::mem::take(&mut self.text));
        }
        let ip = ["127.0.0.1", "[::1]"].get(given)?;
        Some(joined(&[ip, self.text.get(self.port..)?]))
    }
}

/// The index of the port in `localhost:port`. The name may be in upper case, and may end with a dot.
fn localhost(text: &str) -> Option<usize> {
    let (name, rest) = text.as_bytes().split_at_checked(9)?;
    let port = match rest {
        [b':', ..] => 9,
        [b'.', b':', ..] => 10,
        _ => return None,
    };
    name.eq_ignore_ascii_case(b"localhost").then_some(port)
}

/// Concatenates texts.
fn joined(parts: &[&str]) -> String {
    let mut text = String::new();
    for part in parts {
        text.push_str(part);
    }
    text
}

/// Whether a host is an IPv6 address without brackets.
fn needs_brackets(host: &[u8]) -> bool {
    host.contains(&b':') && !host.starts_with(b"[")
}

/// `host:port`, with the brackets that an IPv6 address needs.
fn bracketed(text: &str) -> String {
    // (`rsplit_once` contains a search that can panic.)
    let colon = text.bytes().rposition(|byte| byte == b':').unwrap_or(0);
    match (text.get(..colon), text.get(colon..)) {
        (Some(host), Some(port)) if needs_brackets(host.as_bytes()) => {
            joined(&["[", host, "]", port])
        }
        _ => text.to_owned(),
    }
}

/// A host and a port as one text.
fn text_of((host, port): (&str, u16)) -> String {
    let port = address::decimal(port);
    if needs_brackets(host.as_bytes()) {
        joined(&["[", host, "]:", &port])
    } else {
        joined(&[host, ":", &port])
    }
}

/// Parses `host:port`.
fn read(text: &str) -> io::Result<vec::IntoIter<SocketAddr>> {
    let (host, port) = text.rsplit_once(':').ok_or(Error::InvalidAddress)?;
    let port = address::number(port.as_bytes(), 10, 0xffff).ok_or(Error::InvalidAddress)? as u16;
    let addrs = match HostText::read(host)? {
        HostText::Ip(IpAddr::V4(ip), _) => vec![SocketAddrV4::new(ip, port).into()],
        HostText::Ip(IpAddr::V6(ip), scope) => vec![SocketAddrV6::new(ip, port, 0, scope).into()],
        HostText::Localhost => LOCALHOST.map(|ip| (ip, port).into()).into(),
        HostText::Name(_) => return Err(Error::NameNotResolved.into()),
    };
    Ok(addrs.into_iter())
}

impl ToSocketAddrs for str {
    type Iter = vec::IntoIter<SocketAddr>;

    fn to_socket_addrs(&self) -> io::Result<Self::Iter> {
        read(self)
    }

    #[inline(always)]
    fn to_endpoints(&self) -> io::Result<Endpoints<Self::Iter>> {
        Ok(Endpoints::Text(bracketed(self)))
    }
}

impl ToSocketAddrs for (&str, u16) {
    type Iter = vec::IntoIter<SocketAddr>;

    fn to_socket_addrs(&self) -> io::Result<Self::Iter> {
        read(&text_of(*self))
    }

    #[inline(always)]
    fn to_endpoints(&self) -> io::Result<Endpoints<Self::Iter>> {
        Ok(Endpoints::Text(text_of(*self)))
    }
}

/// Delegates to a form that is implemented above.
macro_rules! like {
    ($($type:ty: $form:ty, |$self:ident| $as_form:expr;)+) => {$(
        impl ToSocketAddrs for $type {
            type Iter = <$form as ToSocketAddrs>::Iter;

            fn to_socket_addrs(&$self) -> io::Result<Self::Iter> {
                $as_form.to_socket_addrs()
            }

            #[inline(always)]
            fn to_endpoints(&$self) -> io::Result<Endpoints<Self::Iter>> {
                $as_form.to_endpoints()
            }
        }
    )+};
}

like! {
    String: str, |self| self.as_str();
    (String, u16): (&'static str, u16), |self| (self.0.as_str(), self.1);
    SocketAddrV4: SocketAddr, |self| SocketAddr::V4(*self);
    SocketAddrV6: SocketAddr, |self| SocketAddr::V6(*self);
    (IpAddr, u16): SocketAddr, |self| SocketAddr::from(*self);
    (Ipv4Addr, u16): SocketAddr, |self| SocketAddr::from(*self);
    (Ipv6Addr, u16): SocketAddr, |self| SocketAddr::from(*self);
}

impl ToSocketAddrs for SocketAddr {
    type Iter = option::IntoIter<SocketAddr>;

    fn to_socket_addrs(&self) -> io::Result<Self::Iter> {
        Ok(Some(*self).into_iter())
    }
}

impl<'a> ToSocketAddrs for &'a [SocketAddr] {
    type Iter = Cloned<slice::Iter<'a, SocketAddr>>;

    fn to_socket_addrs(&self) -> io::Result<Self::Iter> {
        Ok(self.iter().cloned())
    }
}

impl<T: ToSocketAddrs + ?Sized> ToSocketAddrs for &T {
    type Iter = T::Iter;

    fn to_socket_addrs(&self) -> io::Result<Self::Iter> {
        (**self).to_socket_addrs()
    }

    #[inline(always)]
    fn to_endpoints(&self) -> io::Result<Endpoints<Self::Iter>> {
        (**self).to_endpoints()
    }
}

#[cfg(test)]
mod tests;
