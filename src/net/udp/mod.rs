//! A UDP socket with std's interface, except for `connect`.

mod peeked;
mod peer;
mod peers;
mod several;

use super::address::{Destination, ToSocketAddrs, try_each};
use super::options::Options;
use crate::Error;
use crate::datagrams::{most_bytes, twice};
use crate::patience::Timeout;
use core::fmt;
use peer::Peer;
use peers::Peers;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

/// A UDP socket, closed when the last clone of it is dropped.
///
/// This corresponds to [`std::net::UdpSocket`]. Datagrams are never split and never joined. There are two ways to
/// create one:
///
/// * [`connect`](UdpSocket::connect) creates a socket with one peer. Std's method of that name connects an existing
///   socket; here that is [`connect_to`](UdpSocket::connect_to).
/// * [`bind`](UdpSocket::bind), only to an unspecified address, creates a socket that can
///   [`send_to`](UdpSocket::send_to) any address, as clients do. It receives from the peers that it has sent to.
///
/// # Several peers
/// The host has only connected sockets, so this type uses one for each peer:
///
/// * A bound socket receives from the 16 peers that it used last, that is, sent to or received from. When it sends to
///   another one, the least recently used peer is dropped: its datagrams that were not received yet are lost, and so
///   are later ones, until the socket sends to it again.
/// * A [connected](UdpSocket::connect_to) socket receives from no other peer. As with std, whatever the others send
///   from then on is lost, even if the socket connects back to them later. Datagrams that were not received yet are
///   lost too; std on Linux still delivers them. Nothing is lost by connecting to the peer that the socket is connected
///   to, or by connecting a bound socket to a peer that it has sent to.
/// * A [peeked](UdpSocket::peek) datagram is kept in both cases.
///
/// # How long a receive waits
/// 5 s by default, or the read timeout rounded up to a multiple of 5 s. Then it fails with an error of kind `TimedOut`.
/// Several peers are polled in turn, each at least once: first those that have not answered yet, last those that were
/// silent before.
///
/// With a clock, the error is of kind `WouldBlock` if the host returned at once without a datagram: an empty
/// datagram arrived, or a report that the peer's port is closed. The host does not say which.
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
    shared: Arc<Shared>,
}

/// What the clones of a socket share.
struct Shared {
    peers: Peers,
    options: Options,
}

impl UdpSocket {
    /// Creates a socket that is connected to a remote address: it sends to it and receives only from it.
    ///
    /// This corresponds to [`std::net::UdpSocket::bind`] to any port, followed by
    /// [`connect`](std::net::UdpSocket::connect). If `addr` yields several addresses, they are tried in turn until the
    /// host accepts one. The host resolves names.
    ///
    /// # Errors
    /// Kind `InvalidInput`, before the host is called, if `addr` is not a valid address; `ConnectionRefused` if the
    /// host cannot resolve the name or has no route; `OutOfMemory` if the kernel has no memory for the address.
    pub fn connect<A: ToSocketAddrs>(addr: A) -> io::Result<UdpSocket> {
        let peer = try_each(addr, Peer::open)?;
        Ok(UdpSocket::new(Peers::connected_to(Arc::new(peer))))
    }

    /// Creates a socket that can send to any address.
    ///
    /// This corresponds to [`std::net::UdpSocket::bind`], but a plugin cannot choose its local address or be reached
    /// there: `addr` must be `0.0.0.0:0` or `[::]:0`. The host is not called until something is sent.
    ///
    /// # Errors
    /// Kind `InvalidInput` if `addr` is not a valid address; `AddrNotAvailable` if it is any other address than those
    /// two.
    ///
    /// # Example
    /// ```
    /// use harness_wasi_sockets::UdpSocket;
    ///
    /// let socket = UdpSocket::bind("0.0.0.0:0")?;
    /// assert!(UdpSocket::bind("127.0.0.1:5000").is_err());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn bind<A: ToSocketAddrs>(addr: A) -> io::Result<UdpSocket> {
        let any = |addr: SocketAddr| addr.ip().is_unspecified() && addr.port() == 0;
        let mut error = Error::InvalidAddress;
        let locals = addr.to_socket_addrs().map_err(|error| match error.kind() {
            // A name.
            io::ErrorKind::Unsupported => Error::CannotBind.into(),
            _ => error,
        })?;
        for local in locals {
            if any(local) {
                return Ok(UdpSocket::new(Peers::unconnected()));
            }
            error = Error::CannotBind;
        }
        Err(error.into())
    }

    fn new(peers: Peers) -> UdpSocket {
        UdpSocket {
            shared: Arc::new(Shared {
                peers,
                options: Options::new(Timeout::ONE_WAIT),
            }),
        }
    }

    /// Connects the socket to a remote address: from now on [`send`](UdpSocket::send) sends to it, and the socket
    /// receives only from it. See [above](UdpSocket#several-peers) for the datagrams that are lost.
    ///
    /// This corresponds to [`std::net::UdpSocket::connect`], whose name is taken. As with std, a name is resolved by
    /// each call.
    ///
    /// # Errors
    /// As [`connect`](UdpSocket::connect). The socket stays connected to its previous peer.
    pub fn connect_to<A: ToSocketAddrs>(&self, addr: A) -> io::Result<()> {
        self.shared.peers.connect(addr)
    }

    /// Sends one datagram to the peer that the socket is connected to. Returns its length, or less if the host reports
    /// that it sent less.
    ///
    /// This corresponds to [`std::net::UdpSocket::send`]. The host does not report whether it sent an empty datagram,
    /// so sending one always returns `Ok(0)`.
    ///
    /// # Errors
    /// Kind `NotConnected` if the socket is not connected; `InvalidInput` for more than 65,507 bytes to an IPv4
    /// address, or 65,527 to an IPv6 address or a name; `Other` if the host did not send the datagram; `OutOfMemory` if
    /// the kernel has no memory for it.
    pub fn send(&self, buf: &[u8]) -> io::Result<usize> {
        let send = |peer: &Peer| peer.connection.send_datagram(buf, peer.most_bytes);
        Ok(self.shared.peers.connected(send)?)
    }

    /// Sends one datagram to `addr` and returns its length, as [`send`](UdpSocket::send) does. If `addr` yields several
    /// addresses, the first is used.
    ///
    /// This corresponds to [`std::net::UdpSocket::send_to`]. If the host does not send the datagram, it is sent once
    /// more: this is how the host reports that an earlier datagram met a closed port.
    ///
    /// The host resolves names, but not for each call as with std. It resolves a name for the first datagram, and again
    /// after a datagram that was not sent, after a receive that waited in vain for its answer, and after 1,000
    /// datagrams without an answer. Then the local port changes, and late answers to the old one are lost.
    ///
    /// # Errors
    /// Kind `InvalidInput` if `addr` is not a valid address, or the datagram is too long for [`send`](UdpSocket::send);
    /// `ConnectionRefused` if the host cannot resolve the name or has no route; `Other` if the host did not send the
    /// datagram; `OutOfMemory` as for [`send`](UdpSocket::send).
    pub fn send_to<A: ToSocketAddrs>(&self, buf: &[u8], addr: A) -> io::Result<usize> {
        let (peers, who) = (&self.shared.peers, Destination::first(addr)?);
        if buf.len() > most_bytes(who.is_v4()) {
            return Err(Error::InvalidInput.into());
        }
        let sent = twice(|| {
            let peer = peers.open_or_find(&who)?;
            let sent = peer.connection.send_datagram(buf, peer.most_bytes);
            if sent == Err(Error::NotSent) {
                peers.not_sent(&peer)?;
            }
            sent
        });
        Ok(sent?)
    }

    /// Receives one datagram into `buf` and returns the number of bytes copied. Bytes that do not fit are lost.
    ///
    /// This corresponds to [`std::net::UdpSocket::recv`].
    ///
    /// # Errors
    /// Kind `TimedOut` or `WouldBlock` if no datagram arrived: see [above](UdpSocket). `NotConnected` if the socket has
    /// not sent anything.
    pub fn recv(&self, buf: &mut [u8]) -> io::Result<usize> {
        Ok(self.shared.peers.receive(self.timeout(), buf)?)
    }

    /// Receives one datagram and returns its length and its sender's address.
    ///
    /// This corresponds to [`std::net::UdpSocket::recv_from`]. It does not receive from peers given by a name other
    /// than `localhost`: only the host knows their addresses.
    ///
    /// # Errors
    /// As [`recv`](UdpSocket::recv); also kind `Unsupported`, before anything is received, if all peers were given by
    /// name.
    pub fn recv_from(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        Ok(self.shared.peers.receive_from(self.timeout(), buf)?)
    }

    /// As [`recv`](UdpSocket::recv), but the next receive returns the same datagram again. The whole datagram is kept
    /// on the heap.
    ///
    /// This corresponds to [`std::net::UdpSocket::peek`].
    ///
    /// # Errors
    /// As [`recv`](UdpSocket::recv).
    pub fn peek(&self, buf: &mut [u8]) -> io::Result<usize> {
        Ok(self.shared.peers.peek(self.timeout(), buf)?)
    }

    /// As [`recv_from`](UdpSocket::recv_from), but the next receive returns the same datagram again. The whole datagram
    /// is kept on the heap.
    ///
    /// This corresponds to [`std::net::UdpSocket::peek_from`].
    ///
    /// # Errors
    /// As [`recv_from`](UdpSocket::recv_from).
    pub fn peek_from(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        Ok(self.shared.peers.peek_from(self.timeout(), buf)?)
    }

    fn timeout(&self) -> Timeout {
        self.shared.options.read_timeout.get()
    }

    /// Returns the socket address of the peer that the socket is connected to.
    ///
    /// This corresponds to [`std::net::UdpSocket::peer_addr`].
    ///
    /// # Errors
    /// Kind `NotConnected` if the socket is not connected; `Unsupported` if it was connected to a name other than
    /// `localhost`: only the host knows its address.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        let addr = |peer: &Peer| peer.addr().ok_or(Error::NameNotResolved);
        Ok(self.shared.peers.connected(addr)?)
    }

    /// Unsupported: the host does not return the local address.
    ///
    /// This corresponds to [`std::net::UdpSocket::local_addr`].
    ///
    /// # Errors
    /// Always kind `Unsupported`.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        Err(Error::Unsupported.into())
    }

    /// Creates another handle to the same socket. A datagram received through one is gone for the other. The socket
    /// closes when the last handle is dropped.
    ///
    /// This corresponds to [`std::net::UdpSocket::try_clone`].
    pub fn try_clone(&self) -> io::Result<UdpSocket> {
        Ok(UdpSocket {
            shared: Arc::clone(&self.shared),
        })
    }
}

impl fmt::Debug for UdpSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut socket = f.debug_struct("UdpSocket");
        let _ = self.shared.peers.connected(|peer| {
            socket.field("peer", &format_args!("{}", peer.who.text()));
            Ok(())
        });
        socket.finish_non_exhaustive()
    }
}

// At the end, so that the documentation lists its methods last.
mod options;
