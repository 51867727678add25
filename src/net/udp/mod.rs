//! A UDP socket as std has it, but for `connect`.

mod peeked;
mod peer;
mod peers;

use super::address::{ToSocketAddrs, try_each};
use super::options::Options;
use crate::Error;
use crate::embedded::{LONGEST, send};
use crate::patience::ONE_WAIT;
use core::fmt;
use peer::Peer;
use peers::{Peers, Receive, Received};
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
///   [`send_to`](UdpSocket::send_to) anybody, as clients do. The host knows only connected sockets,
///   so behind it there is one for each peer, 16 at the most, and it hears only those it has sent to.
///
/// # How long a receive waits
/// For one of the host's waits, 5 s, or as many as the read timeout takes if one is set; then an
/// error of kind `TimedOut`. With several peers each of them is waited for in turn, those first who
/// have not answered yet, those who were silent last; and all of them before it is given up. Where there is a clock, a receive that the host answers at once without a
/// datagram is of kind `WouldBlock`: an empty datagram came, or word that nobody listens at the
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
    ///
    /// # Example
    /// ```
    /// use harness_wasi_sockets::UdpSocket;
    ///
    /// # let server = harness_host::peers::UdpEcho::v4()?;
    /// let socket = UdpSocket::connect(server.addr())?;
    /// socket.send(b"Hello")?;
    /// let mut buf = [0; 512];
    /// let n = socket.recv(&mut buf)?;
    /// assert_eq!(&buf[..n], b"Hello");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn connect<A: ToSocketAddrs>(addr: A) -> io::Result<UdpSocket> {
        let socket = UdpSocket::new();
        socket.connect_to(addr)?;
        Ok(socket)
    }

    /// Makes a socket that can send to anybody.
    ///
    /// This corresponds to [`std::net::UdpSocket::bind`], but a plugin cannot choose its local
    /// address, and nobody can reach it there: only `0.0.0.0:0` and `[::]:0` will do, and the host
    /// is called when there is something to send.
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
        try_each(addr, |local| match local.addr() {
            Some(addr) if any(addr) => Ok(UdpSocket::new()),
            _ => Err(Error::CannotBind),
        })
    }

    fn new() -> UdpSocket {
        UdpSocket {
            shared: Arc::new(Shared {
                peers: Peers::new(),
                options: Options::new(ONE_WAIT),
            }),
        }
    }

    /// Connects the socket to a remote address: from now on [`send`](UdpSocket::send) sends there,
    /// and only what comes from there is received.
    ///
    /// This corresponds to [`std::net::UdpSocket::connect`], whose name is taken.
    ///
    /// # Errors
    /// As [`connect`](UdpSocket::connect); and kind `QuotaExceeded` if it has 16 other peers.
    ///
    /// # Example
    /// ```
    /// use harness_wasi_sockets::UdpSocket;
    ///
    /// # let server = harness_host::peers::UdpEcho::v4()?;
    /// let socket = UdpSocket::bind("0.0.0.0:0")?;
    /// // std: socket.connect(server)
    /// socket.connect_to(server.addr())?;
    /// socket.send(b"Hello")?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn connect_to<A: ToSocketAddrs>(&self, addr: A) -> io::Result<()> {
        self.shared.peers.connect(addr)
    }

    /// Sends one datagram of up to 65,507 bytes to the peer that the socket is connected to, and
    /// answers its length: less, if the host says that it sent less.
    ///
    /// This corresponds to [`std::net::UdpSocket::send`]. Whether an empty datagram was sent the
    /// host does not say, so for one it is always `Ok(0)`.
    ///
    /// # Errors
    /// Kind `NotConnected` if the socket is not; `InvalidInput` for a longer datagram; `Other` if
    /// the host did not send it; `OutOfMemory` if the plugin's kernel has no memory left for it.
    ///
    /// # Example
    /// ```
    /// use harness_wasi_sockets::UdpSocket;
    ///
    /// # let server = harness_host::peers::UdpEcho::v4()?;
    /// let socket = UdpSocket::connect(server.addr())?;
    /// assert_eq!(socket.send(b"Hello")?, 5);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn send(&self, buf: &[u8]) -> io::Result<usize> {
        let peer = self.shared.peers.connected().ok_or(Error::NotConnected)?;
        Ok(send(&peer.connection, buf)?)
    }

    /// Sends one datagram of up to 65,507 bytes to `addr`, and answers its length, as
    /// [`send`](UdpSocket::send) does. If that stands for several addresses, the first is taken. A
    /// name is resolved by the host.
    ///
    /// This corresponds to [`std::net::UdpSocket::send_to`].
    ///
    /// # Errors
    /// Kind `InvalidInput` if `addr` is no address or the datagram longer; `ConnectionRefused` if
    /// the host does not find the name or a way there; `QuotaExceeded` if the socket has sent to 16
    /// other peers; `Other` if the host did not send it; `OutOfMemory` as for
    /// [`send`](UdpSocket::send).
    ///
    /// # Example
    /// ```
    /// use harness_wasi_sockets::UdpSocket;
    ///
    /// # let server = harness_host::peers::UdpEcho::v4()?;
    /// let socket = UdpSocket::bind("0.0.0.0:0")?;
    /// socket.send_to(b"Hello", server.addr())?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn send_to<A: ToSocketAddrs>(&self, buf: &[u8], addr: A) -> io::Result<usize> {
        if buf.len() > LONGEST {
            return Err(Error::InvalidInput.into());
        }
        let peer = self.shared.peers.to(addr)?;
        // The peer's connection may hold word that an earlier datagram found nobody listening. Std's
        // bound sockets are not told of that; ours fail once, which uses it up.
        Ok(send(&peer.connection, buf).or_else(|error| match error {
            Error::NotSent => send(&peer.connection, buf),
            error => Err(error),
        })?)
    }

    /// Receives one datagram into `buf`, and answers how many of its bytes are there. What does not
    /// fit is lost.
    ///
    /// This corresponds to [`std::net::UdpSocket::recv`].
    ///
    /// # Errors
    /// Kind `TimedOut` or `WouldBlock` if none came: see [above](UdpSocket). `NotConnected` if the
    /// socket has not sent to anybody.
    ///
    /// # Example
    /// ```
    /// use harness_wasi_sockets::UdpSocket;
    ///
    /// # let server = harness_host::peers::UdpEcho::v4()?;
    /// let socket = UdpSocket::connect(server.addr())?;
    /// socket.send(b"Hello")?;
    /// let mut buf = [0; 512];
    /// assert_eq!(socket.recv(&mut buf)?, 5);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn recv(&self, buf: &mut [u8]) -> io::Result<usize> {
        let (n, _) = self.receive(
            Receive {
                peek: false,
                address: false,
            },
            buf,
        )?;
        Ok(n)
    }

    /// Receives one datagram, and says where it came from.
    ///
    /// This corresponds to [`std::net::UdpSocket::recv_from`]. Peers that were given by name, other
    /// than `localhost`, are left out: only the host knows their addresses.
    ///
    /// # Errors
    /// As [`recv`](UdpSocket::recv); and kind `Unsupported`, before anything is received, if all
    /// peers were given by name.
    ///
    /// # Example
    /// ```
    /// use harness_wasi_sockets::UdpSocket;
    ///
    /// # let server = harness_host::peers::UdpEcho::v4()?;
    /// let socket = UdpSocket::bind("0.0.0.0:0")?;
    /// socket.send_to(b"Hello", server.addr())?;
    /// let mut buf = [0; 512];
    /// let (n, from) = socket.recv_from(&mut buf)?;
    /// assert_eq!((&buf[..n], from), (&b"Hello"[..], server.addr()));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn recv_from(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.receive_from(
            Receive {
                peek: false,
                address: true,
            },
            buf,
        )
    }

    /// As [`recv`](UdpSocket::recv), but the datagram stays: the next receive gets it again. It is
    /// kept on the heap, whole.
    ///
    /// This corresponds to [`std::net::UdpSocket::peek`].
    ///
    /// # Errors
    /// As [`recv`](UdpSocket::recv).
    ///
    /// # Example
    /// ```
    /// use harness_wasi_sockets::UdpSocket;
    ///
    /// # let server = harness_host::peers::UdpEcho::v4()?;
    /// let socket = UdpSocket::connect(server.addr())?;
    /// socket.send(b"Hello")?;
    /// let mut buf = [0; 512];
    /// let n = socket.peek(&mut buf)?;
    /// // It is still there.
    /// assert_eq!(socket.recv(&mut buf)?, n);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn peek(&self, buf: &mut [u8]) -> io::Result<usize> {
        let (n, _) = self.receive(
            Receive {
                peek: true,
                address: false,
            },
            buf,
        )?;
        Ok(n)
    }

    /// As [`recv_from`](UdpSocket::recv_from), but the datagram stays: the next receive gets it
    /// again. It is kept on the heap, whole.
    ///
    /// This corresponds to [`std::net::UdpSocket::peek_from`].
    ///
    /// # Errors
    /// As [`recv_from`](UdpSocket::recv_from).
    ///
    /// # Example
    /// ```
    /// use harness_wasi_sockets::UdpSocket;
    ///
    /// # let server = harness_host::peers::UdpEcho::v4()?;
    /// let socket = UdpSocket::connect(server.addr())?;
    /// socket.send(b"Hello")?;
    /// let mut buf = [0; 512];
    /// let (n, from) = socket.peek_from(&mut buf)?;
    /// assert_eq!((n, from), (5, server.addr()));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn peek_from(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.receive_from(
            Receive {
                peek: true,
                address: true,
            },
            buf,
        )
    }

    fn receive(&self, what: Receive, buf: &mut [u8]) -> Result<Received<'_>, Error> {
        self.shared
            .peers
            .receive(self.shared.options.read_timeout.get(), what, buf)
    }

    fn receive_from(&self, what: Receive, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        let (n, from) = self.receive(what, buf)?;
        Ok((n, from.addr().ok_or(Error::Unsupported)?))
    }

    /// The socket address of the peer that the socket is connected to.
    ///
    /// This corresponds to [`std::net::UdpSocket::peer_addr`].
    ///
    /// # Errors
    /// Kind `NotConnected` if the socket is not; `Unsupported` if it was connected to a name, other
    /// than `localhost`: only the host knows which address it found for it.
    ///
    /// # Example
    /// ```
    /// use harness_wasi_sockets::UdpSocket;
    ///
    /// # let server = harness_host::peers::UdpEcho::v4()?;
    /// let socket = UdpSocket::connect(server.addr())?;
    /// assert_eq!(socket.peer_addr()?, server.addr());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        let peer = self.shared.peers.connected().ok_or(Error::NotConnected)?;
        Ok(peer.addr().ok_or(Error::Unsupported)?)
    }

    /// The socket address of the local half.
    ///
    /// This corresponds to [`std::net::UdpSocket::local_addr`], but a host does not tell it.
    ///
    /// # Errors
    /// Always, of kind `Unsupported`.
    ///
    /// # Example
    /// ```
    /// use harness_wasi_sockets::UdpSocket;
    /// use std::io::ErrorKind;
    ///
    /// # let server = harness_host::peers::UdpEcho::v4()?;
    /// let socket = UdpSocket::connect(server.addr())?;
    /// assert_eq!(socket.local_addr().unwrap_err().kind(), ErrorKind::Unsupported);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        Err(Error::Unsupported.into())
    }

    /// Makes a second handle to the same socket: whatever is received through one is gone for the
    /// other. The last handle that is dropped closes it.
    ///
    /// This corresponds to [`std::net::UdpSocket::try_clone`].
    ///
    /// # Errors
    /// None.
    ///
    /// # Example
    /// ```
    /// use harness_wasi_sockets::UdpSocket;
    /// use std::thread;
    ///
    /// # let server = harness_host::peers::UdpEcho::v4()?;
    /// let socket = UdpSocket::connect(server.addr())?;
    /// let sender = socket.try_clone()?;
    /// thread::spawn(move || sender.send(b"Hello"));
    /// assert_eq!(socket.recv(&mut [0; 512])?, 5);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn try_clone(&self) -> io::Result<UdpSocket> {
        Ok(UdpSocket {
            shared: Arc::clone(&self.shared),
        })
    }
}

impl fmt::Debug for UdpSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut socket = f.debug_struct("UdpSocket");
        if let Some(peer) = self.shared.peers.connected().and_then(Peer::addr) {
            socket.field("peer", &peer);
        }
        socket.finish_non_exhaustive()
    }
}

// Behind the rest, so that the documentation has them there too.
mod options;
