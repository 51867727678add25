//! A UDP peer that replies with the result of a function, and an echo server based on it.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::thread::{self, JoinHandle};

use super::NAP;
use super::tcp::Stop;

/// A UDP server that replies to each datagram with the result of a function, unless that is `None`.
///
/// ```
/// use harness_host::peers::UdpPeer;
///
/// // A name server that answers every query with an error.
/// let peer = UdpPeer::start("127.0.0.1".parse()?, |query| {
///     let mut answer = query.to_vec();
///     *answer.get_mut(3)? = 0x82;
///     Some(answer)
/// })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct UdpPeer {
    addr: SocketAddr,
    stop: Stop,
    thread: Option<JoinHandle<()>>,
}

impl UdpPeer {
    /// Starts a server on a free port of this address.
    pub fn start<F>(ip: IpAddr, answer: F) -> io::Result<Self>
    where
        F: Fn(&[u8]) -> Option<Vec<u8>> + Send + 'static,
    {
        let socket = UdpSocket::bind((ip, 0))?;
        socket.set_read_timeout(Some(NAP))?;
        let addr = socket.local_addr()?;
        let stop = Stop::default();
        let serve = {
            let stop = stop.clone();
            move || serve(&socket, &stop, &answer)
        };
        let thread = thread::Builder::new().spawn(serve)?;
        Ok(UdpPeer {
            addr,
            stop,
            thread: Some(thread),
        })
    }

    /// Returns the address that the server listens on.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }
}

impl Drop for UdpPeer {
    fn drop(&mut self) {
        self.stop.set();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(socket: &UdpSocket, stop: &Stop, answer: &dyn Fn(&[u8]) -> Option<Vec<u8>>) {
    // The longest possible datagram.
    let mut buffer = vec![0; 65_535];
    while !stop.is_set() {
        // An error is a timeout, or a peer that has gone away: neither is a reason to stop.
        if let Ok((n, from)) = socket.recv_from(&mut buffer)
            && let Some(answer) = answer(&buffer[..n])
        {
            let _ = socket.send_to(&answer, from);
        }
    }
}

/// A UDP server that sends every datagram back to its sender.
#[derive(Debug)]
pub struct UdpEcho(UdpPeer);

impl UdpEcho {
    /// Listens on `127.0.0.1`.
    pub fn v4() -> io::Result<Self> {
        Self::start(Ipv4Addr::LOCALHOST.into())
    }

    /// Listens on `[::1]`.
    pub fn v6() -> io::Result<Self> {
        Self::start(Ipv6Addr::LOCALHOST.into())
    }

    /// Listens on a free port of this address.
    pub fn start(ip: IpAddr) -> io::Result<Self> {
        UdpPeer::start(ip, |datagram| Some(datagram.to_vec())).map(UdpEcho)
    }

    /// Returns the address that the server listens on.
    pub fn addr(&self) -> SocketAddr {
        self.0.addr()
    }
}
