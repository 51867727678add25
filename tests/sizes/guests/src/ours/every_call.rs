//! Every call of the sockets, to show that none of them can panic.
//!
//! The peer echoes. All results are used, so that no call is optimized out of the finished guest.

use super::icmp::ping;
use crate::frame::{LEN, MESSAGE, PACKET_WAIT_MS, SEQ};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use core::time::Duration;
use embedded_io::Write;
use harness_wasi_sockets::embedded::{Address, IcmpSocket, Shutdown, TcpStream, UdpSocket};
use harness_wasi_sockets::host::DefaultHost;
use harness_wasi_sockets::{Block, Error};

/// A capacity other than the default.
const SMALL: usize = 16;
/// Longer than a test takes.
const TIMEOUT: Option<Duration> = Some(Duration::from_secs(10));

/// TCP: `127.0.0.1:PORT`, in every form that an address can have.
pub fn tcp(address: &str) -> Option<()> {
    let (host, port) = split(address)?;
    let ip = Ipv4Addr::LOCALHOST;
    stream(TcpStream::connect(address).ok()?)?;
    small(address)?;
    small(address.as_bytes())?;
    small((host, port))?;
    small((ip, port))?;
    small((IpAddr::from(ip), port))?;
    small(SocketAddrV4::new(ip, port))?;
    small(SocketAddr::from((ip, port)))?;
    // Not every machine has IPv6: then the result is an error, which is fine.
    let ip = Ipv6Addr::LOCALHOST;
    let _ = small((ip, port));
    let _ = small(SocketAddrV6::new(ip, port, 0, 0));
    Some(())
}

/// UDP: in the same way.
pub fn udp(address: &str) -> Option<()> {
    let (host, port) = split(address)?;
    socket(UdpSocket::connect(address).ok()?)?;
    socket(UdpSocket::connect_in(DefaultHost, (host, port)).ok()?)?;
    socket(UdpSocket::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).ok()?)
}

/// ICMP: `127.0.0.1`. The payloads differ, so that replies cannot be confused.
pub fn icmp(target: &str) -> Option<()> {
    ping(target)?;
    let socket = IcmpSocket::new_in(DefaultHost);
    let reply = socket
        .ping(target, b"every call", SEQ, PACKET_WAIT_MS)
        .ok()?;
    if reply.seq != SEQ || reply.source() != target {
        return None;
    }
    let mut pings = socket.pings(target, b"every ping", 3).interval(10);
    while pings.next().transpose().ok()?.is_some() {}
    let stats = pings.stats();
    (stats.received == 3 && stats.mean() >= stats.min()).then_some(())
}

/// A stream with a small buffer, which a message does not fit into.
fn small<A: Address>(address: A) -> Option<()> {
    stream(TcpStream::<SMALL>::connect_in(DefaultHost, address).ok()?)
}

/// Every call of a stream.
fn stream<const N: usize>(mut stream: TcpStream<N>) -> Option<()> {
    stream.set_read_timeout(None).ok()?;
    stream.set_read_timeout(TIMEOUT).ok()?;
    if stream.set_read_timeout(Some(Duration::ZERO)).is_ok() || stream.read_timeout() != TIMEOUT {
        return None;
    }
    stream.write_all(&MESSAGE).ok()?;
    stream.flush().ok()?;

    let mut reply = [0; LEN];
    let peeked = stream.peek(reply.get_mut(..4)?).ok()?;
    if !stream.read_ready().ok()? || !MESSAGE.starts_with(reply.get(..peeked)?) {
        return None;
    }
    let shown = stream.fill_buf().ok()?.len();
    stream.consume(shown.min(1));
    let read = stream.read(reply.get_mut(1..4)?).ok()?;
    stream.read_exact(reply.get_mut(1 + read..)?).ok()?;
    if reply != MESSAGE {
        return None;
    }

    let written = stream.write_block(&Block::copy_of(&MESSAGE).ok()?).ok()?;
    let mut read = 0;
    while read < written {
        let block = stream.read_block(LEN).ok()??;
        block.load(0, &mut reply);
        read += block.len();
    }

    stream.shutdown(Shutdown::Write);
    let refused = stream.write(&MESSAGE);
    stream.shutdown(Shutdown::Read);
    let ended = stream.read(&mut reply);
    stream.shutdown(Shutdown::Both);
    (refused == Err(Error::Shutdown) && ended == Ok(0)).then_some(())
}

/// Every call of a socket.
fn socket(mut socket: UdpSocket) -> Option<()> {
    socket.set_read_timeout(None).ok()?;
    if socket.set_read_timeout(Some(Duration::ZERO)).is_ok() {
        return None;
    }
    socket.set_read_timeout(TIMEOUT).ok()?;
    socket.send(&MESSAGE).ok()?;
    let mut reply = [0; LEN];
    let len = socket.recv(&mut reply).ok()?;
    socket.send_block(&Block::copy_of(&MESSAGE).ok()?).ok()?;
    if socket.recv_block(LEN).ok()?.len() != LEN {
        return None;
    }
    (reply.get(..len)? == MESSAGE).then_some(())
}

/// Splits `HOST:PORT`, without `core`'s own number parser.
pub(super) fn split(address: &str) -> Option<(&str, u16)> {
    let (host, digits) = address.split_once(':')?;
    let port = digits.bytes().fold(0_u16, |port, digit| {
        port.wrapping_mul(10).wrapping_add(u16::from(digit & 0x0f))
    });
    Some((host, port))
}
