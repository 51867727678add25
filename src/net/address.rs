//! What std's sockets take as an address, and how it becomes one the host takes.

use crate::Error;
use crate::address::{self, HostText, LOCALHOST};
use crate::connection::{Connection, Protocol};
use crate::host::DefaultHost;
use core::iter::Cloned;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::{option, slice, vec};

/// Something that can be connected to.
///
/// This corresponds to [`std::net::ToSocketAddrs`], and is implemented for the same types with the same
/// [`Iter`](ToSocketAddrs::Iter)s. The difference is that only the host can resolve a name, and does not
/// return its addresses:
///
/// * A name goes to the host as it is. Only `localhost` is known here: it is tried as 127.0.0.1 and then
///   as ::1.
/// * An IPv6 address may have brackets and a scope wherever a host is given, as in `("[::1]", 80)` and
///   `("fe80::1%4", 80)`. If the scope is the name of an interface (`fe80::1%eth0`), only the host can resolve
///   it: the address counts as a name.
///
/// # Implementing it
/// An implementation for std's trait compiles for this one too. If it may stand for a name, it needs
/// [`to_endpoints`](ToSocketAddrs::to_endpoints) as well, since
/// [`to_socket_addrs`](ToSocketAddrs::to_socket_addrs) of a name is an error: [an example](crate::porting#names).
///
/// # Example
/// ```
/// use harness_wasi_sockets::{TcpStream, ToSocketAddrs};
///
/// /// Takes whatever std's `connect` takes.
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
    /// The addresses that are known without the host's help.
    type Iter: Iterator<Item = SocketAddr>;

    /// The socket addresses that this stands for.
    ///
    /// # Errors
    /// Kind `InvalidInput` if it is no address. Kind `Unsupported` ([`Error::NameNotResolved`]) if it is a
    /// name other than `localhost`: only the host can resolve it, so pass the name itself to `connect` or
    /// [`connect_timeout_to`](super::TcpStream::connect_timeout_to).
    ///
    /// # Example
    /// ```
    /// use harness_wasi_sockets::ToSocketAddrs;
    /// use std::io::ErrorKind;
    ///
    /// let addrs: Vec<_> = "localhost:80".to_socket_addrs()?.collect();
    /// assert_eq!(addrs, ["127.0.0.1:80".parse().unwrap(), "[::1]:80".parse().unwrap()]);
    /// // The host alone knows this one.
    /// let error = "example.org:80".to_socket_addrs().unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Unsupported);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    fn to_socket_addrs(&self) -> io::Result<Self::Iter>;

    /// What to ask the host to connect to: socket addresses, or a name. The sockets call this and not
    /// [`to_socket_addrs`](ToSocketAddrs::to_socket_addrs), which it calls by default.
    ///
    /// It does not exist in std.
    ///
    /// # Errors
    /// Kind `InvalidInput` if it is no address.
    ///
    /// # Example
    /// ```
    /// use harness_wasi_sockets::{Endpoints, ToSocketAddrs};
    ///
    /// match "example.org:80".to_endpoints()? {
    ///     Endpoints::Name { host, port } => assert_eq!((host.as_str(), port), ("example.org", 80)),
    ///     _ => unreachable!("a name is the host's to resolve"),
    /// }
    /// # Ok::<(), std::io::Error>(())
    /// ```
    fn to_endpoints(&self) -> io::Result<Endpoints<Self::Iter>> {
        self.to_socket_addrs().map(Endpoints::Addrs)
    }
}

/// What an address turned out to be.
///
/// # Example
/// ```
/// use harness_wasi_sockets::{Endpoints, ToSocketAddrs};
///
/// assert!(matches!("[::1]:80".to_endpoints()?, Endpoints::Addrs(_)));
/// assert!(matches!("example.org:80".to_endpoints()?, Endpoints::Name { port: 80, .. }));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Endpoints<I> {
    /// Socket addresses, to be tried one after the other.
    Addrs(I),
    /// A name and a port, for the host to resolve.
    Name {
        /// The name; or an IPv6 address whose scope is the name of an interface, without brackets.
        host: String,
        /// The port.
        port: u16,
    },
    /// A name, and the address that its user knows it by: [`peer_addr`](super::TcpStream::peer_addr) and
    /// `recv_from` return that one. For `harness-std`, whose users have no names, only addresses.
    #[cfg(feature = "stand-ins")]
    #[doc(hidden)]
    StandIn {
        /// The name.
        host: String,
        /// What stands for it, with the port.
        addr: SocketAddr,
    },
}

impl<I> Endpoints<I> {
    /// The addresses, where the host need not be asked for them.
    fn known(self) -> io::Result<I> {
        match self {
            Endpoints::Addrs(addrs) => Ok(addrs),
            Endpoints::Name { .. } => Err(Error::NameNotResolved.into()),
            #[cfg(feature = "stand-ins")]
            Endpoints::StandIn { .. } => Err(Error::NameNotResolved.into()),
        }
    }
}

/// One that can be connected to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Endpoint {
    /// Whose address is known.
    At(SocketAddr),
    /// Whose address only the host knows.
    Named(String, u16),
    /// The same, and the address that the caller knows it by.
    #[cfg(feature = "stand-ins")]
    StandIn(String, SocketAddr),
}

impl Endpoint {
    pub(super) fn open<P: Protocol>(&self) -> Result<Connection<P, DefaultHost>, Error> {
        match self {
            Endpoint::At(addr) => Connection::open(DefaultHost, addr),
            Endpoint::Named(host, port) => Connection::open(DefaultHost, &(host.as_str(), *port)),
            #[cfg(feature = "stand-ins")]
            Endpoint::StandIn(host, addr) => {
                Connection::open(DefaultHost, &(host.as_str(), addr.port()))
            }
        }
    }

    /// The address that the caller knows it by; `None` if only the host knows one.
    pub(super) fn addr(&self) -> Option<SocketAddr> {
        match self {
            Endpoint::At(addr) => Some(*addr),
            Endpoint::Named(..) => None,
            #[cfg(feature = "stand-ins")]
            Endpoint::StandIn(_, addr) => Some(*addr),
        }
    }

    /// Where it is, if that does not depend on what the host resolves.
    pub(super) fn fixed(&self) -> Option<SocketAddr> {
        match self {
            Endpoint::At(addr) => Some(*addr),
            _ => None,
        }
    }
}

/// Tries the addresses that this stands for in turn, until something can be done with one of them.
pub(super) fn try_each<T>(
    addr: impl ToSocketAddrs,
    mut what: impl FnMut(Endpoint) -> Result<T, Error>,
) -> io::Result<T> {
    let (host, port) = match addr.to_endpoints()? {
        Endpoints::Addrs(addrs) => return try_addrs(addrs, what),
        Endpoints::Name { host, port } => (host, port),
        #[cfg(feature = "stand-ins")]
        Endpoints::StandIn { host, addr } => return Ok(what(Endpoint::StandIn(host, addr))?),
    };
    // Read again: an implementation of somebody else's may call anything a name.
    match endpoints(&host, port)? {
        Endpoints::Addrs(addrs) => try_addrs(addrs, what),
        Endpoints::Name { host, port } => Ok(what(Endpoint::Named(host, port))?),
        #[cfg(feature = "stand-ins")]
        Endpoints::StandIn { .. } => Err(Error::InvalidAddress.into()),
    }
}

fn try_addrs<T>(
    addrs: impl Iterator<Item = SocketAddr>,
    mut what: impl FnMut(Endpoint) -> Result<T, Error>,
) -> io::Result<T> {
    // As std's error for no address at all.
    let mut error = Error::InvalidAddress;
    for addr in addrs {
        match what(Endpoint::At(addr)) {
            Ok(done) => return Ok(done),
            Err(failed) => error = failed,
        }
    }
    Err(error.into())
}

/// A host and a port, wherever they came from.
fn endpoints(host: &str, port: u16) -> io::Result<Endpoints<vec::IntoIter<SocketAddr>>> {
    let addrs = match HostText::read(host)? {
        HostText::Ip(IpAddr::V4(ip), _) => vec![SocketAddrV4::new(ip, port).into()],
        HostText::Ip(IpAddr::V6(ip), scope) => vec![SocketAddrV6::new(ip, port, 0, scope).into()],
        HostText::Localhost => LOCALHOST.map(|ip| (ip, port).into()).into(),
        HostText::Name(host) => {
            let host = host.to_owned();
            return Ok(Endpoints::Name { host, port });
        }
    };
    Ok(Endpoints::Addrs(addrs.into_iter()))
}

impl ToSocketAddrs for str {
    type Iter = vec::IntoIter<SocketAddr>;

    fn to_socket_addrs(&self) -> io::Result<Self::Iter> {
        self.to_endpoints()?.known()
    }

    fn to_endpoints(&self) -> io::Result<Endpoints<Self::Iter>> {
        let (host, port) = self.rsplit_once(':').ok_or(Error::InvalidAddress)?;
        let port = address::number(port.as_bytes(), 10, 0xffff).ok_or(Error::InvalidAddress)?;
        endpoints(host, port as u16)
    }
}

impl ToSocketAddrs for (&str, u16) {
    type Iter = vec::IntoIter<SocketAddr>;

    fn to_socket_addrs(&self) -> io::Result<Self::Iter> {
        self.to_endpoints()?.known()
    }

    fn to_endpoints(&self) -> io::Result<Endpoints<Self::Iter>> {
        endpoints(self.0, self.1)
    }
}

/// What stands for another form that is implemented above.
macro_rules! like {
    ($($type:ty: $form:ty, |$self:ident| $as_form:expr;)+) => {$(
        impl ToSocketAddrs for $type {
            type Iter = <$form as ToSocketAddrs>::Iter;

            fn to_socket_addrs(&$self) -> io::Result<Self::Iter> {
                $as_form.to_socket_addrs()
            }

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

    fn to_endpoints(&self) -> io::Result<Endpoints<Self::Iter>> {
        (**self).to_endpoints()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::fmt;
    use std::io::ErrorKind;

    fn addrs(addr: impl ToSocketAddrs) -> Result<Vec<SocketAddr>, ErrorKind> {
        addr.to_socket_addrs()
            .map(Iterator::collect)
            .map_err(|error| error.kind())
    }

    #[test]
    fn every_form_that_std_takes() {
        let v4 = "127.0.0.1:80".parse::<SocketAddr>().unwrap();
        let (text, reference) = (String::from("127.0.0.1:80"), &&v4);
        let v6 = "[::1]:80".parse::<SocketAddr>().unwrap();
        for found in [
            addrs("127.0.0.1:80"),
            addrs(String::from("127.0.0.1:80")),
            addrs(&text),
            addrs(("127.0.0.1", 80)),
            addrs((String::from("127.0.0.1"), 80)),
            addrs((IpAddr::from([127, 0, 0, 1]), 80)),
            addrs((Ipv4Addr::LOCALHOST, 80)),
            addrs(v4),
            addrs(reference),
            addrs(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 80)),
            addrs(&[v4][..]),
        ] {
            assert_eq!(found, Ok(vec![v4]));
        }
        for found in [
            addrs("[::1]:80"),
            addrs("::1:80"),
            addrs(("::1", 80)),
            addrs((Ipv6Addr::LOCALHOST, 80)),
            addrs(SocketAddrV6::new(Ipv6Addr::LOCALHOST, 80, 0, 0)),
        ] {
            assert_eq!(found, Ok(vec![v6]));
        }
        for found in [
            addrs("localhost:80"),
            addrs(("LOCALHOST.", 80)),
            addrs(&[v4, v6][..]),
        ] {
            assert_eq!(found, Ok(vec![v4, v6]));
        }
        assert_eq!(addrs(&[][..]), Ok(vec![]));
    }

    /// What an address turned out to be: the socket addresses, or the name and the port.
    fn endpoints(
        addr: impl ToSocketAddrs<Iter: fmt::Debug>,
    ) -> Result<(Vec<SocketAddr>, Option<String>), ErrorKind> {
        match addr.to_endpoints() {
            Ok(Endpoints::Addrs(addrs)) => Ok((addrs.collect(), None)),
            Ok(Endpoints::Name { host, port: 80 }) => Ok((Vec::new(), Some(host))),
            Ok(other) => panic!("{other:?}"),
            Err(error) => Err(error.kind()),
        }
    }

    /// With and without brackets, with and without the number of a scope, apart and in one text.
    #[test]
    fn an_ipv6_address_is_one_in_every_form() {
        for (ip, scope) in [
            ("::1", 0),
            ("2001:db8::1", 0),
            ("::ffff:127.0.0.1", 0),
            ("1:2:3:4:5:6:7:8", 0),
            ("fe80::1%4", 4),
            ("fe80::1%0", 0),
            ("fe80::1%4294967295", u32::MAX),
        ] {
            let address = ip.split('%').next().unwrap().parse().unwrap();
            let expected = Ok((vec![SocketAddrV6::new(address, 80, 0, scope).into()], None));
            assert_eq!(endpoints((ip, 80)), expected, "{ip}");
            assert_eq!(endpoints((format!("[{ip}]"), 80)), expected, "[{ip}]");
            assert_eq!(endpoints(format!("[{ip}]:80")), expected, "[{ip}]:80");
            assert_eq!(endpoints(format!("{ip}:80")), expected, "{ip}:80");
        }
    }

    /// The number of an interface is known to the host alone; brackets are not part of the name.
    #[test]
    fn a_scope_by_name_is_for_the_host() {
        let expected = Ok((Vec::new(), Some("fe80::1%eth0".to_owned())));
        for found in [
            endpoints(("fe80::1%eth0", 80)),
            endpoints(("[fe80::1%eth0]", 80)),
            endpoints("[fe80::1%eth0]:80"),
            endpoints("fe80::1%eth0:80"),
        ] {
            assert_eq!(found, expected);
        }
    }

    /// `rsplit_once(':')` makes a port of the last group, and a name of what is before it.
    #[test]
    fn an_ipv6_address_whose_port_was_forgotten_is_none() {
        for bad in [
            "::1",
            "2001:db8::1",
            "fe80::1",
            "1:2:3:4:5:6:7:8",
            "1::",
            "::",
            "fe80::1%4",
        ] {
            assert_eq!(endpoints(bad), Err(ErrorKind::InvalidInput), "{bad:?}");
        }
    }

    /// Whatever is taken is a name, an IPv4 address or an IPv6 address; and a name has no character
    /// in it that one of the others has.
    #[test]
    fn what_is_taken_is_exactly_one_of_the_forms() {
        let hosts = crate::address::tests::texts();
        let ports = ["", ":", ":80", ":65535", ":65536", ":8o"];
        let mut taken = 0;
        for host in &hosts {
            for port in ports {
                taken += u32::from(one_form(format!("{host}{port}")));
                taken += u32::from(one_form(format!("[{host}]{port}")));
            }
            taken += u32::from(one_form((&**host, 80)));
        }
        assert!(taken > 1_000, "{taken}");
    }

    fn one_form(addr: impl ToSocketAddrs + fmt::Debug) -> bool {
        match addr.to_endpoints() {
            Ok(Endpoints::Addrs(addrs)) => assert!(matches!(addrs.count(), 1 | 2), "{addr:?}"),
            Ok(Endpoints::Name { host, .. }) => {
                let name = !host.contains([':', '[', ']', '%']) && !host.starts_with('-');
                let scoped = host.split_once('%').is_some_and(|(ip, scope)| {
                    ip.parse::<Ipv6Addr>().is_ok() && scope.parse::<u32>().is_err()
                });
                assert!(name || scoped, "{addr:?}: {host:?}");
                assert!(host.parse::<IpAddr>().is_err(), "{addr:?}");
            }
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::InvalidInput, "{addr:?}");
                return false;
            }
        }
        true
    }

    /// Whatever somebody's own implementation calls a name.
    struct Called(&'static str);

    impl ToSocketAddrs for Called {
        type Iter = vec::IntoIter<SocketAddr>;

        fn to_socket_addrs(&self) -> io::Result<Self::Iter> {
            self.to_endpoints()?.known()
        }

        fn to_endpoints(&self) -> io::Result<Endpoints<Self::Iter>> {
            let host = self.0.to_owned();
            Ok(Endpoints::Name { host, port: 80 })
        }
    }

    #[test]
    fn what_is_called_a_name_is_read_before_it_is_tried() {
        let tried = |name| {
            let mut tried = Vec::new();
            let what = |endpoint: Endpoint| {
                tried.push(endpoint);
                Err::<(), _>(Error::ConnectFailed)
            };
            let kind = try_each(Called(name), what).unwrap_err().kind();
            (kind, tried)
        };
        let refused = ErrorKind::ConnectionRefused;
        let at = |addr: &str| Endpoint::At(addr.parse().unwrap());
        assert_eq!(tried("[::1]"), (refused, vec![at("[::1]:80")]));
        assert_eq!(
            tried("localhost"),
            (refused, vec![at("127.0.0.1:80"), at("[::1]:80")])
        );
        let named = vec![Endpoint::Named("example.org".to_owned(), 80)];
        assert_eq!(tried("example.org"), (refused, named));
        for bad in ["", "1:2:3", "a:b", "-a", "[example.org]"] {
            assert_eq!(tried(bad), (ErrorKind::InvalidInput, vec![]), "{bad:?}");
        }
    }

    #[test]
    fn names_are_for_the_host() {
        for endpoints in [
            "example.org:80".to_endpoints(),
            ("example.org", 80).to_endpoints(),
        ] {
            let Ok(Endpoints::Name { host, port }) = endpoints else {
                panic!("{endpoints:?} is no name");
            };
            assert_eq!((host.as_str(), port), ("example.org", 80));
        }
        assert_eq!(addrs("example.org:80"), Err(ErrorKind::Unsupported));
        assert_eq!(addrs(("example.org", 80)), Err(ErrorKind::Unsupported));
    }

    #[test]
    fn what_is_no_address() {
        for bad in [
            "",
            ":",
            "localhost",
            "127.0.0.1",
            "localhost:",
            ":80",
            "localhost:65536",
            "localhost:+80",
            "a b:80",
            "a\0:80",
            "a:80\0",
            "a:80 ",
            "user@host:80",
        ] {
            assert_eq!(addrs(bad), Err(ErrorKind::InvalidInput), "{bad:?}");
        }
        assert_eq!(addrs(("", 80)), Err(ErrorKind::InvalidInput));
        assert_eq!(
            addrs(("a".repeat(300).as_str(), 80)),
            Err(ErrorKind::InvalidInput)
        );
    }
}
