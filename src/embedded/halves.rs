//! The two directions of a stream, for code that uses both at the same time.

use super::{DEFAULT_CAPACITY, Shutdown, whole};
use crate::Error;
use crate::block::Block;
use crate::connection::{Connection, Tcp};
use crate::host::{DefaultHost, Host};
use crate::patience::{Silence, Timeout, Waiting};
use crate::reader::Reader;
use core::time::Duration;
use embedded_io::ReadExactError;

/// The read half of a [`TcpStream`](super::TcpStream), from [`split`](super::TcpStream::split).
///
/// Each method does the same as the stream's method of the same name. The timeout set here remains set in the stream.
#[derive(Debug)]
pub struct ReadHalf<'a, const N: usize = DEFAULT_CAPACITY, H: Host = DefaultHost> {
    pub(super) connection: &'a Connection<Tcp, H>,
    pub(super) reader: &'a mut Reader<N>,
    pub(super) waiting: &'a mut Waiting,
}

/// The write half of a [`TcpStream`](super::TcpStream), from [`split`](super::TcpStream::split).
///
/// Each method does the same as the stream's method of the same name. Writing does not change the stream, so the half
/// is `Copy`.
#[derive(Debug)]
pub struct WriteHalf<'a, H: Host = DefaultHost> {
    pub(super) connection: &'a Connection<Tcp, H>,
}

impl<const N: usize, H: Host> ReadHalf<'_, N, H> {
    /// Reads into `buf`, as [`TcpStream::read`](super::TcpStream::read).
    ///
    /// # Errors
    /// As the stream's.
    pub fn read(&mut self, buf: &mut [u8]) -> Result<usize, Error> {
        self.reader.read(self.connection, *self.waiting, buf)
    }

    /// Fills all of `buf`, as [`TcpStream::read_exact`](super::TcpStream::read_exact).
    ///
    /// # Errors
    /// As the stream's.
    pub fn read_exact(&mut self, buf: &mut [u8]) -> Result<(), ReadExactError<Error>> {
        whole::read(|buf| self.read(buf), buf, ReadExactError::UnexpectedEof)
    }

    /// Copies the bytes that the next read will return, as [`TcpStream::peek`](super::TcpStream::peek).
    ///
    /// # Errors
    /// As the stream's.
    pub fn peek(&mut self, buf: &mut [u8]) -> Result<usize, Error> {
        self.reader.peek(self.connection, *self.waiting, buf)
    }

    /// Returns the received bytes that are unread, as [`TcpStream::fill_buf`](super::TcpStream::fill_buf).
    ///
    /// # Errors
    /// As the stream's.
    pub fn fill_buf(&mut self) -> Result<&[u8], Error> {
        self.reader.fill(self.connection, *self.waiting)
    }

    /// Drops the first `amt` bytes of what [`fill_buf`](ReadHalf::fill_buf) returned.
    pub fn consume(&mut self, amt: usize) {
        self.reader.consume(amt);
    }

    /// Whether the next read returns without blocking, as [`TcpStream::read_ready`](super::TcpStream::read_ready). It
    /// may block for the host's wait of 5 s. It never fails.
    pub fn read_ready(&mut self) -> Result<bool, Error> {
        Ok(self.reader.poll_ready(self.connection, *self.waiting))
    }

    /// Waits until the next read returns without blocking.
    #[cfg(feature = "edge-nal-v0.7")]
    pub(super) fn wait(&mut self) -> Result<(), Error> {
        self.reader.wait(self.connection, *self.waiting)
    }

    /// Reads up to `max` bytes as a block, as [`TcpStream::read_block`](super::TcpStream::read_block).
    ///
    /// # Errors
    /// As the stream's.
    pub fn read_block(&mut self, max: usize) -> Result<Option<Block<H>>, Error> {
        self.reader.read_block(self.connection, *self.waiting, max)
    }

    /// Sets how long a read waits for the first byte, as
    /// [`TcpStream::set_read_timeout`](super::TcpStream::set_read_timeout).
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if the timeout is zero.
    pub fn set_read_timeout(&mut self, timeout: Option<Duration>) -> Result<(), Error> {
        self.waiting.timeout = Timeout::new(timeout)?;
        Ok(())
    }

    /// Chooses what silence means without a real clock, as [`TcpStream::set_silence`](super::TcpStream::set_silence).
    pub fn set_silence(&mut self, silence: Silence) {
        self.waiting.silence = silence;
    }

    /// Shuts down one direction of the stream, or both, as [`TcpStream::shutdown`](super::TcpStream::shutdown). This
    /// affects the other half too.
    pub fn shutdown(&mut self, how: Shutdown) {
        self.connection.shut(how.directions());
    }
}

impl<H: Host> WriteHalf<'_, H> {
    /// Writes bytes of `buf`, as [`TcpStream::write`](super::TcpStream::write).
    ///
    /// # Errors
    /// As the stream's.
    pub fn write(&self, buf: &[u8]) -> Result<usize, Error> {
        self.connection.write(buf)
    }

    /// Writes all of `buf`, as [`TcpStream::write_all`](super::TcpStream::write_all).
    ///
    /// # Errors
    /// As the stream's.
    pub fn write_all(&self, buf: &[u8]) -> Result<(), Error> {
        whole::write(|buf| self.write(buf), buf)
    }

    /// Writes a block, as [`TcpStream::write_block`](super::TcpStream::write_block).
    ///
    /// # Errors
    /// As the stream's.
    pub fn write_block(&self, block: &Block<H>) -> Result<usize, Error> {
        self.connection.write_block(block)
    }

    /// Shuts down one direction of the stream, or both, as [`TcpStream::shutdown`](super::TcpStream::shutdown). This
    /// affects the other half too.
    pub fn shutdown(&self, how: Shutdown) {
        self.connection.shut(how.directions());
    }
}

// Derived impls would require `H: Copy`.
impl<H: Host> Clone for WriteHalf<'_, H> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<H: Host> Copy for WriteHalf<'_, H> {}
