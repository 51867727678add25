//! `embedded-io` for std's stream, so that the crates of that world take it too.

use super::{Shared, TcpStream};
use crate::Error;
use crate::net::try_lock;
use embedded_io::{ErrorType, Read, ReadReady, Write};

macro_rules! embedded_io {
    ($($stream:ty),+) => {$(
        impl ErrorType for $stream {
            type Error = Error;
        }

        impl Read for $stream {
            fn read(&mut self, buf: &mut [u8]) -> Result<usize, Error> {
                let Shared { connection, read_timeout, .. } = &*self.shared;
                self.reader()?.read(connection, read_timeout.get(), buf)
            }
        }

        impl ReadReady for $stream {
            /// Not while another thread reads from a clone of the stream: this one would have to
            /// wait for it.
            fn read_ready(&mut self) -> Result<bool, Error> {
                let reader = try_lock(&self.shared.reader)?;
                Ok(reader.is_some_and(|reader| reader.is_ready(&self.shared.connection)))
            }
        }

        impl Write for $stream {
            fn write(&mut self, buf: &[u8]) -> Result<usize, Error> {
                self.shared.connection.write(buf)
            }

            /// Does nothing: what has been written is with the host.
            fn flush(&mut self) -> Result<(), Error> {
                Ok(())
            }
        }
    )+};
}

embedded_io!(TcpStream, &TcpStream);
