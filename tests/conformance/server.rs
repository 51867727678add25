//! The loopback server that all runs talk to. It uses std's sockets, and follows commands.

mod udp;

use crate::std::suite::{Digest, Peers, TEXT, pattern, pattern_from};
use harness_host::peers::{Stop, TcpPeer};
use socket2::{Domain, SockRef, Socket, Type};
use std::collections::HashMap;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, UdpSocket};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use udp::UdpServer;

/// How long it sleeps at most before it checks whether it should stop.
const NAP: Duration = Duration::from_millis(20);

/// The server: it listens on free ports of 127.0.0.1 and ::1, and stops when it is dropped.
pub struct Server {
    tcp: TcpPeer,
    /// On `::1`, if the machine has it.
    tcp_v6: Option<TcpPeer>,
    udp: UdpServer,
    udp_v6: Option<UdpServer>,
    no_tcp: Socket,
    no_udp: UdpSocket,
    everybody: Option<SocketAddr>,
}

impl Server {
    pub fn start() -> io::Result<Self> {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let any_v6 = SocketAddr::from((Ipv6Addr::LOCALHOST, 0));
        let broadcasts = broadcasts();
        let everybody = match &broadcasts {
            Ok((_, everybody)) => Some(*everybody),
            Err(error) => {
                static SAY: std::sync::Once = std::sync::Once::new();
                let why = format!("no broadcast is heard on loopback: {error}");
                SAY.call_once(|| harness_host::skipped("sending_to_everybody", &why));
                None
            }
        };
        let board = Arc::new(Board {
            broadcasts: broadcasts.ok().map(|(socket, _)| socket),
            ..Board::default()
        });
        let tcp = |any: SocketAddr| {
            let board = Arc::clone(&board);
            TcpPeer::start(any.ip(), move |stream, stop| serve(stream, &board, stop))
        };
        let (tcp, tcp_v6) = (tcp(any)?, tcp(any_v6).ok());
        if tcp_v6.is_none() {
            static SAY: std::sync::Once = std::sync::Once::new();
            SAY.call_once(|| {
                harness_host::skipped(
                    "the behaviours of `suite/ipv6.rs`",
                    "this machine has no ::1",
                );
            });
        }
        // Bound but not listening: no other process gets the port, and connecting is refused.
        let no_tcp = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        no_tcp.bind(&any.into())?;
        // Connected to another address, so it receives nothing here.
        let no_udp = UdpSocket::bind(any)?;
        no_udp.connect(tcp.addr())?;
        Ok(Server {
            tcp,
            tcp_v6,
            udp: UdpServer::start(any)?,
            udp_v6: UdpServer::start(any_v6).ok(),
            no_tcp,
            no_udp,
            everybody,
        })
    }

    pub fn peers(&self) -> Peers {
        let no_tcp = self.no_tcp.local_addr().ok().and_then(|a| a.as_socket());
        let v6 = self.tcp_v6.as_ref().zip(self.udp_v6.as_ref());
        Peers {
            tcp: self.tcp.addr(),
            udp: self.udp.addrs,
            no_tcp: no_tcp.expect("the address of a bound socket"),
            no_udp: self.no_udp.local_addr().expect("its address"),
            everybody: self.everybody,
            v6: v6.map(|(tcp, udp)| (tcp.addr(), udp.addrs[0])),
        }
    }
}

/// Returns a socket that receives broadcasts on loopback, and their address. Fails if none arrives.
fn broadcasts() -> io::Result<(UdpSocket, SocketAddr)> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    let everybody = SocketAddr::from(([127, 255, 255, 255], socket.local_addr()?.port()));
    socket.set_read_timeout(Some(Duration::from_secs(5)))?;
    let sender = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    if sender.send_to(b"", everybody).is_ok() {
        return Err(io::Error::other("127.255.255.255 is no broadcast address"));
    }
    sender.set_broadcast(true)?;
    sender.send_to(b"?", everybody)?;
    socket.recv(&mut [0; 1])?;
    socket.set_read_timeout(Some(NAP))?;
    Ok((socket, everybody))
}

/// Where one connection leaves a message for another.
#[derive(Default)]
struct Board {
    notes: Mutex<HashMap<String, String>>,
    news: Condvar,
    broadcasts: Option<UdpSocket>,
}

impl Board {
    fn post(&self, name: &str, note: impl Into<String>) {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        notes.insert(name.to_owned(), note.into());
        self.news.notify_all();
    }

    fn wait(&self, name: &str, stop: &Stop) -> io::Result<String> {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        while !stop.is_set() {
            if let Some(note) = notes.get(name) {
                return Ok(note.clone());
            }
            let waited = self.news.wait_timeout(notes, NAP);
            notes = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        Err(ErrorKind::Interrupted.into())
    }
}

/// Runs the command in a connection's first line.
fn serve(mut stream: TcpStream, board: &Board, stop: &Stop) -> io::Result<()> {
    // A guest that reads slowly must not be disconnected.
    stream.set_write_timeout(Some(Duration::from_secs(60)))?;
    let line = line(&mut stream, stop)?;
    let words: Vec<&str> = line.split(' ').collect();
    match words[..] {
        ["echo"] => {
            let mut buffer = vec![0; 64 * 1024];
            while let Some(n) = read(&mut stream, &mut buffer, stop)? {
                stream.write_all(&buffer[..n])?;
            }
            Ok(())
        }
        // A client that only wanted to connect.
        ["close" | ""] => Ok(()),
        // All at once, whether or not the client reads.
        ["send", len] => stream.write_all(&pattern(number(len))),
        ["text"] => stream.write_all(TEXT.as_bytes()),
        // Receives this many bytes and returns their digest.
        ["take", len] => {
            let (digest, _) = take(&mut stream, number(len), stop);
            write!(stream, "{digest}")
        }
        // Sends some bytes, and the rest when another connection says so.
        ["hold", name, first, rest] => {
            let (first, rest) = (number(first), number(rest));
            stream.write_all(&pattern(first))?;
            board.wait(name, stop)?;
            stream.write_all(&pattern_from(first, rest))?;
            board.post(&format!("{name}, gone on"), "");
            Ok(())
        }
        ["go", name] => {
            board.post(name, "");
            board.wait(&format!("{name}, gone on"), stop)?;
            stream.write_all(b"gone on")
        }
        // Sends some bytes after a silence, this many times, and is silent before it closes.
        ["pause", ms, times, len] => {
            let (pause, len) = (Duration::from_millis(number(ms) as u64), number(len));
            for i in 0..number(times) {
                thread::sleep(pause);
                stream.write_all(&pattern_from(i * len, len))?;
            }
            thread::sleep(pause);
            Ok(())
        }
        // Receives everything, and leaves the digest for another connection.
        ["record", name] => {
            let (digest, end) = take(&mut stream, usize::MAX, stop);
            board.post(name, format!("{digest}, {end}"));
            Ok(())
        }
        ["recorded", name] => stream.write_all(board.wait(name, stop)?.as_bytes()),
        // Returns the next broadcast.
        ["heard"] => {
            let socket = board.broadcasts.as_ref().expect("a machine that has them");
            let mut buffer = [0; 64];
            while !stop.is_set() {
                if let Ok(n) = socket.recv(&mut buffer) {
                    return stream.write_all(&buffer[..n]);
                }
            }
            Ok(())
        }
        // Returns whether the stream has ended, or nothing arrived for that time.
        ["listen", ms] => {
            let start = Instant::now();
            let silent = |s: &Instant| s.elapsed() >= Duration::from_millis(number(ms) as u64);
            let heard = loop {
                match stream.read(&mut [0; 1]) {
                    Ok(0) => break "the end",
                    Ok(_) => break "a byte",
                    Err(error) if !is_passing(&error) => return Err(error),
                    Err(_) if silent(&start) || stop.is_set() => break "nothing",
                    Err(_) => {}
                }
            };
            stream.write_all(heard.as_bytes())
        }
        // Returns an address where connecting gets no reply, as long as this connection is open.
        ["full"] => {
            let listener = Socket::new(Domain::IPV4, Type::STREAM, None)?;
            listener.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into())?;
            // Linux queues one more connection than it is told to, and does not reply to the next.
            listener.listen(0)?;
            let addr = listener.local_addr()?.as_socket();
            let addr = addr.expect("the address of a bound socket");
            let _first = TcpStream::connect(addr)?;
            writeln!(stream, "{addr}")?;
            while read(&mut stream, &mut [0; 1], stop)?.is_some() {}
            Ok(())
        }
        // Sends some bytes; after one has come back, resets the connection.
        ["reset", len] => {
            stream.write_all(&pattern(number(len)))?;
            read(&mut stream, &mut [0; 1], stop)?;
            SockRef::from(&stream).set_linger(Some(Duration::ZERO))
        }
        _ => panic!("the server does not know how to `{line}`"),
    }
}

fn number(word: &str) -> usize {
    word.parse().expect("a number")
}

/// Reads the first line byte by byte: the rest belongs to another reader.
fn line(stream: &mut TcpStream, stop: &Stop) -> io::Result<String> {
    let mut line = Vec::new();
    let mut byte = [0];
    while read(stream, &mut byte, stop)?.is_some() && byte != *b"\n" {
        line.extend(byte);
    }
    String::from_utf8(line).map_err(io::Error::other)
}

/// Reads available data. `None` at end of stream, and when the server should stop.
fn read(stream: &mut TcpStream, buffer: &mut [u8], stop: &Stop) -> io::Result<Option<usize>> {
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
        ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted
    )
}

/// Receives up to `most` bytes, and returns their digest and how it ended.
fn take(stream: &mut TcpStream, most: usize, stop: &Stop) -> (Digest, &'static str) {
    let (mut digest, mut taken) = (Digest::new(), 0);
    let mut buffer = vec![0; 64 * 1024];
    while taken < most {
        let room = buffer.len().min(most - taken);
        match read(stream, &mut buffer[..room], stop) {
            Ok(Some(n)) => {
                digest.add(&buffer[..n]);
                taken += n;
            }
            Ok(None) => return (digest, "the end"),
            Err(_) => return (digest, "broken"),
        }
    }
    (digest, "enough")
}
