//! A TCP connection without std.

use super::{Address, DEFAULT_CAPACITY, ReadHalf, WriteHalf, whole};
use crate::Error;
use crate::block::Block;
use crate::connection::{BOTH, Connection, READ, Tcp, WRITE};
use crate::host::{DefaultHost, Host};
use crate::patience::{Silence, Timeout, Waiting};
use crate::reader::Reader;
use core::time::Duration;
use embedded_io::ReadExactError;

/// A TCP connection, closed on drop.
///
/// It corresponds to `std::net::TcpStream`, and implements the [`embedded_io`](https://docs.rs/embedded-io/0.7) traits for the crates that take
/// them. It keeps up to `N` bytes that have been received and not been read, in place: the connection is as
/// large as its buffer. (With `N` = 0 there is none: each read asks the host for as much as fits into its slice. To
/// `peek`, `fill_buf` and `read_ready` does not compile then.) One that lives in a `static` stays open from one call of the plugin to the next.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shutdown {
    /// What this side reads.
    Read,
    /// What this side writes.
    Write,
    /// Both: the connection is closed.
    Both,
}

impl Shutdown {
    pub(super) const fn directions(self) -> u8 {
        match self {
            Shutdown::Read => READ,
            Shutdown::Write => WRITE,
            Shutdown::Both => BOTH,
        }
    }
}

impl TcpStream {
    /// Connects to `address`, with a buffer of [`DEFAULT_CAPACITY`] bytes.
    ///
    /// This corresponds to `std::net::TcpStream::connect`. The host gives it 5 s. For another capacity:
    /// `TcpStream::<64>::connect_in(DefaultHost, address)`.
    ///
    /// # Errors
    /// [`Error::InvalidAddress`] before the host is called; [`Error::ConnectFailed`] if the host could not
    /// connect, for whatever reason; [`Error::OutOfMemory`].
    pub fn connect<A: Address>(address: A) -> Result<Self, Error> {
        Self::connect_in(DefaultHost, address)
    }
}

impl<const N: usize, H: Host> TcpStream<N, H> {
    /// Connects to `address` through `host`, with a buffer of `N` bytes.
    ///
    /// # Errors
    /// As [`connect`](TcpStream::connect).
    pub fn connect_in<A: Address>(host: H, address: A) -> Result<Self, Error> {
        Ok(Self {
            connection: Connection::open(host, &address)?,
            reader: Reader::new(),
            waiting: Waiting::DEFAULT,
        })
    }

    /// Reads into `buf`: at least one byte, unless the stream has ended or `buf` is empty. It waits for the
    /// first byte only.
    ///
    /// This corresponds to `std::io::Read::read`.
    ///
    /// # Errors
    /// [`Error::TimedOut`]: the next read goes on. [`Error::Overrun`] and [`Error::OutOfMemory`], at every later
    /// read too, if bytes are missing: see [above](TcpStream).
    pub fn read(&mut self, buf: &mut [u8]) -> Result<usize, Error> {
        self.reader.read(&self.connection, self.waiting, buf)
    }

    /// Fills all of `buf`.
    ///
    /// This corresponds to `std::io::Read::read_exact`.
    ///
    /// # Errors
    /// `UnexpectedEof` if the stream ends before; otherwise as [`read`](TcpStream::read). What had come by then
    /// is in `buf`, and how much that was is not known.
    pub fn read_exact(&mut self, buf: &mut [u8]) -> Result<(), ReadExactError<Error>> {
        whole::read(|buf| self.read(buf), buf, ReadExactError::UnexpectedEof)
    }

    /// Copies bytes that the next read will return into `buf`, and waits for the first as a read does.
    /// `Ok(0)` is the end of the stream, or an empty `buf`.
    ///
    /// This corresponds to `std::net::TcpStream::peek`. It shows at most `N` bytes. A second peek, with
    /// no read in between, asks the host for what has come since, and blocks for as long as the host waits.
    ///
    /// # Errors
    /// As [`read`](TcpStream::read).
    pub fn peek(&mut self, buf: &mut [u8]) -> Result<usize, Error> {
        self.reader.peek(&self.connection, self.waiting, buf)
    }

    /// The bytes that have come and were not read, after waiting for the first as a read does; none at the end
    /// of the stream. [`consume`](TcpStream::consume) says how many of them have been read.
    ///
    /// This corresponds to `std::io::BufRead::fill_buf`.
    ///
    /// # Errors
    /// As [`read`](TcpStream::read).
    pub fn fill_buf(&mut self) -> Result<&[u8], Error> {
        self.reader.fill(&self.connection, self.waiting)
    }

    /// Drops the first `amt` bytes of what [`fill_buf`](TcpStream::fill_buf) returned.
    ///
    /// This corresponds to `std::io::BufRead::consume`.
    pub fn consume(&mut self, amt: usize) {
        self.reader.consume(amt);
    }

    /// Whether the next read returns without blocking, be it bytes, the end of the stream or an error.
    ///
    /// If nothing is buffered, this asks the host once: it blocks until bytes come or the host's wait, 5 s, is
    /// over. Without a real clock nothing tells a silent peer from the end of the stream. After as many waits as
    /// fit into the read timeout it then returns `true`, and the next read reports the end; not so with
    /// [`Silence::TimedOut`].
    ///
    /// This corresponds to `embedded_io::ReadReady::read_ready`. It is always `Ok`.
    pub fn read_ready(&mut self) -> Result<bool, Error> {
        Ok(self.reader.poll_ready(&self.connection, self.waiting))
    }

    /// Waits until the next read returns without blocking.
    #[cfg(feature = "edge-nal-v0.7")]
    pub(super) fn wait(&mut self) -> Result<(), Error> {
        self.reader.wait(&self.connection, self.waiting)
    }

    /// Writes bytes of `buf`, in one call to the host, and returns how many: at least one, unless `buf` is
    /// empty, and at most 65,536. The host gives it 5 s.
    ///
    /// This corresponds to `std::io::Write::write`. A shared reference is enough.
    ///
    /// # Errors
    /// [`Error::SendFailed`] if the host could not send, and how much arrived is not known; [`Error::Shutdown`] after
    /// that, and after the write half was shut; [`Error::OutOfMemory`], and nothing was sent.
    pub fn write(&self, buf: &[u8]) -> Result<usize, Error> {
        self.connection.write(buf)
    }

    /// Writes all of `buf`.
    ///
    /// This corresponds to `std::io::Write::write_all`.
    ///
    /// # Errors
    /// As [`write`](TcpStream::write); how much was written before is not known.
    pub fn write_all(&self, buf: &[u8]) -> Result<(), Error> {
        whole::write(|buf| self.write(buf), buf)
    }

    /// Shuts down one direction of the stream, or both.
    ///
    /// This corresponds to `std::net::TcpStream::shutdown`, with one difference: the host can only
    /// close a connection whole. It is closed when both directions have been shut. One that is shut
    /// alone is shut on this side only: reads return the end of the stream, writes [`Error::Shutdown`], and the
    /// peer does not see it.
    pub fn shutdown(&mut self, how: Shutdown) {
        self.connection.shut(how.directions());
    }

    /// Splits the stream into a half that reads and a half that writes, for code that does both at the same time.
    ///
    /// Neither half allocates. The stream cannot be used until both are gone, and is as it was then. The facade has
    /// `try_clone` for the same purpose.
    ///
    /// # Example
    /// ```
    /// use embedded_io::{Read, Write};
    /// use harness_wasi_sockets::Error;
    /// use harness_wasi_sockets::embedded::TcpStream;
    ///
    /// /// Sends what comes back to where it came from.
    /// fn echo<E>(mut from: impl Read<Error = E>, mut to: impl Write<Error = E>) -> Result<usize, E> {
    ///     let mut buf = [0; 64];
    ///     let n = from.read(&mut buf)?;
    ///     to.write_all(&buf[..n])?;
    ///     Ok(n)
    /// }
    ///
    /// # let server = harness_host::peers::TcpEcho::v4().unwrap();
    /// let mut stream = TcpStream::connect(server.addr())?;
    /// stream.write_all(b"Hello")?;
    /// let (reader, writer) = stream.split();
    /// assert!((1..=5).contains(&echo(reader, writer)?));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn split(&mut self) -> (ReadHalf<'_, N, H>, WriteHalf<'_, H>) {
        let connection = &self.connection;
        let reader = ReadHalf {
            connection,
            reader: &mut self.reader,
            waiting: &mut self.waiting,
        };
        (reader, WriteHalf { connection })
    }

    /// Sets how long a read waits for the first byte; `None` is forever.
    ///
    /// This corresponds to `std::net::TcpStream::set_read_timeout`. By default it is 30 s. It is rounded up to a
    /// multiple of the host's wait, 5 s. Without a real clock, forever is an hour.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the timeout is zero.
    pub fn set_read_timeout(&mut self, timeout: Option<Duration>) -> Result<(), Error> {
        self.waiting.timeout = Timeout::new(timeout)?;
        Ok(())
    }

    /// How long a read waits for the first byte, as it was set.
    ///
    /// This corresponds to `std::net::TcpStream::read_timeout`.
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

    /// What was chosen with [`set_silence`](TcpStream::set_silence).
    #[must_use]
    pub fn silence(&self) -> Silence {
        self.waiting.silence
    }
}

/// Without copies: bytes that are in the kernel's memory already, or are to stay there.
impl<const N: usize, H: Host> TcpStream<N, H> {
    /// Writes a block, in one call to the host, and returns how many of its bytes were sent. An empty block
    /// is not sent.
    ///
    /// # Errors
    /// [`Error::Shutdown`], [`Error::SendFailed`]: as [`write`](TcpStream::write).
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
    /// let block = stream.read_block(65_536)?.expect("no end yet");
    /// assert!((1..=5).contains(&block.len()));
    /// # Ok::<(), harness_wasi_sockets::Error>(())
    /// ```
    pub fn write_block(&self, block: &Block<H>) -> Result<usize, Error> {
        self.connection.write_block(block)
    }

    /// Reads up to `max` bytes, at most 65,536, as a block; `None` is the end of the stream.
    ///
    /// It waits as any read does. Bytes that an earlier read has left in the buffer come first,
    /// copied into a block. A `max` of 0 counts as 1. A host that returns more than it was asked for gives a
    /// longer block, and nothing of it is lost.
    ///
    /// # Errors
    /// As [`read`](TcpStream::read); and [`Error::OutOfMemory`] if there is no memory for a copy of buffered
    /// bytes, which stay in the buffer.
    pub fn read_block(&mut self, max: usize) -> Result<Option<Block<H>>, Error> {
        self.reader.read_block(&self.connection, self.waiting, max)
    }
}
