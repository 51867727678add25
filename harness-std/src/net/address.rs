//! std's `ToSocketAddrs`. A name has one address, which stands for it.

use crate::stand_ins;
use harness_wasi_sockets::net::{Endpoints, ToSocketAddrs as Known};
use real::io::{self, ErrorKind};
use real::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use real::prelude::rust_2024::*;
use real::{vec, vec::IntoIter};

/// As `std::net::ToSocketAddrs`.
///
/// A name, including `localhost`, gets one address of 198.18.0.0/15. When the address is connected or sent to, with any
/// port, it becomes the name again. `peer_addr` and `recv_from` return that address.
pub trait ToSocketAddrs {
    /// As std's.
    type Iter: Iterator<Item = SocketAddr>;

    /// As std's.
    ///
    /// # Errors
    /// Kind `InvalidInput` if it is not a valid address; `QuotaExceeded` if the plugin has already resolved 4,096
    /// different names.
    fn to_socket_addrs(&self) -> io::Result<Self::Iter>;
}

/// Types that are always addresses.
macro_rules! known {
    ($($type:ty),+) => {$(
        impl ToSocketAddrs for $type {
            type Iter = <$type as Known>::Iter;

            fn to_socket_addrs(&self) -> io::Result<Self::Iter> {
                Known::to_socket_addrs(self)
            }
        }
    )+};
}

known! { SocketAddr, SocketAddrV4, SocketAddrV6, (IpAddr, u16), (Ipv4Addr, u16), (Ipv6Addr, u16) }

impl<'a> ToSocketAddrs for &'a [SocketAddr] {
    type Iter = <&'a [SocketAddr] as Known>::Iter;

    fn to_socket_addrs(&self) -> io::Result<Self::Iter> {
        Known::to_socket_addrs(self)
    }
}

/// Types that may be names.
macro_rules! text {
    ($($type:ty),+) => {$(
        impl ToSocketAddrs for $type {
            type Iter = IntoIter<SocketAddr>;

            fn to_socket_addrs(&self) -> io::Result<Self::Iter> {
                stand_in(Known::to_socket_addrs(self), || self.to_endpoints())
            }
        }
    )+};
}

text! { str, String, (&str, u16), (String, u16) }

impl<T: ToSocketAddrs + ?Sized> ToSocketAddrs for &T {
    type Iter = T::Iter;

    fn to_socket_addrs(&self) -> io::Result<Self::Iter> {
        (**self).to_socket_addrs()
    }
}

/// Returns the known addresses, or the one that stands for the name in `endpoints`.
fn stand_in(
    known: io::Result<IntoIter<SocketAddr>>,
    endpoints: impl FnOnce() -> io::Result<Endpoints<IntoIter<SocketAddr>>>,
) -> io::Result<IntoIter<SocketAddr>> {
    let text;
    let (host, port) = match known {
        Ok(addrs) => match addrs.as_slice() {
            // The library resolves only this name. Some code tries two addresses of one name at once, in threads, which
            // a plugin does not have.
            [first, _] => ("localhost", first.port()),
            _ => return Ok(addrs),
        },
        // A name, or an IPv6 address whose scope is a name.
        Err(error) if error.kind() == ErrorKind::Unsupported => {
            let Endpoints::Text(given) = endpoints()? else {
                return Err(error);
            };
            text = given;
            let (host, port) = text.rsplit_once(':').ok_or_else(no_address)?;
            let inside = host
                .strip_prefix('[')
                .and_then(|host| host.strip_suffix(']'));
            (
                inside.unwrap_or(host),
                port.parse().map_err(|_| no_address())?,
            )
        }
        Err(error) => return Err(error),
    };
    let address = SocketAddr::from((stand_ins::address(host)?, port));
    Ok(vec![address].into_iter())
}

/// An address, or the name that it stands for.
#[derive(Clone, Copy)]
pub(super) struct At(pub SocketAddr);

impl Known for At {
    type Iter = <SocketAddr as Known>::Iter;

    fn to_socket_addrs(&self) -> io::Result<Self::Iter> {
        Known::to_socket_addrs(&self.0)
    }

    fn to_endpoints(&self) -> io::Result<Endpoints<Self::Iter>> {
        let addr = self.0;
        let name = match addr {
            SocketAddr::V4(addr) => stand_ins::name(*addr.ip()),
            SocketAddr::V6(_) => None,
        };
        match name {
            Some(host) => Ok(Endpoints::StandIn { host, addr }),
            None => addr.to_endpoints(),
        }
    }
}

/// Tries the addresses in turn, like std, until `what` succeeds.
pub(super) fn try_each<T>(
    addr: impl ToSocketAddrs,
    mut what: impl FnMut(At) -> io::Result<T>,
) -> io::Result<T> {
    let mut error = None;
    for addr in addr.to_socket_addrs()? {
        match what(At(addr)) {
            Ok(done) => return Ok(done),
            Err(failed) => error = Some(failed),
        }
    }
    Err(error.unwrap_or_else(no_address))
}

pub(super) fn no_address() -> io::Error {
    io::Error::new(ErrorKind::InvalidInput, "no address")
}
