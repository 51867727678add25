//! std's stream, on top of the library's.

use super::address::{At, try_each};
use super::{Shutdown, SocketAddr, ToSocketAddrs, forward};
use core::fmt;
use core::time::Duration;
use harness_wasi_sockets::net as ours;
use real::io::{self, IoSlice, IoSliceMut, Read, Write};
use real::prelude::rust_2024::*;

/// As `std::net::TcpStream`, on top of the host's functions.
pub struct TcpStream(ours::TcpStream);

impl TcpStream {
    /// As `std::net::TcpStream::connect`.
    pub fn connect<A: ToSocketAddrs>(addr: A) -> io::Result<TcpStream> {
        try_each(addr, ours::TcpStream::connect).map(TcpStream)
    }

    /// As `std::net::TcpStream::connect_timeout`. The host always tries for up to 5 s.
    pub fn connect_timeout(addr: &SocketAddr, timeout: Duration) -> io::Result<TcpStream> {
        ours::TcpStream::connect_timeout_to(At(*addr), timeout).map(TcpStream)
    }

    /// As `std::net::TcpStream::try_clone`.
    pub fn try_clone(&self) -> io::Result<TcpStream> {
        self.0.try_clone().map(TcpStream)
    }
}

forward! { TcpStream:
    peer_addr() -> SocketAddr;
    local_addr() -> SocketAddr;
    shutdown(how: Shutdown) -> ();
    peek(buf: &mut [u8]) -> usize;
    set_read_timeout(timeout: Option<Duration>) -> ();
    read_timeout() -> Option<Duration>;
    set_write_timeout(timeout: Option<Duration>) -> ();
    write_timeout() -> Option<Duration>;
    set_nodelay(nodelay: bool) -> ();
    nodelay() -> bool;
    set_ttl(ttl: u32) -> ();
    ttl() -> u32;
    take_error() -> Option<io::Error>;
    set_nonblocking(nonblocking: bool) -> ();
}

macro_rules! read_and_write {
    ($($type:ty),+) => {$(
        impl Read for $type {
            fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
                (&self.0).read(buf)
            }

            fn read_vectored(&mut self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
                (&self.0).read_vectored(bufs)
            }
        }

        impl Write for $type {
            fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
                (&self.0).write(buf)
            }

            fn write_vectored(&mut self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
                (&self.0).write_vectored(bufs)
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
    )+};
}

read_and_write! { TcpStream, &TcpStream }

impl fmt::Debug for TcpStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
