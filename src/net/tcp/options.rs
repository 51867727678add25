//! The options of a stream.

use super::TcpStream;
use crate::Error;
use crate::net::options::{options, unsupported};
use core::sync::atomic::Ordering;
use core::time::Duration;
use std::io;

options!(TcpStream: "a read waits for its first byte", "30 s");

impl TcpStream {
    /// A hint, remembered and no more: the socket is the host's. (A host written in Go sends small writes at
    /// once in any case.)
    ///
    /// This corresponds to [`std::net::TcpStream::set_nodelay`].
    pub fn set_nodelay(&self, nodelay: bool) -> io::Result<()> {
        self.shared.options.flag.store(nodelay, Ordering::Relaxed);
        Ok(())
    }

    /// The last hint given to [`set_nodelay`](TcpStream::set_nodelay), `false` by default.
    ///
    /// This corresponds to [`std::net::TcpStream::nodelay`].
    pub fn nodelay(&self) -> io::Result<bool> {
        Ok(self.shared.options.flag.load(Ordering::Relaxed))
    }
}
