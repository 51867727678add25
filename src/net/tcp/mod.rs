//! A TCP connection with std's interface.

use super::address::{Endpoint, ToSocketAddrs, try_each};
use super::options::Options;
use super::{lock, try_lock};
use crate::Error;
use crate::connection::{BOTH, Connection, READ, Tcp, WRITE};
use crate::host::DefaultHost;
use crate::patience::{Silence, Timeout, Waiting, Waits, clock, nanoseconds, real_time};
use crate::reader::Reader;
use core::fmt;
use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::sync::{Arc, Mutex};

/// The size of a stream's receive buffer. Reads of at least that size (`BufReader`'s, `io::copy`'s) bypass it.
const CAPACITY: usize = 4_096;

/// A TCP connection, closed when the last clone of it is dropped.
///
/// This corresponds to [`std::net::TcpStream`].
///
/// # How long a read waits
/// It waits for the first byte, up to the read timeout, 30 s by default. Then it fails with an error of kind `TimedOut`.
/// Nothing is lost: you can read again. `Ok(0)` is end of stream.
///
/// The host returns the same 0 for "no data yet" and "end of stream"; the library tells them apart by the time it takes.
/// Without a real clock (on `wasm32-unknown-unknown`, and in production), silence for the whole read timeout (at most one
/// hour) is reported as end of stream. [`set_silence`](TcpStream::set_silence) makes it `TimedOut`.
///
/// # Errors of reading and writing
/// The `io::Error` wraps an [`Error`], which has more details.
///
/// | kind | reading | writing |
/// |---|---|---|
/// | `TimedOut` | nothing arrived within the read timeout; nothing is lost | never |
/// | `BrokenPipe` | the host stopped an earlier call of the plugin while it read from the stream | the host failed to send, and how much arrived is unknown; or this side was shut; or an earlier write failed |
/// | `InvalidData` | the host returned more than was asked for and more than fits into the buffer: everything before it has been read, and no later byte will be | never |
/// | `OutOfMemory` | the kernel has no memory for received bytes: everything before them has been read, and no later byte will be | the kernel has no memory for the bytes; nothing was sent |
///
/// A reset by the peer is reported as end of stream.
///
/// # Example
/// ```no_run
/// use harness_wasi_sockets::TcpStream;
/// use std::io::{Read, Write};
///
/// fn main() -> std::io::Result<()> {
///     let mut stream = TcpStream::connect("127.0.0.1:6000")?;
///     stream.write_all(b"Hello, world!")?;
///     let mut buf = [0; 1024];
///     let n = stream.read(&mut buf)?;
///     println!("Received {n} bytes");
///     Ok(())
/// }
/// ```
pub struct TcpStream {
    shared: Arc<Shared>,
}

/// What the clones of a stream share.
struct Shared {
    connection: Connection<Tcp, DefaultHost>,
    /// Locked while a read waits. Writes do not need it, so one thread can write while another waits in a read.
    reader: Mutex<Reader<CAPACITY>>,
    options: Options,
    silence_times_out: AtomicBool,
    peer: Endpoint,
}

impl Waits for &Shared {
    fn waiting(&self) -> Waiting {
        Waiting {
            timeout: self.options.read_timeout.get(),
            silence: if self.silence_times_out.load(Ordering::Relaxed) {
                Silence::TimedOut
            } else {
                Silence::EndOfStream
            },
        }
    }
}

impl TcpStream {
    /// Opens a TCP connection to a remote host.
    ///
    /// This corresponds to [`std::net::TcpStream::connect`]. If `addr` yields several addresses, they are tried in turn until
    /// one connects. The host resolves names. Each attempt takes at most 5 s.
    ///
    /// # Errors
    /// Kind `InvalidInput`, before the host is called, if `addr` is not a valid address; `ConnectionRefused` if the host could
    /// not connect, for any reason: it gives none; `OutOfMemory` if the kernel has no memory for the address.
    pub fn connect<A: ToSocketAddrs>(addr: A) -> io::Result<TcpStream> {
        TcpStream::open(addr, Endpoint::open)
    }

    /// Connects to the first address that `open` can connect to.
    #[inline(always)]
    fn open(
        addr: impl ToSocketAddrs,
        mut open: impl FnMut(&Endpoint) -> Result<Connection<Tcp, DefaultHost>, Error>,
    ) -> io::Result<TcpStream> {
        let (connection, peer) = try_each(addr, |endpoint| Ok((open(&endpoint)?, endpoint)))?;
        Ok(TcpStream {
            shared: Arc::new(Shared {
                connection,
                reader: Mutex::new(Reader::new()),
                options: Options::new(Timeout::DEFAULT),
                silence_times_out: AtomicBool::new(false),
                peer,
            }),
        })
    }

    /// Opens a TCP connection to a remote host with a timeout.
    ///
    /// This corresponds to [`std::net::TcpStream::connect_timeout`]. The host always tries for up to
    /// 5 s, whatever the timeout. The timeout only decides the kind of the error.
    ///
    /// A [`SocketAddr`] cannot hold a name. For names use
    /// [`connect_timeout_to`](TcpStream::connect_timeout_to).
    ///
    /// # Errors
    /// Kind `InvalidInput` if the timeout is zero; `TimedOut` if the attempt failed and took at least the timeout;
    /// `ConnectionRefused` if it failed sooner, or if there is no real clock.
    pub fn connect_timeout(addr: &SocketAddr, timeout: Duration) -> io::Result<TcpStream> {
        TcpStream::connect_timeout_to(addr, timeout)
    }

    /// Opens a TCP connection to anything that [`connect`](TcpStream::connect) takes, including names, with a timeout.
    ///
    /// Std has no such method: there, code resolves a name with `to_socket_addrs` and passes each address to
    /// `connect_timeout`. In a plugin only the host can resolve names.
    ///
    /// If `addr` yields several addresses, they are tried in turn until one connects. After the timeout no further one is
    /// tried. A started attempt is not interrupted: each takes up to 5 s.
    ///
    /// # Errors
    /// As [`connect_timeout`](TcpStream::connect_timeout); also kind `InvalidInput`, before the host is called, if `addr` is
    /// not a valid address.
    ///
    /// # Example
    /// ```
    /// use harness_wasi_sockets::TcpStream;
    /// use std::time::Duration;
    ///
    /// # let server = harness_host::peers::TcpEcho::v4()?;
    /// # let port = server.addr().port();
    /// let stream = TcpStream::connect_timeout_to(("localhost", port), Duration::from_secs(2))?;
    /// # drop(stream);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn connect_timeout_to<A: ToSocketAddrs>(
        addr: A,
        timeout: Duration,
    ) -> io::Result<TcpStream> {
        if timeout.is_zero() {
            return Err(Error::InvalidInput.into());
        }
        let limit = nanoseconds(timeout);
        let start = real_time(&DefaultHost);
        let mut is_over = false;
        TcpStream::open(addr, |endpoint| {
            if is_over {
                return Err(Error::TimedOut);
            }
            endpoint.open().map_err(|error| {
                let passed = start.zip(clock(&DefaultHost));
                is_over = error == Error::ConnectFailed
                    && passed.is_some_and(|(start, now)| now.saturating_sub(start) >= limit);
                if is_over { Error::TimedOut } else { error }
            })
        })
    }

    /// Returns the socket address of the remote peer.
    ///
    /// This corresponds to [`std::net::TcpStream::peer_addr`].
    ///
    /// # Errors
    /// Kind `Unsupported` if the stream was connected to a name other than `localhost`: only the host knows its address.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.shared.peer.addr().ok_or(Error::NameNotResolved)?)
    }

    /// Unsupported: the host does not return the local address.
    ///
    /// This corresponds to [`std::net::TcpStream::local_addr`].
    ///
    /// # Errors
    /// Always kind `Unsupported`.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        Err(Error::Unsupported.into())
    }

    /// Shuts down the read half, the write half, or both.
    ///
    /// This corresponds to [`std::net::TcpStream::shutdown`], with one difference: the host can
    /// only close a whole connection. It is closed once both halves are shut. Shutting one half has a local effect only (reads
    /// return `Ok(0)`, or writes fail with kind `BrokenPipe`); the peer does not see it. A read that is waiting in another
    /// thread ends after the host's wait.
    pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        self.shared.connection.shut(match how {
            Shutdown::Read => READ,
            Shutdown::Write => WRITE,
            Shutdown::Both => BOTH,
        });
        Ok(())
    }

    /// Creates another handle to the same connection. Bytes read through one are gone for the other. The connection closes
    /// when the last handle is dropped.
    ///
    /// This corresponds to [`std::net::TcpStream::try_clone`].
    pub fn try_clone(&self) -> io::Result<TcpStream> {
        Ok(TcpStream {
            shared: Arc::clone(&self.shared),
        })
    }

    /// Copies the bytes that the next read will return into `buf`. Waits for the first byte like a read.
    ///
    /// This corresponds to [`std::net::TcpStream::peek`]. It shows at most 4,096 bytes. A second peek without a read in
    /// between asks the host for more bytes, and waits for them for one wait of the host.
    ///
    /// # Errors
    /// The same as for reading.
    pub fn peek(&self, buf: &mut [u8]) -> io::Result<usize> {
        Ok(self.reading(|reader, shared| reader.peek(&shared.connection, shared, buf))?)
    }

    /// Chooses what a read returns after silence for the whole read timeout, if there is no real clock to tell silence from
    /// end of stream. The default is end of stream.
    ///
    /// Std has no such method.
    ///
    /// # Example
    /// ```
    /// use harness_wasi_sockets::{Silence, TcpStream};
    ///
    /// # let server = harness_host::peers::TcpEcho::v4()?;
    /// let stream = TcpStream::connect(server.addr())?;
    /// // For a protocol in which the server sends unasked: silence in production is a timeout, not EOF.
    /// stream.set_silence(Silence::TimedOut);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn set_silence(&self, silence: Silence) {
        let times_out = silence == Silence::TimedOut;
        self.shared
            .silence_times_out
            .store(times_out, Ordering::Relaxed);
    }

    /// Returns what a read returns after silence for the whole read timeout, if there is no real clock to tell silence from
    /// end of stream.
    #[must_use]
    pub fn silence(&self) -> Silence {
        (&*self.shared).waiting().silence
    }

    /// Reads with `read`, holding the lock. If the stream is shut, it reads nothing, and does not wait for a thread that is
    /// still reading.
    fn reading(
        &self,
        read: impl FnOnce(&mut Reader<CAPACITY>, &Shared) -> Result<usize, Error>,
    ) -> Result<usize, Error> {
        let shared = &*self.shared;
        let mut reader = match try_lock(&shared.reader)? {
            Some(reader) => reader,
            None if shared.connection.is_shut(READ) => return Ok(0),
            None => lock(&shared.reader)?,
        };
        read(&mut reader, shared)
    }
}

impl Read for &TcpStream {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        Ok(self.reading(|reader, shared| reader.read(&shared.connection, shared, buf))?)
    }

    fn read_vectored(&mut self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        Ok(self.reading(|reader, shared| {
            let mut done = 0_usize;
            for buf in bufs.iter_mut().filter(|buf| !buf.is_empty()) {
                // Only the first may wait.
                if done > 0 && !reader.has_bytes() {
                    break;
                }
                let n = reader.read(&shared.connection, shared, buf)?;
                done = done.saturating_add(n);
                if n < buf.len() {
                    break;
                }
            }
            Ok(done)
        })?)
    }
}

impl Write for &TcpStream {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        Ok(self.shared.connection.write(buf)?)
    }

    fn write_vectored(&mut self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        Ok(self
            .shared
            .connection
            .write_vectored(bufs.iter().map(|buf| &**buf))?)
    }

    /// Does nothing: written bytes have already been passed to the host.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for TcpStream {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        (&*self).read(buf)
    }

    fn read_vectored(&mut self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        (&*self).read_vectored(bufs)
    }
}

impl Write for TcpStream {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        (&*self).write(buf)
    }

    fn write_vectored(&mut self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        (&*self).write_vectored(bufs)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl fmt::Debug for TcpStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TcpStream")
            .field("peer", &format_args!("{}", self.shared.peer.text()))
            .field("id", &self.shared.connection.id())
            .finish()
    }
}

mod embedded_io;
// At the end, so that the documentation lists them last too.
mod options;

#[cfg(test)]
mod tests {
    use super::*;

    /// Another thread may still be reading, for up to one wait of the host.
    #[test]
    fn what_is_shut_is_read_without_waiting_for_another_thread() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        stream.shutdown(Shutdown::Read).unwrap();
        let _another = stream.shared.reader.lock().unwrap();
        let mut buf = [0; 8];
        assert_eq!((&stream).read(&mut buf).unwrap(), 0);
        let bufs = &mut [IoSliceMut::new(&mut buf)];
        assert_eq!((&stream).read_vectored(bufs).unwrap(), 0);
        assert_eq!(stream.peek(&mut buf).unwrap(), 0);
        assert_eq!(::embedded_io::Read::read(&mut &stream, &mut buf), Ok(0));
    }
}
