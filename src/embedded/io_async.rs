//! `embedded-io-async` 0.7 for the streams.
//!
//! A host function returns when the host has done its part, and nothing else runs meanwhile. So these
//! futures block: each is ready when it is first polled.

use super::TcpStream;
use crate::Error;
use crate::host::Host;
use embedded_io_async::{BufRead, Read, ReadExactError, Write};

/// Blocking: the future is ready at its first poll.
impl<const N: usize, H: Host> Read for TcpStream<N, H> {
    async fn read(&mut self, buf: &mut [u8]) -> Result<usize, Error> {
        embedded_io::Read::read(self, buf)
    }

    async fn read_exact(&mut self, buf: &mut [u8]) -> Result<(), ReadExactError<Error>> {
        embedded_io::Read::read_exact(self, buf)
    }
}

/// Blocking: the future is ready at its first poll.
impl<const N: usize, H: Host> BufRead for TcpStream<N, H> {
    async fn fill_buf(&mut self) -> Result<&[u8], Error> {
        embedded_io::BufRead::fill_buf(self)
    }

    fn consume(&mut self, amt: usize) {
        embedded_io::BufRead::consume(self, amt);
    }
}

/// Blocking: the future is ready at its first poll.
impl<const N: usize, H: Host> Write for TcpStream<N, H> {
    async fn write(&mut self, buf: &[u8]) -> Result<usize, Error> {
        embedded_io::Write::write(self, buf)
    }

    async fn flush(&mut self) -> Result<(), Error> {
        Ok(())
    }

    async fn write_all(&mut self, buf: &[u8]) -> Result<(), Error> {
        embedded_io::Write::write_all(self, buf)
    }
}

/// Blocking: the future is ready at its first poll.
impl<const N: usize, H: Host> Write for &TcpStream<N, H> {
    async fn write(&mut self, buf: &[u8]) -> Result<usize, Error> {
        embedded_io::Write::write(self, buf)
    }

    async fn flush(&mut self) -> Result<(), Error> {
        Ok(())
    }

    async fn write_all(&mut self, buf: &[u8]) -> Result<(), Error> {
        embedded_io::Write::write_all(self, buf)
    }
}
