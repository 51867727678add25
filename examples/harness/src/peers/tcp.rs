//! A TCP peer that runs a function per connection, and an echo server based on it.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::NAP;

/// A TCP server that passes each connection to a function, on its own thread.
///
/// ```
/// use std::io::Write;
/// use harness_host::peers::TcpPeer;
///
/// // A peer that sends one word and closes the connection.
/// let peer = TcpPeer::start("127.0.0.1".parse()?, |mut stream, _| stream.write_all(b"bye"))?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct TcpPeer {
    addr: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    stop: Stop,
    accepted: AtomicUsize,
    open: AtomicUsize,
}

/// Tells a peer's function that the peer is being dropped.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Returns whether the function should return now.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl TcpPeer {
    /// Starts a server on a free port of this address. The function gets each connection, with a short read timeout so
    /// that it can check its [`Stop`] between two reads. When it returns, with any result, the connection is closed.
    pub fn start<F>(ip: IpAddr, serve: F) -> io::Result<Self>
    where
        F: Fn(TcpStream, &Stop) -> io::Result<()> + Send + Sync + 'static,
    {
        let listener = TcpListener::bind((ip, 0))?;
        let addr = listener.local_addr()?;
        let shared = Arc::new(Shared::default());
        let accept = {
            let shared = Arc::clone(&shared);
            move || accept(&listener, &shared, &serve)
        };
        let thread = thread::Builder::new().spawn(accept)?;
        Ok(TcpPeer {
            addr,
            shared,
            thread: Some(thread),
        })
    }

    /// Returns the address that the server listens on.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Returns how many connections were accepted.
    pub fn accepted(&self) -> usize {
        self.shared.accepted.load(Ordering::SeqCst)
    }

    /// Returns how many connections are open at the server's end.
    pub fn open(&self) -> usize {
        self.shared.open.load(Ordering::SeqCst)
    }
}

impl Drop for TcpPeer {
    fn drop(&mut self) {
        self.shared.stop.set();
        // Wakes the thread that waits for connections.
        let _ = TcpStream::connect_timeout(&self.addr, Duration::from_secs(1));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn accept<F>(listener: &TcpListener, shared: &Shared, serve: &F)
where
    F: Fn(TcpStream, &Stop) -> io::Result<()> + Sync,
{
    // The scope waits for the connections' threads, so none outlives the peer.
    thread::scope(|scope| {
        while !shared.stop.is_set() {
            let Ok((stream, _)) = listener.accept() else {
                thread::sleep(NAP);
                continue;
            };
            if shared.stop.is_set() {
                break;
            }
            shared.accepted.fetch_add(1, Ordering::SeqCst);
            shared.open.fetch_add(1, Ordering::SeqCst);
            let work = move || {
                if prepare(&stream).is_ok() {
                    // A broken connection needs no report.
                    let _ = serve(stream, &shared.stop);
                }
                shared.open.fetch_sub(1, Ordering::SeqCst);
            };
            if thread::Builder::new().spawn_scoped(scope, work).is_err() {
                shared.open.fetch_sub(1, Ordering::SeqCst);
            }
        }
    });
}

fn prepare(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(NAP))?;
    // On a busy machine a plugin may read slowly: do not disconnect it.
    stream.set_write_timeout(Some(Duration::from_secs(60)))
}

/// Reads available data. `None` at end of stream, and when the peer should stop.
pub(super) fn read(stream: &mut TcpStream, stop: &Stop, buffer: &mut [u8]) -> Option<usize> {
    while !stop.is_set() {
        match stream.read(buffer) {
            Ok(0) => return None,
            Ok(n) => return Some(n),
            Err(e) if is_passing(&e) => {}
            Err(_) => return None,
        }
    }
    None
}

/// Returns whether the error is a timeout or an interruption by a signal.
pub(super) fn is_passing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted
    )
}

/// A TCP server that sends back every byte it receives.
#[derive(Debug)]
pub struct TcpEcho(TcpPeer);

impl TcpEcho {
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
        TcpPeer::start(ip, |mut stream, stop| {
            let mut buffer = [0; 16 * 1024];
            while let Some(n) = read(&mut stream, stop, &mut buffer) {
                stream.write_all(&buffer[..n])?;
            }
            Ok(())
        })
        .map(TcpEcho)
    }

    /// Returns the address that the server listens on.
    pub fn addr(&self) -> SocketAddr {
        self.0.addr()
    }

    /// Returns how many connections were accepted.
    pub fn accepted(&self) -> usize {
        self.0.accepted()
    }

    /// Returns how many connections are open at the server's end.
    pub fn open(&self) -> usize {
        self.0.open()
    }
}
