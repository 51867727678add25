//! The guests' peers: servers on loopback, new for every run.

use harness_host::peers::{Stop, TcpEcho, TcpPeer, UdpEcho};
use socket2::{Domain, Socket, Type};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// The peer that a case needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// None: nothing is sent.
    Nobody,
    /// A TCP echo server and a UDP echo server.
    Echo,
    /// Accepts TCP connections and closes them.
    Door,
    /// Receives everything over TCP.
    Sink,
    /// Sends as many bytes as the run needs over TCP, and closes.
    Source,
    /// Sends as many lines of 14 bytes as the run needs, and closes.
    Lines,
}

/// The length of the queue of pending connections.
const QUEUE: i32 = 4_096;

/// The length of a line, including its end.
pub const LINE: u64 = 14;

/// The servers of one run; they stop when this is dropped.
#[derive(Debug)]
pub struct Peers {
    /// The address of the TCP server, or `-`.
    pub tcp: String,
    /// The address of the UDP server, or `-`.
    pub udp: String,
    taken: Arc<AtomicU64>,
    _tcp: Option<TcpPeer>,
    _echo: Option<(TcpEcho, UdpEcho)>,
    _door: Option<Door>,
}

impl Peers {
    /// Starts the servers for a run with this `count`.
    pub fn start(peer: Peer, count: u64) -> io::Result<Peers> {
        let taken = Arc::new(AtomicU64::new(0));
        let none = || "-".to_owned();
        if peer == Peer::Echo {
            let echo = (TcpEcho::v4()?, UdpEcho::v4()?);
            return Ok(Peers {
                tcp: echo.0.addr().to_string(),
                udp: echo.1.addr().to_string(),
                taken,
                _tcp: None,
                _echo: Some(echo),
                _door: None,
            });
        }
        let door = match peer {
            Peer::Door => Some(Door::open()?),
            _ => None,
        };
        let tcp = match peer {
            Peer::Nobody | Peer::Echo | Peer::Door => None,
            Peer::Sink => {
                let taken = Arc::clone(&taken);
                Some(TcpPeer::start(LOCALHOST, move |stream, stop| {
                    take(stream, stop, &taken)
                })?)
            }
            Peer::Source => Some(TcpPeer::start(LOCALHOST, move |stream, _| {
                give(stream, count, |at| (at ^ (at >> 8) ^ (at >> 16)) as u8)
            })?),
            Peer::Lines => Some(TcpPeer::start(LOCALHOST, move |stream, _| {
                give(stream, count * LINE, letter)
            })?),
        };
        let of_door = door.as_ref().map(|door| door.address);
        let address = tcp.as_ref().map(TcpPeer::addr).or(of_door);
        Ok(Peers {
            tcp: address.map_or_else(none, |address| address.to_string()),
            udp: none(),
            taken,
            _tcp: tcp,
            _echo: None,
            _door: door,
        })
    }

    /// Returns how many bytes the sink has received.
    #[must_use]
    pub fn taken(&self) -> u64 {
        self.taken.load(Ordering::SeqCst)
    }
}

/// A server with one thread and a long queue. Any other falls behind a client that only connects; then the queue fills
/// up, and the next connection takes a second.
#[derive(Debug)]
struct Door {
    address: SocketAddr,
    closed: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Door {
    fn open() -> io::Result<Door> {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        socket.bind(&SocketAddr::from((LOCALHOST, 0)).into())?;
        socket.listen(QUEUE)?;
        let listener = TcpListener::from(socket);
        let address = listener.local_addr()?;
        let closed = Arc::new(AtomicBool::new(false));
        let is_closed = Arc::clone(&closed);
        let accept = move || {
            while !is_closed.load(Ordering::SeqCst) {
                drop(listener.accept());
            }
        };
        Ok(Door {
            address,
            closed,
            thread: Some(thread::Builder::new().spawn(accept)?),
        })
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.closed.store(true, Ordering::SeqCst);
        // Wakes the thread.
        let woken = TcpStream::connect_timeout(&self.address, Duration::from_secs(5));
        if let (Ok(_), Some(thread)) = (woken, self.thread.take()) {
            let _ = thread.join();
        }
    }
}

fn take(mut stream: TcpStream, stop: &Stop, taken: &AtomicU64) -> io::Result<()> {
    let mut buffer = vec![0; 256 * 1024];
    while !stop.is_set() {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => {
                taken.fetch_add(n as u64, Ordering::SeqCst);
            }
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(e) => return Err(e),
        }
    }
    Ok(())
}

fn give(mut stream: TcpStream, count: u64, byte: impl Fn(u64) -> u8) -> io::Result<()> {
    let mut at = 0;
    while at < count {
        let end = count.min(at + 65_536);
        let chunk: Vec<u8> = (at..end).map(&byte).collect();
        stream.write_all(&chunk)?;
        at = end;
    }
    Ok(())
}

/// Returns a letter of a line.
fn letter(at: u64) -> u8 {
    match at % LINE {
        13 => b'\n',
        place => b'a' + ((at / LINE + place) % 26) as u8,
    }
}
