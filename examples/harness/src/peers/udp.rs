//! A UDP echo.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::thread::{self, JoinHandle};

use super::NAP;
use super::tcp::Stop;

/// A UDP server that sends every datagram back to where it came from.
#[derive(Debug)]
pub struct UdpEcho {
    addr: SocketAddr,
    stop: Stop,
    thread: Option<JoinHandle<()>>,
}

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
        let socket = UdpSocket::bind((ip, 0))?;
        socket.set_read_timeout(Some(NAP))?;
        let addr = socket.local_addr()?;
        let stop = Stop::default();
        let echo = {
            let stop = stop.clone();
            move || echo(&socket, &stop)
        };
        let thread = thread::Builder::new().spawn(echo)?;
        Ok(UdpEcho {
            addr,
            stop,
            thread: Some(thread),
        })
    }

    /// Where the server listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }
}

impl Drop for UdpEcho {
    fn drop(&mut self) {
        self.stop.set();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn echo(socket: &UdpSocket, stop: &Stop) {
    // The longest datagram there is.
    let mut buffer = vec![0; 65_535];
    while !stop.is_set() {
        // An error is a nap that has passed, or a peer that has gone away: both are no reason to
        // stop.
        if let Ok((n, from)) = socket.recv_from(&mut buffer) {
            let _ = socket.send_to(&buffer[..n], from);
        }
    }
}
