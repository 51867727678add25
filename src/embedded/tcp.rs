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
/// It corresponds to `std::net::TcpStream`, and implements the [`embedded_io`](https://docs.rs/embedded-io/0.7) traits.
/// A connection in a `static` stays open between calls of the plugin.
///
/// It has a receive buffer of `N` bytes, in place: the type is as large as its buffer. With `N` = 0 there is no buffer:
/// each read asks the host for as much as fits into its slice, and calls of `peek`, `fill_buf` and `read_ready` do not
/// compile.
///
/// # How long a read waits
/// It waits for the first byte, up to the read timeout, 30 s by default. Then it fails with [`Error::TimedOut`].
/// Nothing is lost: you can read again. `Ok(0)` is end of stream.
///
/// Without a real clock (without `std`, on `wasm32-unknown-unknown`, and in production), silence cannot be told from
/// end of stream. Silence for the whole read timeout (at most one hour) is then reported as end of stream.
/// [`set_silence`](TcpStream::set_silence) makes it `TimedOut`.
///
/// # When the kernel has no memory
/// Bytes that the host received are lost if the kernel has no memory for them. So a read that gets no bytes fails with
/// [`Error::OutOfMemory`] if the kernel has no memory for as many bytes as were requested, and so does every later
/// read: bytes may be missing. (If memory is free again by then, the loss cannot be detected.)
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

/// The directions of a stream to shut down. It corresponds to `std::net::Shutdown`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shutdown {
    /// The read half.
    Read,
    /// The write half.
    Write,
    /// Both: closes the connection.
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
    /// This corresponds to `std::net::TcpStream::connect`. It takes at most 5 s. For another buffer size:
    /// `TcpStream::<64>::connect_in(DefaultHost, address)`.
    ///
    /// # Errors
    /// [`Error::InvalidAddress`] before the host is called; [`Error::ConnectFailed`] if the host could not connect, for
    /// any reason; [`Error::OutOfMemory`].
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

    /// Reads into `buf`: at least one byte, except at end of stream or if `buf` is empty. It waits only for the first
    /// byte.
    ///
    /// This corresponds to `std::io::Read::read`.
    ///
    /// # Errors
    /// [`Error::TimedOut`]: you can read again. [`Error::Overrun`] and [`Error::OutOfMemory`], also for every later
    /// read, if bytes are missing: see [above](TcpStream).
    pub fn read(&mut self, buf: &mut [u8]) -> Result<usize, Error> {
        self.reader.read(&self.connection, self.waiting, buf)
    }

    /// Fills all of `buf`.
    ///
    /// This corresponds to `std::io::Read::read_exact`.
    ///
    /// # Errors
    /// `UnexpectedEof` if the stream ends first; otherwise as [`read`](TcpStream::read). `buf` may then hold some
    /// bytes, and how many is unknown.
    pub fn read_exact(&mut self, buf: &mut [u8]) -> Result<(), ReadExactError<Error>> {
        whole::read(|buf| self.read(buf), buf, ReadExactError::UnexpectedEof)
    }

    /// Copies the bytes that the next read will return into `buf`. Waits for the first byte like a read. `Ok(0)` is end
    /// of stream, or an empty `buf`.
    ///
    /// This corresponds to `std::net::TcpStream::peek`. It shows at most `N` bytes. A second peek without a read in
    /// between asks the host for more bytes, and waits for them for one wait of the host.
    ///
    /// # Errors
    /// As [`read`](TcpStream::read).
    pub fn peek(&mut self, buf: &mut [u8]) -> Result<usize, Error> {
        self.reader.peek(&self.connection, self.waiting, buf)
    }

    /// Returns the received bytes that are unread. If there are none, waits for the first byte like a read. The slice
    /// is empty at end of stream. Call [`consume`](TcpStream::consume) with the number of bytes used.
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

    /// Whether the next read returns without blocking, with bytes, end of stream or an error.
    ///
    /// If nothing is buffered, this asks the host once: it blocks until bytes arrive or the host's wait of 5 s ends. It
    /// never fails.
    ///
    /// Without a real clock, silence cannot be told from end of stream. After as many waits as fit into the read
    /// timeout, this returns `true`, and the next read returns end of stream; with [`Silence::TimedOut`] it does not.
    ///
    /// This corresponds to `embedded_io::ReadReady::read_ready`.
    pub fn read_ready(&mut self) -> Result<bool, Error> {
        Ok(self.reader.poll_ready(&self.connection, self.waiting))
    }

    /// Waits until the next read returns without blocking.
    #[cfg(feature = "edge-nal-v0.7")]
    pub(super) fn wait(&mut self) -> Result<(), Error> {
        self.reader.wait(&self.connection, self.waiting)
    }

    /// Writes bytes of `buf`, in one call to the host, and returns how many: at least one, unless `buf` is empty, and
    /// at most 65,536. It takes at most 5 s.
    ///
    /// This corresponds to `std::io::Write::write`. A shared reference is enough.
    ///
    /// # Errors
    /// [`Error::SendFailed`] if the host could not send, and how much arrived is unknown; [`Error::Shutdown`] after
    /// such a failure, or if the write half was shut; [`Error::OutOfMemory`] if the kernel has no memory, and nothing
    /// was sent.
    pub fn write(&self, buf: &[u8]) -> Result<usize, Error> {
        self.connection.write(buf)
    }

    /// Writes all of `buf`.
    ///
    /// This corresponds to `std::io::Write::write_all`.
    ///
    /// # Errors
    /// As [`write`](TcpStream::write); how much was written before is unknown.
    pub fn write_all(&self, buf: &[u8]) -> Result<(), Error> {
        whole::write(|buf| self.write(buf), buf)
    }

    /// Shuts down one direction of the stream, or both.
    ///
    /// This corresponds to `std::net::TcpStream::shutdown`, with one difference: the host can only close a whole
    /// connection. It is closed once both directions are shut. Shutting one direction has a local effect only (reads
    /// return end of stream, or writes fail with [`Error::Shutdown`]); the peer does not see it.
    pub fn shutdown(&mut self, how: Shutdown) {
        self.connection.shut(how.directions());
    }

    /// Splits the stream into a read half and a write half, for code that uses both at the same time.
    ///
    /// It does not allocate. The stream cannot be used until both halves are dropped, and keeps their state. In the
    /// facade, use `try_clone` instead.
    ///
    /// # Example
    /// ```
    /// use embedded_io::{Read, Write};
    /// use harness_wasi_sockets::Error;
    /// use harness_wasi_sockets::embedded::TcpStream;
    ///
    /// /// Sends what it receives back to the sender.
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

    /// Sets how long a read waits for the first byte. `None` is forever. The default is 30 s.
    ///
    /// This corresponds to `std::net::TcpStream::set_read_timeout`. The timeout is rounded up to a multiple of the
    /// host's wait, 5 s. Without a real clock, forever is one hour.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the timeout is zero.
    pub fn set_read_timeout(&mut self, timeout: Option<Duration>) -> Result<(), Error> {
        self.waiting.timeout = Timeout::new(timeout)?;
        Ok(())
    }

    /// Returns how long a read waits for the first byte, as it was set.
    ///
    /// This corresponds to `std::net::TcpStream::read_timeout`.
    #[must_use]
    pub fn read_timeout(&self) -> Option<Duration> {
        self.waiting.timeout.get()
    }

    /// Chooses what a read returns after silence for the whole read timeout, if there is no real clock to tell silence
    /// from end of stream. The default is end of stream.
    ///
    /// Std has no such method.
    pub fn set_silence(&mut self, silence: Silence) {
        self.waiting.silence = silence;
    }

    /// Returns the last value given to [`set_silence`](TcpStream::set_silence), [`Silence::EndOfStream`] by default.
    #[must_use]
    pub fn silence(&self) -> Silence {
        self.waiting.silence
    }
}

/// Without copies, for bytes that are already in the kernel's memory or should stay there.
impl<const N: usize, H: Host> TcpStream<N, H> {
    /// Writes a block, in one call to the host, and returns how many of its bytes were sent. An empty block is not
    /// sent.
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

    /// Reads up to `max` bytes, at most 65,536, as a block. `None` is end of stream.
    ///
    /// It waits like any read. Buffered bytes of an earlier read come first, copied into a block. A `max` of 0 counts
    /// as 1. If the host returns more than was requested, the block is longer, and nothing is lost.
    ///
    /// # Errors
    /// As [`read`](TcpStream::read); also [`Error::OutOfMemory`] if there is no memory for a copy of buffered bytes,
    /// which stay in the buffer.
    pub fn read_block(&mut self, max: usize) -> Result<Option<Block<H>>, Error> {
        self.reader.read_block(&self.connection, self.waiting, max)
    }
}
