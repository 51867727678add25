//! The options of a UDP socket: its timeouts, and those that the host alone could set.

use super::UdpSocket;
use crate::Error;
use crate::net::SharedTimeout;
use crate::patience::Timeout;
use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};

/// What has been asked for and is not passed on: the host has no function for it.
pub(super) struct Hints {
    write_timeout: SharedTimeout,
    broadcast: AtomicBool,
}

impl Hints {
    pub(super) fn new() -> Self {
        Self {
            write_timeout: SharedTimeout::new(Timeout::FOR_EVER),
            broadcast: AtomicBool::new(false),
        }
    }
}

impl UdpSocket {
    /// Sets how long a receive waits for a datagram; `None` is forever. By default it waits 5 s.
    ///
    /// This corresponds to [`std::net::UdpSocket::set_read_timeout`]. The host waits 5 s at a time,
    /// so the timeout is rounded up to a multiple of that. A socket with several peers asks each of
    /// them at least once. Without a real clock, forever is an hour.
    ///
    /// # Errors
    /// Kind `InvalidInput` if the timeout is zero.
    ///
    /// # Example
    /// ```
    /// use harness_wasi_sockets::UdpSocket;
    /// use std::time::Duration;
    ///
    /// let socket = UdpSocket::bind("0.0.0.0:0")?;
    /// socket.set_read_timeout(Some(Duration::from_secs(10)))?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn set_read_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        self.shared.read_timeout.set(timeout)
    }

    /// How long a receive waits for a datagram: by default `Some` of 5 s.
    ///
    /// This corresponds to [`std::net::UdpSocket::read_timeout`].
    ///
    /// # Errors
    /// None.
    ///
    /// # Example
    /// ```
    /// use harness_wasi_sockets::UdpSocket;
    /// use std::time::Duration;
    ///
    /// let socket = UdpSocket::bind("0.0.0.0:0")?;
    /// assert_eq!(socket.read_timeout()?, Some(Duration::from_secs(5)));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn read_timeout(&self) -> io::Result<Option<Duration>> {
        Ok(self.shared.read_timeout.get().get())
    }

    /// A hint: says how long a send may take.
    ///
    /// This corresponds to [`std::net::UdpSocket::set_write_timeout`], but it is only remembered:
    /// the host gives every send 5 s.
    ///
    /// # Errors
    /// Kind `InvalidInput` if the timeout is zero.
    ///
    /// # Example
    /// ```
    /// use harness_wasi_sockets::UdpSocket;
    /// use std::time::Duration;
    ///
    /// let socket = UdpSocket::bind("0.0.0.0:0")?;
    /// socket.set_write_timeout(Some(Duration::from_secs(5)))?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn set_write_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        self.shared.hints.write_timeout.set(timeout)
    }

    /// The last hint given to [`set_write_timeout`](UdpSocket::set_write_timeout), by default `None`.
    ///
    /// This corresponds to [`std::net::UdpSocket::write_timeout`].
    ///
    /// # Errors
    /// None.
    ///
    /// # Example
    /// ```
    /// use harness_wasi_sockets::UdpSocket;
    ///
    /// let socket = UdpSocket::bind("0.0.0.0:0")?;
    /// assert_eq!(socket.write_timeout()?, None);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn write_timeout(&self) -> io::Result<Option<Duration>> {
        Ok(self.shared.hints.write_timeout.get().get())
    }

    /// A hint: asks that datagrams may be sent to a broadcast address.
    ///
    /// This corresponds to [`std::net::UdpSocket::set_broadcast`], but it is only remembered: the
    /// socket is the host's. (Go's, which hosts are often written in, may in any case.)
    ///
    /// # Errors
    /// None.
    ///
    /// # Example
    /// ```
    /// use harness_wasi_sockets::UdpSocket;
    ///
    /// let socket = UdpSocket::bind("0.0.0.0:0")?;
    /// socket.set_broadcast(true)?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn set_broadcast(&self, broadcast: bool) -> io::Result<()> {
        self.shared
            .hints
            .broadcast
            .store(broadcast, Ordering::Relaxed);
        Ok(())
    }

    /// The last hint given to [`set_broadcast`](UdpSocket::set_broadcast), by default `false`.
    ///
    /// This corresponds to [`std::net::UdpSocket::broadcast`].
    ///
    /// # Errors
    /// None.
    ///
    /// # Example
    /// ```
    /// use harness_wasi_sockets::UdpSocket;
    ///
    /// let socket = UdpSocket::bind("0.0.0.0:0")?;
    /// socket.set_broadcast(true)?;
    /// assert!(socket.broadcast()?);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn broadcast(&self) -> io::Result<bool> {
        Ok(self.shared.hints.broadcast.load(Ordering::Relaxed))
    }

    /// The error that is pending: there is none. Whatever goes wrong is the error of the call in
    /// which it went wrong.
    ///
    /// This corresponds to [`std::net::UdpSocket::take_error`].
    ///
    /// # Errors
    /// None.
    ///
    /// # Example
    /// ```
    /// use harness_wasi_sockets::UdpSocket;
    ///
    /// let socket = UdpSocket::bind("0.0.0.0:0")?;
    /// assert!(socket.take_error()?.is_none());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn take_error(&self) -> io::Result<Option<io::Error>> {
        Ok(None)
    }

    /// Says whether calls may wait. They may: the host always waits for something to receive.
    ///
    /// This corresponds to [`std::net::UdpSocket::set_nonblocking`].
    ///
    /// # Errors
    /// Kind `Unsupported` for `true`.
    ///
    /// # Example
    /// ```
    /// use harness_wasi_sockets::UdpSocket;
    /// use std::io::ErrorKind;
    ///
    /// let socket = UdpSocket::bind("0.0.0.0:0")?;
    /// socket.set_nonblocking(false)?;
    /// assert_eq!(socket.set_nonblocking(true).unwrap_err().kind(), ErrorKind::Unsupported);
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

/// The methods whose only answer is that the host has no function for them.
macro_rules! unsupported {
    ($($name:ident($($arg:ident: $type:ty),*) -> $result:ty, $what:literal, $call:literal;)+) => {
        impl UdpSocket {$(
            #[doc = concat!("Not supported: the host has no function ", $what, ".")]
            ///
            #[doc = concat!("This corresponds to [`std::net::UdpSocket::", stringify!($name), "`].")]
            ///
            /// # Errors
            /// Always, of kind `Unsupported`.
            ///
            /// # Example
            /// ```
            /// use harness_wasi_sockets::UdpSocket;
            /// use std::io::ErrorKind;
            ///
            /// let socket = UdpSocket::bind("0.0.0.0:0")?;
            #[doc = concat!("let error = socket.", $call, ".unwrap_err();")]
            /// assert_eq!(error.kind(), ErrorKind::Unsupported);
            /// # Ok::<(), std::io::Error>(())
            /// ```
            pub fn $name(&self, $($arg: $type),*) -> io::Result<$result> {
                Err(Error::Unsupported.into())
            }
        )+}
    };
}

unsupported! {
    set_ttl(_ttl: u32) -> (), "to set the time to live",
        "set_ttl(64)";
    ttl() -> u32, "that tells the time to live",
        "ttl()";
    set_multicast_loop_v4(_multicast_loop_v4: bool) -> (), "for multicast",
        "set_multicast_loop_v4(true)";
    multicast_loop_v4() -> bool, "for multicast",
        "multicast_loop_v4()";
    set_multicast_ttl_v4(_multicast_ttl_v4: u32) -> (), "for multicast",
        "set_multicast_ttl_v4(1)";
    multicast_ttl_v4() -> u32, "for multicast",
        "multicast_ttl_v4()";
    set_multicast_loop_v6(_multicast_loop_v6: bool) -> (), "for multicast",
        "set_multicast_loop_v6(true)";
    multicast_loop_v6() -> bool, "for multicast",
        "multicast_loop_v6()";
    join_multicast_v4(_multiaddr: &Ipv4Addr, _interface: &Ipv4Addr) -> (), "for multicast",
        "join_multicast_v4(&[224, 0, 0, 251].into(), &[0, 0, 0, 0].into())";
    join_multicast_v6(_multiaddr: &Ipv6Addr, _interface: u32) -> (), "for multicast",
        "join_multicast_v6(&[0xff02, 0, 0, 0, 0, 0, 0, 1].into(), 0)";
    leave_multicast_v4(_multiaddr: &Ipv4Addr, _interface: &Ipv4Addr) -> (), "for multicast",
        "leave_multicast_v4(&[224, 0, 0, 251].into(), &[0, 0, 0, 0].into())";
    leave_multicast_v6(_multiaddr: &Ipv6Addr, _interface: u32) -> (), "for multicast",
        "leave_multicast_v6(&[0xff02, 0, 0, 0, 0, 0, 0, 1].into(), 0)";
}
