//! What std's sockets take as an address, and how it becomes one the host takes.

use crate::Error;
use crate::address::{self, Address};
use crate::connection::{Connection, Protocol};
use crate::host::DefaultHost;
use core::iter::{Cloned, Once, once};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::{slice, vec};

/// Something that can be connected to.
///
/// This corresponds to [`std::net::ToSocketAddrs`] and is implemented for whatever that is
/// implemented for. The difference is who resolves a name: a plugin cannot, so a name goes to the
/// host as it is. Only `localhost` is known here: it is tried as 127.0.0.1 and then as ::1.
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
    /// Kind `InvalidInput` if it is no address, and `Unsupported` if it is a name that only the
    /// host can resolve: hand the name itself to `connect`.
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

    /// What to ask the host to connect to: socket addresses, or a name.
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
    ///     Endpoints::Addrs(_) => unreachable!("a name is the host's to resolve"),
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
pub enum Endpoints<I> {
    /// Socket addresses, to be tried one after the other.
    Addrs(I),
    /// A name and a port, for the host to resolve.
    Name {
        /// The name.
        host: String,
        /// The port.
        port: u16,
    },
}

impl<I> Endpoints<I> {
    /// The addresses, where the host need not be asked for them.
    fn known(self) -> io::Result<I> {
        match self {
            Endpoints::Addrs(addrs) => Ok(addrs),
            Endpoints::Name { .. } => Err(Error::Unsupported.into()),
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
}

impl Endpoint {
    pub(super) fn open<P: Protocol>(&self) -> Result<Connection<P, DefaultHost>, Error> {
        match self {
            Endpoint::At(addr) => Connection::open(DefaultHost, addr),
            Endpoint::Named(host, port) => Connection::open(DefaultHost, &(host.as_str(), *port)),
        }
    }

    pub(super) fn addr(&self) -> Option<SocketAddr> {
        match self {
            Endpoint::At(addr) => Some(*addr),
            Endpoint::Named(..) => None,
        }
    }
}

/// Tries the addresses that this stands for in turn, until something can be done with one of them.
pub(super) fn try_each<T>(
    addr: impl ToSocketAddrs,
    mut what: impl FnMut(Endpoint) -> Result<T, Error>,
) -> io::Result<T> {
    let addrs = match addr.to_endpoints()? {
        Endpoints::Name { host, port } => return Ok(what(Endpoint::Named(host, port))?),
        Endpoints::Addrs(addrs) => addrs,
    };
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
    let local = host
        .strip_suffix('.')
        .unwrap_or(host)
        .eq_ignore_ascii_case("localhost");
    let addrs = if local {
        vec![
            (Ipv4Addr::LOCALHOST, port).into(),
            (Ipv6Addr::LOCALHOST, port).into(),
        ]
    } else if let Some(ip) = address::ip(host.as_bytes()) {
        vec![(ip, port).into()]
    } else {
        // Checked now, so that what is no name is not called one.
        (host, port).with_text(|_| Ok(()))?;
        return Ok(Endpoints::Name {
            host: host.to_owned(),
            port,
        });
    };
    Ok(Endpoints::Addrs(addrs.into_iter()))
}

impl ToSocketAddrs for str {
    type Iter = vec::IntoIter<SocketAddr>;

    fn to_socket_addrs(&self) -> io::Result<Self::Iter> {
        self.to_endpoints()?.known()
    }

    fn to_endpoints(&self) -> io::Result<Endpoints<Self::Iter>> {
        if let Some(addr) = address::socket_addr(self.as_bytes()) {
            return Ok(Endpoints::Addrs(vec![addr].into_iter()));
        }
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
    type Iter = Once<SocketAddr>;

    fn to_socket_addrs(&self) -> io::Result<Self::Iter> {
        Ok(once(*self))
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
