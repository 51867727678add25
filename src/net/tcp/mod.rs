//! A TCP connection as std has it.

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

/// The number of bytes that a stream keeps of what it has received. Reads of that size and more
/// (`BufReader`'s, `io::copy`'s) go past the buffer.
const CAPACITY: usize = 4_096;

/// A TCP connection, closed when the last clone of it is dropped.
///
/// This corresponds to [`std::net::TcpStream`].
///
/// # How long a read waits
/// For the first byte, up to the read timeout, 30 s by default; then an error of kind `TimedOut`, and
/// nothing is lost: the next read goes on. `Ok(0)` is the end of the stream.
///
/// The host returns the same 0 for "no data yet" and "end of stream", and only time tells them apart. Without a
/// real clock (`wasm32-unknown-unknown`, or a host whose clock is not real, as the production host's), silence
/// for the whole read timeout, at most one hour, reads as the end of the stream.
/// [`set_silence`](TcpStream::set_silence) makes it `TimedOut`.
///
/// # Errors of reading and writing
/// The error in an `io::Error` is an [`Error`], which says more.
///
/// | kind | reading | writing |
/// |---|---|---|
/// | `TimedOut` | nothing came within the read timeout; nothing is lost | never |
/// | `BrokenPipe` | the host stopped an earlier call of the plugin while it read from the stream | the host did not send, and how much arrived is not known; or this side was shut; or an earlier write failed |
/// | `InvalidData` | the host has given more than was asked for and than there is room to keep: all before that has been read, and no later byte will be | never |
/// | `OutOfMemory` | the kernel has no memory for what the host may have received: all before that has been read, and no later byte will be | the kernel has no memory left for the bytes; nothing was sent |
///
/// A connection that the peer has reset reads as ended.
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
    /// Locked while a read waits. Writing does not need it, so one thread can write while another
    /// waits to read.
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
    /// This corresponds to [`std::net::TcpStream::connect`]. If `addr` stands for several
    /// addresses, they are tried in turn until one connects. A name is resolved by the host.
    ///
    /// # Errors
    /// Kind `InvalidInput`, before the host is called, if `addr` is no address; `ConnectionRefused`
    /// if the host could not connect within its 5 s, for whatever reason: it gives none;
    /// `OutOfMemory` if the kernel has no memory for the address.
    pub fn connect<A: ToSocketAddrs>(addr: A) -> io::Result<TcpStream> {
        TcpStream::open(addr, Endpoint::open)
    }

    /// Connects to the first of the addresses that `open` can connect to.
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

    /// Opens a TCP connection to a remote host, within a time.
    ///
    /// This corresponds to [`std::net::TcpStream::connect_timeout`]. The host gives a connection 5 s
    /// and cannot be made to give up sooner, or to try for longer: the timeout decides only what it
    /// is called if it fails.
    ///
    /// A [`SocketAddr`] cannot hold a name. For a name there is
    /// [`connect_timeout_to`](TcpStream::connect_timeout_to).
    ///
    /// # Errors
    /// Kind `InvalidInput` if the timeout is zero; `TimedOut` if the host could not connect and
    /// that took as long as the timeout or longer; `ConnectionRefused` if it could not connect
    /// otherwise, and where there is no real clock.
    pub fn connect_timeout(addr: &SocketAddr, timeout: Duration) -> io::Result<TcpStream> {
        TcpStream::connect_timeout_to(addr, timeout)
    }

    /// Opens a TCP connection to whatever [`connect`](TcpStream::connect) takes, a name too, within a time.
    ///
    /// It does not exist in std, where code resolves a name with `to_socket_addrs` and hands each address to
    /// `connect_timeout`. In a plugin only the host can resolve names.
    ///
    /// If `addr` stands for several addresses, they are tried in turn until one connects. The timeout is for
    /// all of them: when it has passed, no further one is tried. An attempt that has begun is not
    /// interrupted: each takes up to the host's 5 s.
    ///
    /// # Errors
    /// As [`connect_timeout`](TcpStream::connect_timeout); and of kind `InvalidInput`, before the host is called,
    /// if `addr` is no address.
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

    /// The socket address of the remote peer.
    ///
    /// This corresponds to [`std::net::TcpStream::peer_addr`].
    ///
    /// # Errors
    /// Kind `Unsupported` if the stream was connected to a name, other than `localhost`: only the
    /// host knows which address it found for it.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.shared.peer.addr().ok_or(Error::NameNotResolved)?)
    }

    /// The socket address of the local half.
    ///
    /// This corresponds to [`std::net::TcpStream::local_addr`], but a host does not tell it.
    ///
    /// # Errors
    /// Always, of kind `Unsupported`.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        Err(Error::Unsupported.into())
    }

    /// Shuts down the read half, the write half, or both.
    ///
    /// This corresponds to [`std::net::TcpStream::shutdown`], with one difference: the host can
    /// only close a connection whole. It is closed when both halves have been shut; one that is
    /// shut alone is shut on this side (reads give the end, writes an error of kind `BrokenPipe`),
    /// and the peer does not see it. A read that waits in another thread ends with the host's wait.
    pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        self.shared.connection.shut(match how {
            Shutdown::Read => READ,
            Shutdown::Write => WRITE,
            Shutdown::Both => BOTH,
        });
        Ok(())
    }

    /// Makes a second handle to the same connection: whatever is read through one is gone for the
    /// other. The last handle that is dropped closes the connection.
    ///
    /// This corresponds to [`std::net::TcpStream::try_clone`].
    pub fn try_clone(&self) -> io::Result<TcpStream> {
        Ok(TcpStream {
            shared: Arc::clone(&self.shared),
        })
    }

    /// Copies bytes that the next read will give into `buf`, and waits for the first as a read
    /// does.
    ///
    /// This corresponds to [`std::net::TcpStream::peek`]. It shows at most 4,096 bytes. A second peek, with
    /// no read in between, asks the host for what has come since, and waits for it as the host does.
    ///
    /// # Errors
    /// As a read.
    pub fn peek(&self, buf: &mut [u8]) -> io::Result<usize> {
        Ok(self.reading(|reader, shared| reader.peek(&shared.connection, shared, buf))?)
    }

    /// Chooses what a read reports when nothing has come for the whole read timeout, and no real clock can
    /// tell a silent peer from the end of the stream. By default that is the end of the stream.
    ///
    /// Std has no such method: its sockets know.
    ///
    /// # Example
    /// ```
    /// use harness_wasi_sockets::{Silence, TcpStream};
    ///
    /// # let server = harness_host::peers::TcpEcho::v4()?;
    /// let stream = TcpStream::connect(server.addr())?;
    /// // For a protocol that waits for news: in production a silence is a timeout, not the end.
    /// stream.set_silence(Silence::TimedOut);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn set_silence(&self, silence: Silence) {
        let times_out = silence == Silence::TimedOut;
        self.shared
            .silence_times_out
            .store(times_out, Ordering::Relaxed);
    }

    /// What a read reports when nothing has come for the whole read timeout, and no real clock can tell a
    /// silent peer from the end of the stream.
    #[must_use]
    pub fn silence(&self) -> Silence {
        (&*self.shared).waiting().silence
    }

    /// Reads in some way, in this thread alone. Of a stream that is shut nothing is read, and no other
    /// thread that still reads is waited for.
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
                // Only the first may have to wait.
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

    /// Does nothing: what has been written is with the host.
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
// Behind the rest, so that the documentation has them there too.
mod options;

#[cfg(test)]
mod tests {
    use super::*;

    /// Another thread may be reading still, and go on doing so for as long as the host waits.
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
