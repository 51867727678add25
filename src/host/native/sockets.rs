//! TCP connections and UDP sockets with ids, as in a host.

use super::{LIMIT, Native, address, uninterrupted};
use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpStream, UdpSocket};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The maximum buffer of one receive, whatever was requested.
const MOST: u32 = 1 << 20;

/// The open sockets of one protocol.
struct Table<S> {
    last: u32,
    open: HashMap<u32, Arc<S>>,
}

static TCP: LazyLock<Mutex<Table<TcpStream>>> = LazyLock::new(Mutex::default);
static UDP: LazyLock<Mutex<Table<UdpSocket>>> = LazyLock::new(Mutex::default);

impl<S> Default for Table<S> {
    fn default() -> Self {
        Table {
            last: 0,
            open: HashMap::new(),
        }
    }
}

impl<S> Table<S> {
    fn add(&mut self, socket: S) -> u32 {
        // After four thousand million connections the ids wrap around; 0 is not an id.
        loop {
            self.last = self.last.wrapping_add(1);
            if self.last != 0 && !self.open.contains_key(&self.last) {
                break;
            }
        }
        self.open.insert(self.last, Arc::new(socket));
        self.last
    }
}

fn lock<S>(table: &Mutex<Table<S>>) -> MutexGuard<'_, Table<S>> {
    table.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns the socket without holding the table's lock, so that a waiting receive does not block other threads.
fn find<S>(table: &Mutex<Table<S>>, id: u32) -> Option<Arc<S>> {
    lock(table).open.get(&id).cloned()
}

pub(super) fn open() -> usize {
    let tcp = lock(&TCP).open.len();
    tcp.saturating_add(lock(&UDP).open.len())
}

pub(super) fn tcp_connect(address: &str) -> u32 {
    let began = Instant::now();
    let addresses = address::of_endpoint(address);
    let mut waiting = u32::try_from(addresses.len()).unwrap_or(u32::MAX);
    let stream = addresses.iter().find_map(|address| {
        // Each address gets its share of the remaining time.
        let left = LIMIT.saturating_sub(began.elapsed());
        let share = left.checked_div(waiting).unwrap_or(left);
        waiting = waiting.saturating_sub(1);
        connect(address, share.max(Duration::from_millis(1))).ok()
    });
    stream.map_or(0, |stream| lock(&TCP).add(stream))
}

fn connect(address: &SocketAddr, limit: Duration) -> std::io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(address, limit)?;
    stream.set_read_timeout(Some(Native::wait()))?;
    // As in production.
    stream.set_nodelay(true)?;
    Ok(stream)
}

pub(super) fn tcp_send(id: u32, mut data: &[u8]) -> u32 {
    let Some(stream) = find(&TCP, id) else {
        return 0;
    };
    let len = data.len();
    let began = Instant::now();
    while !data.is_empty() {
        let sent = uninterrupted(|| {
            // The limit applies to the whole call, however many writes it takes. (A timeout of zero is an error.)
            stream.set_write_timeout(Some(LIMIT.saturating_sub(began.elapsed())))?;
            (&*stream).write(data)
        });
        match sent {
            // How much was sent before is not reported, as in production.
            Ok(0) | Err(_) => return 0,
            Ok(n) => data = data.get(n..).unwrap_or_default(),
        }
    }
    u32::try_from(len).unwrap_or(u32::MAX)
}

pub(super) fn tcp_recv(id: u32, max: u32) -> Option<Vec<u8>> {
    let stream = find(&TCP, id)?;
    receive(max, |buffer| (&*stream).read(buffer))
}

pub(super) fn tcp_close(id: u32) {
    let socket = lock(&TCP).open.remove(&id);
    if let Some(stream) = socket {
        // Another thread may be waiting in a receive; this wakes it.
        let _ = stream.shutdown(Shutdown::Both);
    }
}

pub(super) fn udp_connect(address: &str) -> u32 {
    let addresses = address::of_endpoint(address);
    let socket = addresses.iter().find_map(|address| open_udp(address).ok());
    socket.map_or(0, |socket| lock(&UDP).add(socket))
}

fn open_udp(address: &SocketAddr) -> std::io::Result<UdpSocket> {
    let socket = match address {
        SocketAddr::V4(_) => UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?,
        SocketAddr::V6(_) => UdpSocket::bind((Ipv6Addr::UNSPECIFIED, 0))?,
    };
    // In production every UDP socket may send broadcasts.
    socket.set_broadcast(true)?;
    socket.connect(address)?;
    socket.set_read_timeout(Some(Native::wait()))?;
    socket.set_write_timeout(Some(LIMIT))?;
    Ok(socket)
}

pub(super) fn udp_send(id: u32, data: &[u8]) -> u32 {
    let sent = find(&UDP, id).and_then(|socket| socket.send(data).ok());
    sent.map_or(0, |n| u32::try_from(n).unwrap_or(u32::MAX))
}

pub(super) fn udp_recv(id: u32, max: u32) -> Option<Vec<u8>> {
    let socket = find(&UDP, id)?;
    receive(max, |buffer| socket.recv(buffer))
}

pub(super) fn udp_close(id: u32) {
    lock(&UDP).open.remove(&id);
}

/// Receives once. Returns `None` if that fails, and an empty vector at end of stream or for an empty datagram.
fn receive(max: u32, mut read: impl FnMut(&mut [u8]) -> std::io::Result<usize>) -> Option<Vec<u8>> {
    // Requesting no bytes does not consume a datagram.
    if max == 0 {
        return None;
    }
    let mut buffer = vec![0; max.min(MOST) as usize];
    let n = uninterrupted(|| read(&mut buffer)).ok()?;
    buffer.truncate(n);
    Some(buffer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_come_round_pass_over_0_and_what_is_open() {
        let mut table = Table {
            last: u32::MAX - 1,
            open: HashMap::from([(1, Arc::new("kept"))]),
        };
        assert_eq!(table.add("last"), u32::MAX);
        assert_eq!(table.add("round"), 2);
        assert_eq!(*table.open[&1], "kept");
    }
}
