//! The peers of the kit: they follow commands, and report times.

use std::collections::HashMap;
use std::fmt;
use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, UdpSocket};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use socket2::{Domain, SockRef, Socket, Type};

use super::http;
use crate::icmp;
use crate::peers::{Stop, TcpPeer, UdpPeer};

/// How long a peer waits for another connection's action before it asks the caller to retry.
const A_WHILE: Duration = Duration::from_millis(100);
/// How long a peer waits for the command to continue.
const PATIENCE: Duration = Duration::from_secs(60);
/// How many replies are sent to pings.
const REPLIES: u32 = 100;
const BETWEEN_REPLIES: Duration = Duration::from_millis(30);

/// The peers, on free ports of 127.0.0.1, and of ::1 if the machine has it. They stop when this is dropped. The
/// `Display` form is the plugin's input.
#[derive(Debug)]
pub struct Peers {
    tcp: TcpPeer,
    tcp6: Option<TcpPeer>,
    udp: UdpPeer,
    udp6: Option<UdpPeer>,
    /// Bound, but not listening.
    closed_tcp: Socket,
    /// Connected to another address, so it receives nothing.
    closed_udp: UdpSocket,
}

impl Peers {
    /// Starts the peers.
    pub fn start() -> io::Result<Self> {
        let start = Instant::now();
        let (v4, v6) = (
            IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(Ipv6Addr::LOCALHOST),
        );
        let board = Arc::new(Board::default());
        let tcp = |ip| {
            let board = Arc::clone(&board);
            TcpPeer::start(ip, move |stream, stop| serve(stream, stop, &board, start))
        };
        let udp = |ip| UdpPeer::start(ip, move |datagram| Some(answer(datagram, start)));
        let closed_tcp = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        closed_tcp.bind(&SocketAddr::new(v4, 0).into())?;
        let tcp4 = tcp(v4)?;
        let closed_udp = UdpSocket::bind((v4, 0))?;
        closed_udp.connect(tcp4.addr())?;
        Ok(Self {
            tcp: tcp4,
            tcp6: tcp(v6).ok(),
            udp: udp(v4)?,
            udp6: udp(v6).ok(),
            closed_tcp,
            closed_udp,
        })
    }

    /// Returns the plugin's input that leads it here.
    pub fn input(&self) -> String {
        self.to_string()
    }
}

impl fmt::Display for Peers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let closed = |address: io::Result<SocketAddr>| address.map_err(|_| fmt::Error);
        let closed_tcp = self.closed_tcp.local_addr();
        let closed_tcp = closed_tcp.and_then(|a| a.as_socket().ok_or(io::ErrorKind::Other.into()));
        write!(f, "tcp={} udp={}", self.tcp.addr(), self.udp.addr())?;
        write!(f, " closed-tcp={}", closed(closed_tcp)?)?;
        write!(f, " closed-udp={}", closed(self.closed_udp.local_addr())?)?;
        if let (Some(tcp), Some(udp)) = (&self.tcp6, &self.udp6) {
            write!(f, " tcp6={} udp6={}", tcp.addr(), udp.addr())?;
        }
        Ok(())
    }
}

/// Where one connection leaves a message for another.
#[derive(Debug, Default)]
struct Board {
    notes: Mutex<HashMap<String, String>>,
    news: Condvar,
}

impl Board {
    fn post(&self, name: String, note: String) {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        notes.insert(name, note);
        self.news.notify_all();
    }

    /// Takes a message as soon as there is one; each has one reader.
    fn take(&self, name: &str, patience: Duration, stop: &Stop) -> Option<String> {
        let deadline = Instant::now() + patience;
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        while Instant::now() < deadline && !stop.is_set() {
            if let Some(note) = notes.remove(name) {
                return Some(note);
            }
            let waited = self.news.wait_timeout(notes, Duration::from_millis(20));
            notes = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        None
    }
}

fn milliseconds(start: Instant) -> String {
    start.elapsed().as_millis().to_string()
}

fn answer(datagram: &[u8], start: Instant) -> Vec<u8> {
    match datagram {
        b"!clock" => milliseconds(start).into_bytes(),
        _ => match std::str::from_utf8(datagram)
            .ok()
            .and_then(|d| d.strip_prefix("!bytes "))
        {
            Some(length) => pattern(number(length)),
            None => datagram.to_vec(),
        },
    }
}

/// Runs the command in the first line of a connection. An unknown command comes from a broken host, and gets no reply.
fn serve(mut stream: TcpStream, stop: &Stop, board: &Board, start: Instant) -> io::Result<()> {
    let line = line(&mut stream, 200, stop)?;
    let words: Vec<&str> = line.trim_end().split(' ').collect();
    match words[..] {
        [_, path, "HTTP/1.1"] => http::serve(&mut stream, &line, path, stop),
        ["echo"] => {
            let mut buffer = [0; 16 * 1024];
            while let Some(n) = read(&mut stream, &mut buffer, stop)? {
                stream.write_all(&buffer[..n])?;
            }
            Ok(())
        }
        ["clock"] => writeln!(stream, "{}", milliseconds(start)),
        ["bytes", length] => stream.write_all(&pattern(number(length))),
        // When another connection says so.
        ["late", name, length] => {
            if board.take(&format!("go {name}"), PATIENCE, stop).is_some() {
                stream.write_all(&pattern(number(length)))?;
            }
            while read(&mut stream, &mut [0; 1], stop)?.is_some() {}
            Ok(())
        }
        ["go", name] => {
            board.post(format!("go {name}"), String::new());
            writeln!(stream, "gone on")
        }
        ["record", name] => {
            let (mut count, mut digest) = (0, 0xcbf2_9ce4_8422_2325_u64);
            let mut buffer = [0; 16 * 1024];
            while let Ok(Some(n)) = read(&mut stream, &mut buffer, stop) {
                count += n;
                for byte in &buffer[..n] {
                    digest = (digest ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
                }
            }
            let note = format!("{count} bytes, {digest:016x}");
            board.post(format!("recorded {name}"), note);
            Ok(())
        }
        ["recorded", name] => {
            let note = board.take(&format!("recorded {name}"), A_WHILE, stop);
            writeln!(
                stream,
                "{}",
                note.as_deref().unwrap_or("the connection is still open")
            )
        }
        // When data has arrived.
        ["reset", length] => {
            stream.write_all(&pattern(number(length)))?;
            read(&mut stream, &mut [0; 1], stop)?;
            SockRef::from(&stream).set_linger(Some(Duration::ZERO))
        }
        ["reply", seq] => match icmp::replies(number(seq) as u16, b"kit") {
            Ok(mut reply) => {
                thread::spawn(move || {
                    for _ in 0..REPLIES {
                        // A failed send counts as a lost reply.
                        let _ = reply();
                        thread::sleep(BETWEEN_REPLIES);
                    }
                });
                writeln!(stream, "sent")
            }
            Err(error) => writeln!(stream, "not sent: {error}"),
        },
        _ => Ok(()),
    }
}

fn number(word: &str) -> usize {
    word.parse().unwrap_or(0)
}

fn pattern(length: usize) -> Vec<u8> {
    // At most a datagram, or a few sends: anybody may send commands.
    let length = length.min(1 << 20);
    (0..length)
        .map(|i| (i ^ (i >> 8) ^ (i >> 16)) as u8)
        .collect()
}

/// Reads the next line, byte by byte: the rest belongs to another reader.
pub(super) fn line(stream: &mut TcpStream, most: usize, stop: &Stop) -> io::Result<String> {
    let mut line = Vec::new();
    let mut byte = [0];
    while line.len() < most && read(stream, &mut byte, stop)?.is_some() && byte != *b"\n" {
        line.extend(byte);
    }
    Ok(String::from_utf8_lossy(&line).into_owned())
}

/// Reads available data. `None` at end of stream, and when the peer should stop.
pub(super) fn read(
    stream: &mut TcpStream,
    buffer: &mut [u8],
    stop: &Stop,
) -> io::Result<Option<usize>> {
    while !stop.is_set() {
        match stream.read(buffer) {
            Ok(n) => return Ok((n > 0).then_some(n)),
            Err(error) if is_passing(&error) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

fn is_passing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted
    )
}
