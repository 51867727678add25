//! A UDP socket as std has it, but for `connect`.

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
/// This corresponds to [`std::net::UdpSocket`]. Datagrams are never split and never joined. There
/// are two ways to one:
///
/// * [`connect`](UdpSocket::connect) makes a socket that talks to one peer. Std's method of that
///   name connects a socket that exists; here that is [`connect_to`](UdpSocket::connect_to).
/// * [`bind`](UdpSocket::bind), to no address in particular, makes one that can
///   [`send_to`](UdpSocket::send_to) anybody, as clients do, and hears those it has sent to.
///
/// # Several peers
/// The host has only connected sockets, so behind one of these there is one for each peer:
///
/// * A bound socket hears the 16 peers that it last sent to or heard from. When it sends to another,
///   the one used longest ago gives way: what it has sent and was not received is lost, and so is
///   what it still sends, until it is sent to again.
/// * To [connect](UdpSocket::connect_to) a socket is to stop hearing everybody else. As with std,
///   what the others send from then on is lost, even if the socket is connected back to them later;
///   so is what they have sent and was not received yet, which std on Linux still delivers. Connecting
///   to the peer that it is connected to, or connecting a bound socket to one it has sent to, loses
///   nothing.
/// * A datagram that has been [peeked](UdpSocket::peek) at is kept through both.
///
/// # How long a receive waits
/// 5 s by default, or the read timeout rounded up to a multiple of 5 s; then it returns an error of
/// kind `TimedOut`. Several peers are asked in turn, each at least once: first those that have not
/// answered yet, last those that were silent before. With a clock, a receive is of kind `WouldBlock`
/// if the host returned at once without a datagram: an empty datagram came, or word that nobody
/// listens at the peer's port. The host does not say which.
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
    /// Makes a socket that is connected to a remote address: it sends there and receives from
    /// there.
    ///
    /// This corresponds to a [`std::net::UdpSocket::bind`] to any port and a
    /// [`connect`](std::net::UdpSocket::connect) in one. If `addr` stands for several addresses,
    /// they are tried in turn until the host can send to one. A name is resolved by the host.
    ///
    /// # Errors
    /// Kind `InvalidInput`, before the host is called, if `addr` is no address; `ConnectionRefused`
    /// if the host does not find the name or a way there; `OutOfMemory` if the plugin's kernel has no
    /// memory left for the address.
    pub fn connect<A: ToSocketAddrs>(addr: A) -> io::Result<UdpSocket> {
        let peer = try_each(addr, Peer::open)?;
        Ok(UdpSocket::new(Peers::connected_to(Arc::new(peer))))
    }

    /// Makes a socket that can send to anybody.
    ///
    /// This corresponds to [`std::net::UdpSocket::bind`], but a plugin cannot choose its local
    /// address, and nobody can reach it there: `addr` must be `0.0.0.0:0` or `[::]:0`. The host is
    /// called when there is something to send.
    ///
    /// # Errors
    /// Kind `InvalidInput` if `addr` is no address, `AddrNotAvailable` if it is any other than
    /// those two.
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

    /// Connects the socket to a remote address: from now on [`send`](UdpSocket::send) sends there,
    /// and only what comes from there is received. See [above](UdpSocket#several-peers) for what is
    /// lost by it.
    ///
    /// This corresponds to [`std::net::UdpSocket::connect`], whose name is taken. As with std, the
    /// host looks up a name at each call.
    ///
    /// # Errors
    /// As [`connect`](UdpSocket::connect). The socket stays connected to whom it was then.
    pub fn connect_to<A: ToSocketAddrs>(&self, addr: A) -> io::Result<()> {
        self.shared.peers.connect(addr)
    }

    /// Sends one datagram to the peer that the socket is connected to and returns its length: less,
    /// if the host says that it sent less.
    ///
    /// This corresponds to [`std::net::UdpSocket::send`]. The host does not say whether an empty
    /// datagram was sent, so for one this always returns `Ok(0)`.
    ///
    /// # Errors
    /// Kind `NotConnected` if the socket is not; `InvalidInput` for more than 65,507 bytes to an IPv4
    /// address, or 65,527 to an IPv6 address or a name; `Other` if the host did not send it;
    /// `OutOfMemory` if the plugin's kernel has no memory left for it.
    pub fn send(&self, buf: &[u8]) -> io::Result<usize> {
        let send = |peer: &Peer| peer.connection.send_datagram(buf, peer.most_bytes);
        Ok(self.shared.peers.connected(send)?)
    }

    /// Sends one datagram to `addr` and returns its length, as [`send`](UdpSocket::send) does. If
    /// `addr` stands for several addresses, the first is taken.
    ///
    /// This corresponds to [`std::net::UdpSocket::send_to`]. A datagram that the host does not send
    /// is tried once more, since that is how it reports that an earlier one found nobody listening.
    ///
    /// A name is looked up by the host, but not at each call as with std: at the first one, and again
    /// after a datagram that was not sent, after a receive that waited for its answer in vain, and
    /// after 1,000 datagrams without an answer. Then it has a new local port, and late answers to the
    /// old one are lost.
    ///
    /// # Errors
    /// Kind `InvalidInput` if `addr` is no address, or the datagram too long for
    /// [`send`](UdpSocket::send); `ConnectionRefused` if the host does not find the name or a way
    /// there; `Other` if the host did not send it; `OutOfMemory` as for [`send`](UdpSocket::send).
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

    /// Receives one datagram into `buf` and returns how many of its bytes are there. What does not fit
    /// is lost.
    ///
    /// This corresponds to [`std::net::UdpSocket::recv`].
    ///
    /// # Errors
    /// Kind `TimedOut` or `WouldBlock` if none came: see [above](UdpSocket). `NotConnected` if the
    /// socket has not sent to anybody.
    pub fn recv(&self, buf: &mut [u8]) -> io::Result<usize> {
        Ok(self.shared.peers.receive(self.timeout(), buf)?)
    }

    /// Receives one datagram and returns the address it came from.
    ///
    /// This corresponds to [`std::net::UdpSocket::recv_from`]. Peers that were given by name, other
    /// than `localhost`, are left out: only the host knows their addresses.
    ///
    /// # Errors
    /// As [`recv`](UdpSocket::recv); and kind `Unsupported`, before anything is received, if all
    /// peers were given by name.
    pub fn recv_from(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        Ok(self.shared.peers.receive_from(self.timeout(), buf)?)
    }

    /// As [`recv`](UdpSocket::recv), but the datagram stays: the next receive gets it again. It is
    /// kept on the heap, whole.
    ///
    /// This corresponds to [`std::net::UdpSocket::peek`].
    ///
    /// # Errors
    /// As [`recv`](UdpSocket::recv).
    pub fn peek(&self, buf: &mut [u8]) -> io::Result<usize> {
        Ok(self.shared.peers.peek(self.timeout(), buf)?)
    }

    /// As [`recv_from`](UdpSocket::recv_from), but the datagram stays: the next receive gets it
    /// again. It is kept on the heap, whole.
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

    /// The socket address of the peer that the socket is connected to.
    ///
    /// This corresponds to [`std::net::UdpSocket::peer_addr`].
    ///
    /// # Errors
    /// Kind `NotConnected` if the socket is not; `Unsupported` if it was connected to a name, other
    /// than `localhost`: only the host knows which address it found for it.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        let addr = |peer: &Peer| peer.addr().ok_or(Error::NameNotResolved);
        Ok(self.shared.peers.connected(addr)?)
    }

    /// The socket address of the local half.
    ///
    /// This corresponds to [`std::net::UdpSocket::local_addr`], but a host does not return it.
    ///
    /// # Errors
    /// Always, of kind `Unsupported`.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        Err(Error::Unsupported.into())
    }

    /// Makes a second handle to the same socket: what is received through one is gone for the other.
    /// Dropping the last handle closes it.
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

// Behind the rest, so that the documentation has them there too.
mod options;
