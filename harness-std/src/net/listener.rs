//! A listener: a type that code can name, but that has no values.

use super::{SocketAddr, TcpStream, ToSocketAddrs};
use core::convert::Infallible;
use core::marker::PhantomData;
use real::io::{self, ErrorKind};
use real::prelude::rust_2024::*;

/// As `std::net::TcpListener`, but without values: a plugin cannot listen.
#[derive(Debug)]
pub struct TcpListener(Infallible);

impl TcpListener {
    /// Always an error of kind `Unsupported`: a plugin cannot listen.
    ///
    /// # Errors
    /// Kind `InvalidInput` if `addr` is not a valid address.
    pub fn bind<A: ToSocketAddrs>(addr: A) -> io::Result<TcpListener> {
        let _ = addr.to_socket_addrs()?;
        Err(io::Error::new(
            ErrorKind::Unsupported,
            "a plugin cannot listen: the host has no function for it",
        ))
    }

    /// As std's.
    pub fn incoming(&self) -> Incoming<'_> {
        match self.0 {}
    }
}

/// std's other methods.
macro_rules! nothing {
    ($($name:ident($($arg:ident: $type:ty),*) -> $result:ty;)+) => {
        impl TcpListener {$(
            /// As std's.
            pub fn $name(&self, $($arg: $type),*) -> io::Result<$result> {
                match self.0 {}
            }
        )+}
    };
}

nothing! {
    local_addr() -> SocketAddr;
    try_clone() -> TcpListener;
    accept() -> (TcpStream, SocketAddr);
    set_ttl(_ttl: u32) -> ();
    ttl() -> u32;
    set_only_v6(_only_v6: bool) -> ();
    only_v6() -> bool;
    take_error() -> Option<io::Error>;
    set_nonblocking(_nonblocking: bool) -> ();
}

/// As `std::net::Incoming`.
#[derive(Debug)]
pub struct Incoming<'a>(Infallible, PhantomData<&'a TcpListener>);

impl Iterator for Incoming<'_> {
    type Item = io::Result<TcpStream>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.0 {}
    }
}
