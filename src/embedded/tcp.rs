//! A TCP connection without std.

use super::{Address, DEFAULT_CAPACITY};
use crate::Error;
use crate::block::Block;
use crate::connection::{BOTH, Connection, READ, Tcp, WRITE};
use crate::host::{DefaultHost, Host};
use crate::patience::{Silence, Timeout, Waiting};
use crate::reader::Reader;
use core::time::Duration;
use embedded_io::{BufRead, ErrorType, Read, ReadExactError, ReadReady, Write};

/// A TCP connection, closed on drop.
///
/// It reads and writes through the [`embedded_io`] traits, and corresponds to
/// `std::net::TcpStream`. It keeps up to `N` bytes that have been received and not been read, in
/// place: the connection is as large as its buffer. One that lives in a `static` stays open from
/// one call of the plugin to the next.
///
/// # How long a read waits
/// For the first byte, up to the read timeout, 30 s by default; then [`Error::TimedOut`], and nothing is
/// lost: the next read goes on. `Ok(0)` is the end of the stream.
///
/// Without a real clock (without `std`, on `wasm32-unknown-unknown`, or in a host whose clock is not real,
/// as the production host's), a silence cannot be told from the end: silence for the whole read timeout, at
/// most one hour, reads as the end of the stream. [`set_silence`](TcpStream::set_silence) makes it
/// `TimedOut`.
///
/// # When the kernel has no memory
/// What the host has received and the kernel has no memory for is lost. So a read that brings nothing is
/// [`Error::OutOfMemory`] if the kernel has no memory for as many bytes as were asked for, and so is every
/// later one: bytes may be missing. (Where the memory is free again by then, nobody can tell.)
///
/// # Example
/// ```
/// use embedded_io::{Read, Write};
/// use harness_wasi_sockets::embedded::TcpStream;
///
/// # let server = harness_host::peers::TcpEcho::v4().unwrap();
/// let mut stream = TcpStream::connect(server.addr())?;
/// stream.write_all(b"Hello")?;
/// let mut buf = [0; 64];
/// let n = stream.read(&mut buf)?;
/// assert!(b"Hello".starts_with(&buf[..n]));
/// # Ok::<(), harness_wasi_sockets::Error>(())
/// ```
#[derive(Debug)]
pub struct TcpStream<const N: usize = DEFAULT_CAPACITY, H: Host = DefaultHost> {
    connection: Connection<Tcp, H>,
    reader: Reader<N>,
    waiting: Waiting,
}

/// Which directions of a stream to shut down. It corresponds to `std::net::Shutdown`.
///
/// # Example
/// ```
/// use embedded_io::{Read, Write};
/// use harness_wasi_sockets::embedded::{Shutdown, TcpStream};
///
/// # let server = harness_host::peers::TcpEcho::v4().unwrap();
/// let mut stream = TcpStream::connect(server.addr())?;
/// stream.shutdown(Shutdown::Read);
/// assert_eq!(stream.read(&mut [0; 8])?, 0);
/// stream.write_all(b"still open for writing")?;
/// # Ok::<(), harness_wasi_sockets::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shutdown {
    /// What this side reads.
    Read,
    /// What this side writes.
    Write,
    /// Both: the connection is closed.
    Both,
}

impl TcpStream {
    /// Connects to `address`, with a buffer of [`DEFAULT_CAPACITY`] bytes.
    ///
    /// This corresponds to `std::net::TcpStream::connect`. For another capacity:
    /// `TcpStream::<64>::connect_in(DefaultHost, address)`.
    ///
    /// # Errors
    /// [`Error::InvalidAddress`] before the host is called; [`Error::ConnectFailed`] if the host
    /// could not connect within its 5 s; [`Error::OutOfMemory`].
    pub fn connect<A: Address>(address: A) -> Result<Self, Error> {
        Self::connect_in(DefaultHost, address)
    }
}

impl<const N: usize, H: Host> TcpStream<N, H> {
    /// Connects to `address` through `host`, with a buffer of `N` bytes.
    ///
    /// # Errors
    /// As [`connect`](TcpStream::connect).
    ///
    /// # Example
    /// ```
    /// use harness_wasi_sockets::embedded::TcpStream;
    /// use harness_wasi_sockets::host::DefaultHost;
    ///
    /// # let server = harness_host::peers::TcpEcho::v4().unwrap();
    /// // With 64 bytes of buffer in place of 1,024.
    /// let stream = TcpStream::<64>::connect_in(DefaultHost, server.addr())?;
    /// # Ok::<(), harness_wasi_sockets::Error>(())
    /// ```
    pub fn connect_in<A: Address>(host: H, address: A) -> Result<Self, Error> {
        Ok(Self {
            connection: Connection::open(host, &address)?,
            reader: Reader::new(),
            waiting: Waiting::DEFAULT,
        })
    }

    /// Sets how long a read waits for the first byte; `None` is for ever. It is 30 s at first.
    ///
    /// This corresponds to `std::net::TcpStream::set_read_timeout`. The host waits 5 s at a time,
    /// so a read takes at least that, and as many whole waits as the timeout has.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the timeout is zero.
    pub fn set_read_timeout(&mut self, timeout: Option<Duration>) -> Result<(), Error> {
        self.waiting.timeout = Timeout::new(timeout)?;
        Ok(())
    }

    /// How long a read waits for the first byte. This corresponds to
    /// `std::net::TcpStream::read_timeout`.
    #[must_use]
    pub fn read_timeout(&self) -> Option<Duration> {
        self.waiting.timeout.get()
    }

    /// Chooses what a read reports when nothing has come for the whole read timeout, and no real clock can
    /// tell a silent peer from the end of the stream. By default that is the end of the stream.
    ///
    /// Std has no such method: its sockets know.
    pub fn set_silence(&mut self, silence: Silence) {
        self.waiting.silence = silence;
    }

    /// What a read reports when nothing has come for the whole read timeout, and no real clock can tell a
    /// silent peer from the end of the stream.
    #[must_use]
    pub fn silence(&self) -> Silence {
        self.waiting.silence
    }

    /// Copies bytes that the next read will give into `into`, and waits for the first as a read
    /// does. `Ok(0)` is the end of the stream, or an empty `into`.
    ///
    /// This corresponds to `std::net::TcpStream::peek`. It shows at most `N` bytes. A second peek, with
    /// no read in between, asks the host for what has come since, and waits for it as the host does.
    ///
    /// # Errors
    /// As a read: [`Error::TimedOut`], [`Error::Overrun`].
    ///
    /// # Example
    /// ```
    /// use embedded_io::{Read, Write};
    /// use harness_wasi_sockets::embedded::TcpStream;
    ///
    /// # let server = harness_host::peers::TcpEcho::v4().unwrap();
    /// let mut stream = TcpStream::connect(server.addr())?;
    /// stream.write_all(b"*")?;
    /// let mut buf = [0; 1];
    /// stream.peek(&mut buf)?;
    /// assert_eq!(buf, *b"*");
    /// // It is still there.
    /// assert_eq!(stream.read(&mut buf)?, 1);
    /// # Ok::<(), harness_wasi_sockets::Error>(())
    /// ```
    pub fn peek(&mut self, into: &mut [u8]) -> Result<usize, Error> {
        self.reader.peek(&self.connection, self.waiting, into)
    }

    /// Shuts down one direction of the stream, or both.
    ///
    /// This corresponds to `std::net::TcpStream::shutdown`, with one difference: the host can only
    /// close a connection whole. It is closed when both directions have been shut; one that is shut
    /// alone is shut on this side (reads give the end, writes [`Error::Shutdown`]), and the peer
    /// does not see it.
    pub fn shutdown(&mut self, how: Shutdown) {
        self.connection.shut(match how {
            Shutdown::Read => READ,
            Shutdown::Write => WRITE,
            Shutdown::Both => BOTH,
        });
    }
}

/// Without copies: bytes that are in the kernel's memory already, or are to stay there.
impl<const N: usize, H: Host> TcpStream<N, H> {
    /// Writes a block, in one call to the host, and returns how many of its bytes were sent. An empty block
    /// is not sent.
    ///
    /// # Errors
    /// As a write: [`Error::Shutdown`], [`Error::SendFailed`].
    ///
    /// # Example
    /// ```
    /// use harness_wasi_sockets::Block;
    /// use harness_wasi_sockets::embedded::TcpStream;
    ///
    /// # let server = harness_host::peers::TcpEcho::v4().unwrap();
    /// let mut stream = TcpStream::connect(server.addr())?;
    /// let block = Block::copy_of(b"Hello")?;
    /// assert_eq!(stream.write_block(&block)?, 5);
    /// # Ok::<(), harness_wasi_sockets::Error>(())
    /// ```
    pub fn write_block(&mut self, block: &Block<H>) -> Result<u64, Error> {
        self.connection.write_block(block).map(|sent| sent as u64)
    }

    /// Reads up to `max` bytes, 65,536 at the most, as a block; `None` is the end of the stream.
    ///
    /// It waits as any read does. Bytes that an earlier read has left in the buffer come first,
    /// copied into a block. A `max` of 0 is taken for 1: a block has at least one byte. A host that
    /// answers with more than it was asked for gives a longer block, and nothing of it is lost.
    ///
    /// # Errors
    /// As a read: [`Error::TimedOut`], [`Error::Overrun`]; and [`Error::OutOfMemory`].
    pub fn read_block(&mut self, max: usize) -> Result<Option<Block<H>>, Error> {
        self.reader.read_block(&self.connection, self.waiting, max)
    }
}

impl<const N: usize, H: Host> ErrorType for TcpStream<N, H> {
    type Error = Error;
}

impl<const N: usize, H: Host> Read for TcpStream<N, H> {
    fn read(&mut self, buf: &mut [u8]) -> Result<usize, Error> {
        self.reader.read(&self.connection, self.waiting, buf)
    }

    // The provided one slices by index, which keeps the panic machinery in a small plugin.
    fn read_exact(&mut self, mut buf: &mut [u8]) -> Result<(), ReadExactError<Error>> {
        while !buf.is_empty() {
            let n = self.read(buf)?;
            if n == 0 {
                return Err(ReadExactError::UnexpectedEof);
            }
            let Some(rest) = buf.get_mut(n..) else { break };
            buf = rest;
        }
        Ok(())
    }
}

impl<const N: usize, H: Host> BufRead for TcpStream<N, H> {
    fn fill_buf(&mut self) -> Result<&[u8], Error> {
        self.reader.fill(&self.connection, self.waiting)
    }

    fn consume(&mut self, amt: usize) {
        self.reader.consume(amt);
    }
}

/// If nothing is buffered, `read_ready` asks the host once: it blocks until bytes come or the host's wait, 5 s,
/// is over. `true` says that the next read does not block, be it that it returns bytes, the end of the stream or
/// an error.
///
/// Without a real clock nothing tells a silent peer from the end of the stream. After as many waits as fit into
/// the read timeout it is then `true`, and the next read reports the end; not so with [`Silence::TimedOut`].
impl<const N: usize, H: Host> ReadReady for TcpStream<N, H> {
    fn read_ready(&mut self) -> Result<bool, Error> {
        Ok(self.reader.is_ready(&self.connection, self.waiting))
    }
}

impl<const N: usize, H: Host> ErrorType for &TcpStream<N, H> {
    type Error = Error;
}

/// Writing changes nothing in the stream, so whoever has a reference can write.
///
/// There is no `WriteReady`: the host does not say whether a write would wait, and it may.
impl<const N: usize, H: Host> Write for &TcpStream<N, H> {
    fn write(&mut self, buf: &[u8]) -> Result<usize, Error> {
        self.connection.write(buf)
    }

    /// Does nothing: what has been written is with the host.
    fn flush(&mut self) -> Result<(), Error> {
        Ok(())
    }

    // As `read_exact`: the provided one can panic.
    fn write_all(&mut self, mut buf: &[u8]) -> Result<(), Error> {
        while !buf.is_empty() {
            let n = self.write(buf)?;
            let Some(rest) = buf.get(n..) else { break };
            buf = rest;
        }
        Ok(())
    }
}

impl<const N: usize, H: Host> Write for TcpStream<N, H> {
    fn write(&mut self, buf: &[u8]) -> Result<usize, Error> {
        (&*self).write(buf)
    }

    fn flush(&mut self) -> Result<(), Error> {
        (&*self).flush()
    }

    fn write_all(&mut self, buf: &[u8]) -> Result<(), Error> {
        (&*self).write_all(buf)
    }
}
