//! The options of a stream: those that the host alone could set.

use super::TcpStream;
use crate::Error;
use crate::net::SharedTimeout;
use crate::patience::Timeout;
use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::io;

/// What has been asked for and is not passed on: the host has no function for it.
pub(super) struct Hints {
    write_timeout: SharedTimeout,
    nodelay: AtomicBool,
}

impl Hints {
    pub(super) fn new() -> Self {
        Self {
            write_timeout: SharedTimeout::new(Timeout::FOR_EVER),
            nodelay: AtomicBool::new(false),
        }
    }
}

impl TcpStream {
    /// A hint: says how long a write may take.
    ///
    /// This corresponds to [`std::net::TcpStream::set_write_timeout`], but it is only remembered:
    /// the host gives every write 5 s.
    ///
    /// # Errors
    /// Kind `InvalidInput` if the timeout is zero.
    ///
    /// # Example
    /// ```
    /// use harness_wasi_sockets::TcpStream;
    /// use std::time::Duration;
    ///
    /// # let server = harness_host::peers::TcpEcho::v4()?;
    /// let stream = TcpStream::connect(server.addr())?;
    /// stream.set_write_timeout(Some(Duration::from_secs(5)))?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn set_write_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        self.shared.hints.write_timeout.set(timeout)
    }

    /// The last hint given to [`set_write_timeout`](TcpStream::set_write_timeout), `None` at first.
    ///
    /// This corresponds to [`std::net::TcpStream::write_timeout`].
    ///
    /// # Errors
    /// None.
    ///
    /// # Example
    /// ```
    /// use harness_wasi_sockets::TcpStream;
    ///
    /// # let server = harness_host::peers::TcpEcho::v4()?;
    /// let stream = TcpStream::connect(server.addr())?;
    /// assert_eq!(stream.write_timeout()?, None);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn write_timeout(&self) -> io::Result<Option<Duration>> {
        Ok(self.shared.hints.write_timeout.get().get())
    }

    /// A hint: asks that small writes go out at once.
    ///
    /// This corresponds to [`std::net::TcpStream::set_nodelay`], but it is only remembered: the
    /// socket is the host's. (Go's, which hosts are often written in, go out at once in any case.)
    ///
    /// # Errors
    /// None.
    ///
    /// # Example
    /// ```
    /// use harness_wasi_sockets::TcpStream;
    ///
    /// # let server = harness_host::peers::TcpEcho::v4()?;
    /// let stream = TcpStream::connect(server.addr())?;
    /// stream.set_nodelay(true)?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn set_nodelay(&self, nodelay: bool) -> io::Result<()> {
        self.shared.hints.nodelay.store(nodelay, Ordering::Relaxed);
        Ok(())
    }

    /// The last hint given to [`set_nodelay`](TcpStream::set_nodelay), `false` at first.
    ///
    /// This corresponds to [`std::net::TcpStream::nodelay`].
    ///
    /// # Errors
    /// None.
    ///
    /// # Example
    /// ```
    /// use harness_wasi_sockets::TcpStream;
    ///
    /// # let server = harness_host::peers::TcpEcho::v4()?;
    /// let stream = TcpStream::connect(server.addr())?;
    /// stream.set_nodelay(true)?;
    /// assert!(stream.nodelay()?);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn nodelay(&self) -> io::Result<bool> {
        Ok(self.shared.hints.nodelay.load(Ordering::Relaxed))
    }

    /// Not supported: the host has no function to set the time to live.
    ///
    /// This corresponds to [`std::net::TcpStream::set_ttl`].
    ///
    /// # Errors
    /// Always, of kind `Unsupported`.
    ///
    /// # Example
    /// ```
    /// use harness_wasi_sockets::TcpStream;
    /// use std::io::ErrorKind;
    ///
    /// # let server = harness_host::peers::TcpEcho::v4()?;
    /// let stream = TcpStream::connect(server.addr())?;
    /// assert_eq!(stream.set_ttl(64).unwrap_err().kind(), ErrorKind::Unsupported);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn set_ttl(&self, _ttl: u32) -> io::Result<()> {
        Err(Error::Unsupported.into())
    }

    /// Not supported: the host does not tell the time to live.
    ///
    /// This corresponds to [`std::net::TcpStream::ttl`].
    ///
    /// # Errors
    /// Always, of kind `Unsupported`.
    ///
    /// # Example
    /// ```
    /// use harness_wasi_sockets::TcpStream;
    /// use std::io::ErrorKind;
    ///
    /// # let server = harness_host::peers::TcpEcho::v4()?;
    /// let stream = TcpStream::connect(server.addr())?;
    /// assert_eq!(stream.ttl().unwrap_err().kind(), ErrorKind::Unsupported);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn ttl(&self) -> io::Result<u32> {
        Err(Error::Unsupported.into())
    }

    /// The error that is pending: there is none. Whatever goes wrong is the error of the call in
    /// which it went wrong.
    ///
    /// This corresponds to [`std::net::TcpStream::take_error`].
    ///
    /// # Errors
    /// None.
    ///
    /// # Example
    /// ```
    /// use harness_wasi_sockets::TcpStream;
    ///
    /// # let server = harness_host::peers::TcpEcho::v4()?;
    /// let stream = TcpStream::connect(server.addr())?;
    /// assert!(stream.take_error()?.is_none());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn take_error(&self) -> io::Result<Option<io::Error>> {
        Ok(None)
    }

    /// Says whether calls may wait. They may: the host always waits for something to receive.
    ///
    /// This corresponds to [`std::net::TcpStream::set_nonblocking`].
    ///
    /// # Errors
    /// Kind `Unsupported` for `true`.
    ///
    /// # Example
    /// ```
    /// use harness_wasi_sockets::TcpStream;
    /// use std::io::ErrorKind;
    ///
    /// # let server = harness_host::peers::TcpEcho::v4()?;
    /// let stream = TcpStream::connect(server.addr())?;
    /// stream.set_nonblocking(false)?;
    /// assert_eq!(stream.set_nonblocking(true).unwrap_err().kind(), ErrorKind::Unsupported);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn set_nonblocking(&self, nonblocking: bool) -> io::Result<()> {
        if nonblocking {
            Err(Error::Unsupported.into())
        } else {
            Ok(())
        }
    }
}
