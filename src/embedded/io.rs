//! `embedded-io` for the streams and their halves, in each version that has a feature.

use super::{ReadHalf, TcpStream, WriteHalf, whole};
use crate::Error;
use crate::host::Host;

/// Each trait method calls the type's inherent method of the same name, which takes precedence.
macro_rules! reads {
    ($io:ident, [$($generics:tt)*] $type:ty) => {
        impl<$($generics)*> $io::ErrorType for $type {
            type Error = Error;
        }

        impl<$($generics)*> $io::Read for $type {
            fn read(&mut self, buf: &mut [u8]) -> Result<usize, Error> {
                self.read(buf)
            }

            fn read_exact(&mut self, buf: &mut [u8]) -> Result<(), $io::ReadExactError<Error>> {
                whole::read(|buf| self.read(buf), buf, $io::ReadExactError::UnexpectedEof)
            }
        }

        impl<$($generics)*> $io::BufRead for $type {
            fn fill_buf(&mut self) -> Result<&[u8], Error> {
                self.fill_buf()
            }

            fn consume(&mut self, amt: usize) {
                self.consume(amt);
            }
        }

        impl<$($generics)*> $io::ReadReady for $type {
            fn read_ready(&mut self) -> Result<bool, Error> {
                self.read_ready()
            }
        }
    };
}

/// There is no `WriteReady`: the host does not say whether a write would block, and it may.
macro_rules! writes {
    ($io:ident, [$($generics:tt)*] $type:ty) => {
        impl<$($generics)*> $io::Write for $type {
            fn write(&mut self, buf: &[u8]) -> Result<usize, Error> {
                (*self).write(buf)
            }

            /// Does nothing: writes are not buffered.
            fn flush(&mut self) -> Result<(), Error> {
                Ok(())
            }

            fn write_all(&mut self, buf: &[u8]) -> Result<(), Error> {
                (*self).write_all(buf)
            }
        }
    };
}

macro_rules! streams {
    ($io:ident) => {
        reads!($io, [const N: usize, H: Host] TcpStream<N, H>);
        writes!($io, [const N: usize, H: Host] TcpStream<N, H>);

        // Writing does not change the stream, so a shared reference is enough.
        impl<const N: usize, H: Host> $io::ErrorType for &TcpStream<N, H> {
            type Error = Error;
        }
        writes!($io, [const N: usize, H: Host] &TcpStream<N, H>);

        reads!($io, [const N: usize, H: Host] ReadHalf<'_, N, H>);

        impl<H: Host> $io::ErrorType for WriteHalf<'_, H> {
            type Error = Error;
        }
        writes!($io, [H: Host] WriteHalf<'_, H>);
    };
}

streams!(embedded_io);
#[cfg(feature = "embedded-io-v0.6")]
streams!(embedded_io_v0_6);
