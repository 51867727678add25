//! A UDP socket without std.

use super::Address;
use crate::Error;
use crate::block::Block;
use crate::connection::{Connection, Udp};
use crate::datagrams::most_bytes;
use crate::host::{DefaultHost, Host};
use crate::patience::{Patience, Timeout};
use core::time::Duration;

/// A UDP socket that is connected to one peer, closed on drop.
///
/// It corresponds to a `std::net::UdpSocket` after its `connect`.
///
/// # How long a receive waits
/// 5 s by default, or the read timeout rounded up to a multiple of 5 s. Then it returns [`Error::TimedOut`].
///
/// With a clock, it returns [`Error::WouldBlock`] if the host returned at once without a datagram: an empty datagram
/// arrived, or a report that the peer's port is closed. The host does not say which.
///
/// # Example
/// ```
/// use harness_wasi_sockets::embedded::UdpSocket;
///
/// # let server = harness_host::peers::UdpEcho::v4().unwrap();
/// let socket = UdpSocket::connect(server.addr())?;
/// socket.send(b"Hello")?;
/// let mut buf = [0; 512];
/// let n = socket.recv(&mut buf)?;
/// assert_eq!(&buf[..n], b"Hello");
/// # Ok::<(), harness_wasi_sockets::Error>(())
/// ```
#[derive(Debug)]
pub struct UdpSocket<H: Host = DefaultHost> {
    connection: Connection<Udp, H>,
    read_timeout: Timeout,
    /// The maximum length of a datagram, in bytes.
    most_bytes: usize,
}

impl UdpSocket {
    /// Creates a socket that sends to `address` and receives from it.
    ///
    /// # Errors
    /// [`Error::InvalidAddress`] before the host is called; [`Error::ConnectFailed`] if the host cannot resolve the
    /// name or has no route; [`Error::OutOfMemory`].
    pub fn connect<A: Address>(address: A) -> Result<Self, Error> {
        Self::connect_in(DefaultHost, address)
    }
}

impl<H: Host> UdpSocket<H> {
    /// Creates a socket through `host`.
    ///
    /// # Errors
    /// As [`connect`](UdpSocket::connect).
    pub fn connect_in<A: Address>(host: H, address: A) -> Result<Self, Error> {
        Ok(Self {
            connection: Connection::open(host, &address)?,
            read_timeout: Timeout::ONE_WAIT,
            most_bytes: most_bytes(address.is_v4()),
        })
    }

    /// Sets how long a receive waits for a datagram. `None` is forever. The default is 5 s.
    ///
    /// This corresponds to `std::net::UdpSocket::set_read_timeout`. The host waits 5 s at a time, so the timeout is
    /// rounded up to a multiple of 5 s. Without a real clock, forever is one hour.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the timeout is zero.
    pub fn set_read_timeout(&mut self, timeout: Option<Duration>) -> Result<(), Error> {
        self.read_timeout = Timeout::new(timeout)?;
        Ok(())
    }

    /// Returns how long a receive waits for a datagram. `None` is forever. The default is 5 s.
    ///
    /// This corresponds to `std::net::UdpSocket::read_timeout`.
    #[must_use]
    pub fn read_timeout(&self) -> Option<Duration> {
        self.read_timeout.get()
    }

    /// Sends one datagram. Returns its length, or less if the host reports that it sent less.
    ///
    /// This corresponds to `std::net::UdpSocket::send`. The host does not report whether it sent an empty datagram, so
    /// sending one always returns `Ok(0)`.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] for more than 65,527 bytes, the most that IPv6 can carry, or for more than 65,507 if the
    /// socket was connected to an IPv4 address that was not given as text; [`Error::NotSent`] if the host did not send
    /// the datagram; [`Error::OutOfMemory`].
    pub fn send(&self, datagram: &[u8]) -> Result<usize, Error> {
        self.connection.send_datagram(datagram, self.most_bytes)
    }

    /// Receives one datagram into `into` and returns the number of bytes copied. Bytes that do not fit are lost, as
    /// with std.
    ///
    /// This corresponds to `std::net::UdpSocket::recv`.
    ///
    /// # Errors
    /// [`Error::TimedOut`], [`Error::WouldBlock`]: see [above](UdpSocket).
    pub fn recv(&self, into: &mut [u8]) -> Result<usize, Error> {
        Ok(self.recv_block(into.len())?.load(0, into))
    }

    /// Sends a block as one datagram, without a copy. Returns its length, or less if the host reports that it sent
    /// less.
    ///
    /// # Errors
    /// As [`send`](UdpSocket::send).
    pub fn send_block(&self, block: &Block<H>) -> Result<usize, Error> {
        self.connection.send_datagram_block(block, self.most_bytes)
    }

    /// Receives one datagram, truncated to `max` bytes, as a block.
    ///
    /// # Errors
    /// As [`recv`](UdpSocket::recv).
    ///
    /// # Example
    /// ```
    /// use harness_wasi_sockets::embedded::UdpSocket;
    ///
    /// # let server = harness_host::peers::UdpEcho::v4().unwrap();
    /// let socket = UdpSocket::connect(server.addr())?;
    /// socket.send(b"Hello")?;
    /// let block = socket.recv_block(512)?;
    /// assert_eq!(block.len(), 5);
    /// # Ok::<(), harness_wasi_sockets::Error>(())
    /// ```
    pub fn recv_block(&self, max: usize) -> Result<Block<H>, Error> {
        let mut patience = Patience::new(self.read_timeout);
        loop {
            match self.connection.receive_datagram(max) {
                Ok(block) => return Ok(block),
                Err(pause) => patience.no_datagram(pause)?,
            }
        }
    }
}
