//! The loopback server that all three runs talk to. It is std's own, and does what it is told.

use crate::std::suite::{Digest, Peers, TEXT, pattern, pattern_from};
use harness_host::peers::{Stop, TcpPeer};
use socket2::{Domain, SockRef, Socket, Type};
use std::collections::HashMap;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream, UdpSocket};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How long it sleeps at most before it looks whether it should stop.
const NAP: Duration = Duration::from_millis(20);

/// The server: it listens on free ports of 127.0.0.1, and stops when it is dropped.
pub struct Server {
    tcp: TcpPeer,
    udp: [UdpSocket; 2],
    no_tcp: Socket,
    no_udp: UdpSocket,
    stop: Arc<Board>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub fn start() -> io::Result<Self> {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let board = Arc::new(Board::default());
        let tcp = {
            let board = Arc::clone(&board);
            TcpPeer::start(any.ip(), move |stream, stop| serve(stream, &board, stop))?
        };
        // Bound and not listening: nobody else gets the port, and who connects is refused.
        let no_tcp = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        no_tcp.bind(&any.into())?;
        // Connected to somebody else, and so deaf to everybody here.
        let no_udp = UdpSocket::bind(any)?;
        no_udp.connect(tcp.addr())?;
        let udp = [UdpSocket::bind(any)?, UdpSocket::bind(any)?];
        let answering = {
            let [first, second] = [udp[0].try_clone()?, udp[1].try_clone()?];
            let board = Arc::clone(&board);
            move || answer_all(&first, &second, &board)
        };
        Ok(Server {
            tcp,
            udp,
            no_tcp,
            no_udp,
            stop: board,
            thread: Some(thread::Builder::new().spawn(answering)?),
        })
    }

    pub fn peers(&self) -> Peers {
        let addr = "the address of a bound socket";
        Peers {
            tcp: self.tcp.addr(),
            udp: self.udp.each_ref().map(|s| s.local_addr().expect(addr)),
            no_tcp: self
                .no_tcp
                .local_addr()
                .ok()
                .and_then(|a| a.as_socket())
                .expect(addr),
            no_udp: self.no_udp.local_addr().expect(addr),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.post("stop", "");
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Where one connection leaves word for another.
#[derive(Default)]
struct Board {
    notes: Mutex<HashMap<String, String>>,
    news: Condvar,
}

impl Board {
    fn post(&self, name: &str, note: impl Into<String>) {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        notes.insert(name.to_owned(), note.into());
        self.news.notify_all();
    }

    fn read(&self, name: &str) -> Option<String> {
        let notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        notes.get(name).cloned()
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

/// Does with a connection what its first line says.
fn serve(mut stream: TcpStream, board: &Board, stop: &Stop) -> io::Result<()> {
    // A guest that is slow to read is not to be hung up on.
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
        ["close"] => Ok(()),
        // All at once, whatever the other side reads.
        ["send", len] => stream.write_all(&pattern(number(len))),
        ["text"] => stream.write_all(TEXT.as_bytes()),
        // Takes so many bytes and says what they were.
        ["take", len] => {
            let (digest, _) = take(&mut stream, number(len), stop);
            write!(stream, "{digest}")
        }
        // Some bytes, and the rest when another connection says so.
        ["hold", name, first, rest] => {
            let (first, rest) = (number(first), number(rest));
            stream.write_all(&pattern(first))?;
            board.wait(name, stop)?;
            stream.write_all(&pattern_from(first, rest))
        }
        ["go", name] => {
            board.post(name, "");
            stream.write_all(b"gone")
        }
        // Some bytes after a silence, so many times, and a silence before the end.
        ["pause", ms, times, len] => {
            let (pause, len) = (Duration::from_millis(number(ms) as u64), number(len));
            for i in 0..number(times) {
                thread::sleep(pause);
                stream.write_all(&pattern_from(i * len, len))?;
            }
            thread::sleep(pause);
            Ok(())
        }
        // Takes all there is, and leaves word of it for another connection.
        ["record", name] => {
            let (digest, end) = take(&mut stream, usize::MAX, stop);
            board.post(name, format!("{digest}, {end}"));
            Ok(())
        }
        ["recorded", name] => stream.write_all(board.wait(name, stop)?.as_bytes()),
        // Says whether the stream has ended, or whether nothing came for that time.
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
        // Some bytes; and when one has come back, a reset.
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

/// The first line, read byte by byte: what follows it is somebody else's.
fn line(stream: &mut TcpStream, stop: &Stop) -> io::Result<String> {
    let mut line = Vec::new();
    let mut byte = [0];
    while read(stream, &mut byte, stop)?.is_some() && byte != *b"\n" {
        line.extend(byte);
    }
    String::from_utf8(line).map_err(io::Error::other)
}

/// Reads what is there. `None` at the end of the stream, and when the server should stop.
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

/// Reads up to `most` bytes, and says what they were and how it ended.
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

/// Answers datagrams at the first socket until the server stops. The second only answers for it.
fn answer_all(first: &UdpSocket, second: &UdpSocket, board: &Board) {
    let mut buffer = vec![0; 65_535];
    for socket in [first, second] {
        socket.set_read_timeout(Some(NAP)).expect("a read timeout");
    }
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut buffer = vec![0; 65_535];
            while board.read("stop").is_none() {
                if let Ok((n, from)) = second.recv_from(&mut buffer) {
                    let _ = second.send_to(&buffer[..n], from);
                }
            }
        });
        while board.read("stop").is_none() {
            // An error is a nap that has passed, or a peer that has gone away.
            if let Ok((n, from)) = first.recv_from(&mut buffer) {
                let _ = answer(&buffer[..n], from, first, second);
            }
        }
    });
}

/// Does what a datagram says, or sends it back.
fn answer(
    datagram: &[u8],
    to: SocketAddr,
    first: &UdpSocket,
    second: &UdpSocket,
) -> io::Result<()> {
    let text = str::from_utf8(datagram).unwrap_or_default();
    let words: Vec<&str> = text.split(' ').collect();
    match words[..] {
        ["!nothing"] => {}
        ["!send", len] => drop(first.send_to(&pattern(number(len)), to)?),
        ["!twice", word] => {
            first.send_to(word.as_bytes(), to)?;
            first.send_to(word.as_bytes(), to)?;
        }
        // So many numbered ones.
        ["!count", most] => {
            for i in 0..number(most) {
                first.send_to(i.to_string().as_bytes(), to)?;
            }
        }
        ["!empty", word] => {
            first.send_to(b"", to)?;
            first.send_to(word.as_bytes(), to)?;
        }
        ["!late", ms, word] => {
            thread::sleep(Duration::from_millis(number(ms) as u64));
            first.send_to(word.as_bytes(), to)?;
        }
        // From the second socket, and then from the first.
        ["!elsewhere", word] => {
            second.send_to(word.as_bytes(), to)?;
            first.send_to(word.as_bytes(), to)?;
        }
        _ => drop(first.send_to(datagram, to)?),
    }
    Ok(())
}
