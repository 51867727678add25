//! The options of a stream.

use super::TcpStream;
use crate::Error;
use crate::net::options::{options, unsupported};
use core::sync::atomic::Ordering;
use core::time::Duration;
use std::io;

options!(TcpStream: "a read waits for its first byte", "30 s");

impl TcpStream {
    /// Only remembers the value: the host owns the socket, and sends small writes at once anyway.
    ///
    /// This corresponds to [`std::net::TcpStream::set_nodelay`].
    pub fn set_nodelay(&self, nodelay: bool) -> io::Result<()> {
        self.shared.options.flag.store(nodelay, Ordering::Relaxed);
        Ok(())
    }

    /// Returns the last value given to [`set_nodelay`](TcpStream::set_nodelay), `false` by default.
    ///
    /// This corresponds to [`std::net::TcpStream::nodelay`].
    pub fn nodelay(&self) -> io::Result<bool> {
        Ok(self.shared.options.flag.load(Ordering::Relaxed))
    }
}
