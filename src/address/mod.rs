//! Addresses in the host's form: checked text, `host:port`.
//!
//! Names are not resolved here, since only the host can do that. They are only checked, so that nothing in them can be
//! misread later.

mod check;
#[cfg(any(
    feature = "std",
    feature = "embedded-nal-async-v0.9",
    feature = "edge-nal-v0.7"
))]
mod host;
mod parse;
mod write;

use crate::Error;
pub(crate) use check::check_target;
use check::{LONGEST_NAME, check_endpoint};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use heapless::String;
#[cfg(feature = "std")]
pub(crate) use host::number;
#[cfg(any(
    feature = "std",
    feature = "embedded-nal-async-v0.9",
    feature = "edge-nal-v0.7"
))]
pub(crate) use host::{HostText, LOCALHOST};
pub(crate) use parse::ip;
#[cfg(feature = "std")]
pub(crate) use write::decimal;
use write::{TEN, push, push_number, push_port, push_v4, push_v6};

/// Room for the longest `host:port`: a name, a trailing dot, a colon, a port; or an IPv6 address with brackets and
/// scope.
const ROOM: usize = LONGEST_NAME + 1 + 1 + 5;

/// An address to connect to: text, a socket address, or a host and a port.
///
/// It corresponds to `std::net::ToSocketAddrs`, but yields one address, as text for the host. Text can be a `str`, a
/// `[u8]`, with `std` a `String`, and with the feature `heapless-v0.9` a `heapless::String`. It has the form
/// `host:port`, where `host` is a name (resolved by the host), an IPv4 address, or an IPv6 address in brackets, with or
/// without a scope (`[fe80::1%eth0]:80`). In a pair of host and port the brackets may be omitted. The text is checked
/// before the host gets it. It is [`Error::InvalidAddress`] if it does not have this form, or if
///
/// * a name is longer than 253 bytes, begins with `-`, or contains characters other than letters, digits, `-`, `_` and
///   `.`;
/// * a label, scope or port has more than 63 characters;
/// * the port is more than 65535;
/// * an IPv6 address does not have the shape of one: it has fewer than two colons, or a single colon at its end, as in
///   `2001:db8:`. The host checks whether its groups form an address; if not, it does not connect.
///
/// # Example
/// ```
/// use embedded_io::Write;
/// use harness_wasi_sockets::embedded::{Address, Error, TcpStream};
///
/// # let server = harness_host::peers::TcpEcho::v4().unwrap();
/// /// Takes a name and a port, a socket address, or both in one text.
/// fn greet(server: impl Address) -> Result<(), Error> {
///     TcpStream::connect(server)?.write_all(b"Hello")
/// }
///
/// greet(server.addr())?;
/// greet(("localhost", server.addr().port()))?;
/// assert_eq!(greet("no port"), Err(Error::InvalidAddress));
/// # Ok::<(), harness_wasi_sockets::Error>(())
/// ```
pub trait Address: sealed::Sealed {
    /// Calls `then` with the address as checked text.
    ///
    /// # Errors
    /// [`Error::InvalidAddress`], or what `then` returns.
    #[doc(hidden)]
    fn with_text<R>(&self, then: impl FnOnce(&[u8]) -> Result<R, Error>) -> Result<R, Error>;

    /// Whether it is known to be an IPv4 address. Text is not inspected.
    #[doc(hidden)]
    fn is_v4(&self) -> bool {
        false
    }
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! address {
    ($($type:ty: |$self:ident, $then:ident| $body:expr $(, v4: $v4:expr)?;)+) => {$(
        impl sealed::Sealed for $type {}
        impl Address for $type {
            fn with_text<R>(
                &$self,
                $then: impl FnOnce(&[u8]) -> Result<R, Error>,
            ) -> Result<R, Error> {
                $body
            }
            $(
                fn is_v4(&$self) -> bool {
                    $v4
                }
            )?
        }
    )+};
}

address! {
    [u8]: |self, then| {
        check_endpoint(self)?;
        then(self)
    };
    str: |self, then| self.as_bytes().with_text(then);
    SocketAddr: |self, then| match self {
        SocketAddr::V4(address) => address.with_text(then),
        SocketAddr::V6(address) => address.with_text(then),
    }, v4: self.is_ipv4();
    SocketAddrV4: |self, then| {
        let mut text = String::<21>::new();
        push_v4(&mut text, *self.ip())?;
        push_port(&mut text, self.port())?;
        then(text.as_bytes())
    }, v4: true;
    SocketAddrV6: |self, then| {
        let mut text = String::<58>::new();
        push(&mut text, b'[')?;
        push_v6(&mut text, *self.ip())?;
        if self.scope_id() != 0 {
            push(&mut text, b'%')?;
            push_number(&mut text, self.scope_id(), TEN)?;
        }
        push(&mut text, b']')?;
        push_port(&mut text, self.port())?;
        then(text.as_bytes())
    };
    (IpAddr, u16): |self, then| SocketAddr::from(*self).with_text(then), v4: self.0.is_ipv4();
    (Ipv4Addr, u16): |self, then| SocketAddrV4::new(self.0, self.1).with_text(then), v4: true;
    (Ipv6Addr, u16): |self, then| SocketAddrV6::new(self.0, self.1, 0, 0).with_text(then);
    (&str, u16): |self, then| {
        let mut text = String::<ROOM>::new();
        let host = self.0;
        let bare_v6 = host.contains(':') && !host.starts_with('[');
        if bare_v6 {
            push(&mut text, b'[')?;
        }
        text.push_str(host).map_err(|_| Error::InvalidAddress)?;
        if bare_v6 {
            push(&mut text, b']')?;
        }
        push_port(&mut text, self.1)?;
        text.as_str().with_text(then)
    };
}

/// `host:port` that is passed to the host unchecked. Without the check, a small plugin is about 350 bytes smaller.
///
/// Use it only for text that you know, such as a constant. Text from elsewhere may contain something that the host
/// misinterprets: a NUL, a second address, an option of a command.
///
/// # Example
/// ```no_run
/// use harness_wasi_sockets::embedded::{TcpStream, Unchecked};
///
/// let stream = TcpStream::connect(Unchecked("192.0.2.1:80"))?;
/// # Ok::<(), harness_wasi_sockets::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Unchecked<T>(pub T);

impl<T: AsRef<[u8]>> sealed::Sealed for Unchecked<T> {}
impl<T: AsRef<[u8]>> Address for Unchecked<T> {
    fn with_text<R>(&self, then: impl FnOnce(&[u8]) -> Result<R, Error>) -> Result<R, Error> {
        then(self.0.as_ref())
    }
}

#[cfg(feature = "std")]
address! {
    std::string::String: |self, then| self.as_str().with_text(then);
}

/// The feature has a version in its name because `heapless` has no 1.0 yet.
#[cfg(feature = "heapless-v0.9")]
impl<const N: usize> Address for String<N> {
    fn with_text<R>(&self, then: impl FnOnce(&[u8]) -> Result<R, Error>) -> Result<R, Error> {
        self.as_str().with_text(then)
    }
}
#[cfg(feature = "heapless-v0.9")]
impl<const N: usize> sealed::Sealed for String<N> {}

impl<A: Address + ?Sized> sealed::Sealed for &A {}
impl<A: Address + ?Sized> Address for &A {
    fn with_text<R>(&self, then: impl FnOnce(&[u8]) -> Result<R, Error>) -> Result<R, Error> {
        (**self).with_text(then)
    }

    fn is_v4(&self) -> bool {
        (**self).is_v4()
    }
}

#[cfg(all(test, feature = "std"))]
pub(crate) mod tests;
