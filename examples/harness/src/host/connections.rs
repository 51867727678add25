//! One plugin's connections, and the operations of the functions `tcp_*` and `udp_*`.
//!
//! This module knows nothing about wasm: bytes are slices. A failure has no reason, since the plugin only gets 0.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, UdpSocket};
use std::time::{Duration, Instant};

use socket2::SockRef;

use crate::Allow;
use crate::address::{self, Nowhere};

/// What a connection id refers to.
enum Connection {
    Tcp(TcpStream),
    Udp(UdpSocket),
    /// A TCP connection that was reset but not yet closed by the plugin.
    Broken,
}

/// Which of the two families of functions is calling. An id of one is unknown to the other.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    Tcp,
    Udp,
}

/// The connections of one plugin. They close when this is dropped.
pub(crate) struct Connections {
    open: HashMap<u32, Connection>,
    last_id: u32,
    limit: usize,
}

impl Connections {
    /// Creates an empty set with room for `limit`.
    pub fn new(limit: usize) -> Self {
        Connections {
            open: HashMap::new(),
            last_id: 0,
            limit,
        }
    }

    /// Returns the number of open connections.
    pub fn len(&self) -> usize {
        self.open.len()
    }

    /// Returns whether there is no room for another.
    pub fn is_full(&self) -> bool {
        self.open.len() >= self.limit
    }

    /// Closes all of them.
    pub fn clear(&mut self) {
        self.open.clear();
    }

    /// Opens a connection, if allowed, and returns its id.
    pub fn connect(
        &mut self,
        protocol: Protocol,
        to: &[u8],
        limit: Duration,
        allow: &Allow,
    ) -> Result<u32, Nowhere> {
        if self.is_full() {
            return Err(Nowhere::Full);
        }
        let id = self.last_id.checked_add(1).ok_or(Nowhere::Failed)?;
        let deadline = Instant::now() + limit;
        let (host, port) = address::split(to).ok_or(Nowhere::Failed)?;
        let addresses = address::find(host, Some(port), limit, allow)?;
        let connection = match protocol {
            Protocol::Tcp => connect_tcp(&addresses, deadline).map(Connection::Tcp),
            Protocol::Udp => connect_udp(&addresses).map(Connection::Udp),
        };
        let connection = connection.ok_or(Nowhere::Failed)?;
        self.open.insert(id, connection);
        self.last_id = id;
        Ok(id)
    }

    /// Sends all of `data` and returns its length. An empty datagram is sent, and the result, 0, is the same as for a
    /// failure.
    pub fn send(
        &mut self,
        protocol: Protocol,
        id: u32,
        data: &[u8],
        limit: Duration,
    ) -> Option<usize> {
        match self.get(protocol, id)? {
            Connection::Tcp(stream) => send_tcp(stream, data, limit).ok(),
            Connection::Udp(socket) => {
                socket.set_write_timeout(Some(at_least(limit))).ok()?;
                socket.send(data).ok()
            }
            Connection::Broken => None,
        }
    }

    /// Waits for data, at most `max` bytes. Never returns an empty buffer: end of stream, an empty datagram and silence
    /// are all `None`. With `whole` it waits for all `max` bytes of a stream, and returns fewer only at end of stream
    /// or after the time limit.
    pub fn receive(
        &mut self,
        protocol: Protocol,
        id: u32,
        max: usize,
        limit: Duration,
        whole: bool,
    ) -> Option<Vec<u8>> {
        let connection = self.get(protocol, id)?;
        if max == 0 {
            return None;
        }
        let mut buffer = vec![0; max];
        let deadline = Instant::now() + limit;
        let mut received = 0;
        loop {
            let left = at_least(deadline.saturating_duration_since(Instant::now()));
            let rest = &mut buffer[received..];
            let more = match connection {
                Connection::Tcp(stream) => {
                    stream.set_read_timeout(Some(left)).ok()?;
                    stream.read(rest)
                }
                Connection::Udp(socket) => {
                    socket.set_read_timeout(Some(left)).ok()?;
                    socket.recv(rest)
                }
                Connection::Broken => return None,
            };
            match more {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Ok(0) | Err(_) => break,
                Ok(n) => received += n,
            }
            if !whole || received == max || protocol == Protocol::Udp {
                break;
            }
        }
        buffer.truncate(received);
        (received > 0).then_some(buffer)
    }

    /// Closes a connection. Returns whether it was open.
    pub fn close(&mut self, protocol: Protocol, id: u32) -> bool {
        let known = self.get(protocol, id).is_some();
        known && self.open.remove(&id).is_some()
    }

    /// Resets a TCP connection: the peer gets a reset. The id stays until it is closed. Returns whether there was a
    /// connection to reset.
    pub fn break_off(&mut self, id: u32) -> bool {
        match self.open.get_mut(&id) {
            Some(connection @ Connection::Tcp(_)) => {
                if let Connection::Tcp(stream) = std::mem::replace(connection, Connection::Broken) {
                    // A linger time of zero makes closing a reset. (If it cannot be set, the peer sees EOF instead.)
                    let _ = SockRef::from(&stream).set_linger(Some(Duration::ZERO));
                }
                true
            }
            _ => false,
        }
    }

    /// Returns whether this id is open and not broken.
    pub fn is_sound(&mut self, protocol: Protocol, id: u32) -> bool {
        let connection = self.get(protocol, id);
        connection.is_some_and(|connection| !matches!(connection, Connection::Broken))
    }

    fn get(&mut self, protocol: Protocol, id: u32) -> Option<&mut Connection> {
        self.open.get_mut(&id).filter(|connection| {
            let is = match connection {
                Connection::Tcp(_) | Connection::Broken => Protocol::Tcp,
                Connection::Udp(_) => Protocol::Udp,
            };
            is == protocol
        })
    }
}

/// Connects to the first address that accepts. Each gets a share of the remaining time.
pub(crate) fn connect_tcp(addresses: &[SocketAddr], deadline: Instant) -> Option<TcpStream> {
    let stream = addresses.iter().enumerate().find_map(|(tried, address)| {
        let left = deadline.saturating_duration_since(Instant::now());
        let waiting = u32::try_from(addresses.len() - tried).unwrap_or(u32::MAX);
        TcpStream::connect_timeout(address, at_least(left / waiting)).ok()
    })?;
    // As Go does for every connection.
    stream.set_nodelay(true).ok()?;
    Some(stream)
}

fn connect_udp(addresses: &[SocketAddr]) -> Option<UdpSocket> {
    addresses.iter().find_map(|address| {
        let any: SocketAddr = match address {
            SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
            SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
        };
        let socket = UdpSocket::bind(any).ok()?;
        // As Go does for every socket.
        socket.set_broadcast(true).ok()?;
        socket.connect(address).ok()?;
        Some(socket)
    })
}

fn send_tcp(stream: &mut TcpStream, data: &[u8], limit: Duration) -> io::Result<usize> {
    let deadline = Instant::now() + limit;
    let mut sent = 0;
    while sent < data.len() {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        stream.set_write_timeout(Some(at_least(left)))?;
        match stream.write(&data[sent..]) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(n) => sent += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(sent)
}

/// The operating system takes a zero timeout as "forever".
fn at_least(timeout: Duration) -> Duration {
    timeout.max(Duration::from_millis(1))
}
