//! A UDP socket as std has it, but for `connect`.

use super::Timeout;
use super::address::{ToSocketAddrs, open};
use crate::Error;
use crate::connection::{Connection, Udp};
use crate::embedded::{receive, send};
use crate::host::DefaultHost;
use crate::patience::ONE_WAIT;
use core::fmt;
use core::time::Duration;
use std::io;
use std::net::SocketAddr;

/// A UDP socket that is connected to one peer, closed on drop.
///
/// This corresponds to a [`std::net::UdpSocket`] after its `connect`. Datagrams are never split and
/// never joined.
///
/// # How long a receive waits
/// For one of the host's waits, 5 s, or as many as the read timeout takes if one is set; then an
/// error of kind `TimedOut`. Where there is a clock, a receive that the host answers at once without
/// a datagram is of kind `WouldBlock`: an empty datagram came, or word that nobody listens at the
/// peer's port; the host does not say which.
///
/// # Example
/// ```no_run
/// use harness_wasi_sockets::UdpSocket;
///
/// fn main() -> std::io::Result<()> {
///     let socket = UdpSocket::connect("127.0.0.1:6000")?;
///     socket.send(b"Hello, UDP!")?;
///     let mut buf = [0; 1024];
///     let (n, addr) = socket.recv_from(&mut buf)?;
///     println!("Received {n} bytes from {addr}");
///     Ok(())
/// }
/// ```
pub struct UdpSocket {
    connection: Connection<Udp, DefaultHost>,
    read_timeout: Timeout,
    /// The peer, unless only the host knows who it is.
    peer: Option<SocketAddr>,
}

impl UdpSocket {
    /// Makes a socket that is connected to a remote address: it sends there and receives from
    /// there.
    ///
    /// This corresponds to a [`std::net::UdpSocket::bind`] to any port and a
    /// [`connect`](std::net::UdpSocket::connect) in one. If `addr` stands for several addresses, the
    /// first that the host accepts is taken. A name is resolved by the host.
    ///
    /// # Errors
    /// Kind `InvalidInput`, before the host is called, if `addr` is no address; `ConnectionRefused`
    /// if the host does not find the name or a way there.
    pub fn connect<A: ToSocketAddrs>(addr: A) -> io::Result<UdpSocket> {
        let (connection, peer) = open(addr)?;
        Ok(UdpSocket {
            connection,
            read_timeout: Timeout::new(ONE_WAIT),
            peer,
        })
    }

    /// Sends one datagram of up to 65,507 bytes to the peer, and answers its length.
    ///
    /// This corresponds to [`std::net::UdpSocket::send`]. Whether an empty datagram was sent the
    /// host does not say, so for one it is always `Ok(0)`.
    ///
    /// # Errors
    /// Kind `InvalidInput` for a longer one, `Other` if the host did not send it.
    pub fn send(&self, buf: &[u8]) -> io::Result<usize> {
        Ok(send(&self.connection, buf)?)
    }

    /// Receives one datagram from the peer into `buf`, and answers how many of its bytes are there.
    /// What does not fit is lost.
    ///
    /// This corresponds to [`std::net::UdpSocket::recv`].
    ///
    /// # Errors
    /// Kind `TimedOut` or `WouldBlock` if none came: see [above](UdpSocket).
    pub fn recv(&self, buf: &mut [u8]) -> io::Result<usize> {
        Ok(receive(&self.connection, self.read_timeout.get(), buf)?)
    }

    /// Receives one datagram, and says where it came from: the peer.
    ///
    /// This corresponds to [`std::net::UdpSocket::recv_from`].
    ///
    /// # Errors
    /// As [`recv`](UdpSocket::recv); and kind `Unsupported`, before anything is received, if the
    /// socket was connected to a name, other than `localhost`: only the host knows which address it
    /// found for it.
    pub fn recv_from(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        let peer = self.peer_addr()?;
        Ok((self.recv(buf)?, peer))
    }

    /// The socket address of the remote peer.
    ///
    /// This corresponds to [`std::net::UdpSocket::peer_addr`].
    ///
    /// # Errors
    /// Kind `Unsupported` if the socket was connected to a name, other than `localhost`: only the
    /// host knows which address it found for it.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.peer.ok_or_else(|| Error::Unsupported.into())
    }

    /// The socket address of the local half.
    ///
    /// This corresponds to [`std::net::UdpSocket::local_addr`], but a host does not tell it.
    ///
    /// # Errors
    /// Always, of kind `Unsupported`.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        Err(Error::Unsupported.into())
    }

    /// Sets how long a receive waits for a datagram; `None` is for ever. At first it is one of the
    /// host's waits.
    ///
    /// This corresponds to [`std::net::UdpSocket::set_read_timeout`]. The host waits 5 s at a time,
    /// so a receive takes at least that, and a timeout is rounded up to the end of a wait.
    ///
    /// # Errors
    /// Kind `InvalidInput` if the timeout is zero.
    pub fn set_read_timeout(&self, timeout: Option<Duration>) -> io::Result<()> {
        self.read_timeout.set(timeout)
    }
}

impl fmt::Debug for UdpSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut socket = f.debug_struct("UdpSocket");
        if let Some(peer) = self.peer {
            socket.field("peer", &peer);
        }
        socket.field("id", &self.connection.id()).finish()
    }
}
