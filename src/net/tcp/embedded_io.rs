//! `embedded-io` for std's stream, so that crates that need these traits accept it.

use super::TcpStream;
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
                self.reading(|reader, shared| reader.read(&shared.connection, shared, buf))
            }
        }

        impl ReadReady for $stream {
            /// If nothing is buffered, asks the host once, which blocks until bytes arrive or the host's wait of 5 s
            /// ends. `true` means that the next read does not block. Returns `false` at once while another thread reads
            /// from a clone of the stream.
            fn read_ready(&mut self) -> Result<bool, Error> {
                let reader = try_lock(&self.shared.reader)?;
                let shared = &*self.shared;
                Ok(reader.is_some_and(|mut reader| reader.poll_ready(&shared.connection, shared)))
            }
        }

        impl Write for $stream {
            fn write(&mut self, buf: &[u8]) -> Result<usize, Error> {
                self.shared.connection.write(buf)
            }

            /// Does nothing: writes are not buffered.
            fn flush(&mut self) -> Result<(), Error> {
                Ok(())
            }
        }
    )+};
}

embedded_io!(TcpStream, &TcpStream);
