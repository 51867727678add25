//! `embedded-io-async` for the streams, in each version that has a feature.

/// A stream for crates that need the async traits of `embedded-io-async`, [0.7](https://docs.rs/embedded-io-async/0.7)
/// or [0.6](https://docs.rs/embedded-io-async/0.6), each behind its feature.
///
/// Host functions block, and nothing else runs meanwhile. So the futures block too: each is ready when it is first
/// polled, and any executor works.
///
/// It is a separate type so that `read` and `write` of a [`TcpStream`](super::TcpStream) need no `await`. It can wrap
/// each half of a stream too.
///
/// # Example
/// ```
/// # #[cfg(feature = "embedded-io-async-v0.7")] {
/// use embedded_io_async::{Read, Write};
/// use harness_wasi_sockets::Error;
/// use harness_wasi_sockets::embedded::{BlockingAsync, TcpStream};
///
/// async fn greet(stream: &mut (impl Read<Error = Error> + Write)) -> Result<usize, Error> {
///     stream.write_all(b"Hello").await?;
///     stream.read(&mut [0; 64]).await
/// }
///
/// # let server = harness_host::peers::TcpEcho::v4().unwrap();
/// let mut stream = BlockingAsync(TcpStream::connect(server.addr())?);
/// let greeting = greet(&mut stream);
/// # let mut context = core::task::Context::from_waker(core::task::Waker::noop());
/// # let core::task::Poll::Ready(n) = core::pin::pin!(greeting).poll(&mut context) else { panic!() };
/// # assert!((1..=5).contains(&n?));
/// # }
/// # Ok::<(), harness_wasi_sockets::Error>(())
/// ```
#[derive(Debug)]
pub struct BlockingAsync<T>(pub T);

macro_rules! blocking {
    ($io:ident, $io_async:ident) => {
        impl<T: $io::ErrorType> $io::ErrorType for BlockingAsync<T> {
            type Error = T::Error;
        }

        impl<T: $io::Read> $io_async::Read for BlockingAsync<T> {
            async fn read(&mut self, buf: &mut [u8]) -> Result<usize, T::Error> {
                self.0.read(buf)
            }

            async fn read_exact(
                &mut self,
                buf: &mut [u8],
            ) -> Result<(), $io::ReadExactError<T::Error>> {
                self.0.read_exact(buf)
            }
        }

        impl<T: $io::BufRead> $io_async::BufRead for BlockingAsync<T> {
            async fn fill_buf(&mut self) -> Result<&[u8], T::Error> {
                self.0.fill_buf()
            }

            fn consume(&mut self, amt: usize) {
                self.0.consume(amt);
            }
        }

        /// Not asynchronous: it may block for the host's wait of 5 s.
        impl<T: $io::ReadReady> $io::ReadReady for BlockingAsync<T> {
            fn read_ready(&mut self) -> Result<bool, T::Error> {
                self.0.read_ready()
            }
        }

        impl<T: $io::Write> $io_async::Write for BlockingAsync<T> {
            async fn write(&mut self, buf: &[u8]) -> Result<usize, T::Error> {
                self.0.write(buf)
            }

            async fn flush(&mut self) -> Result<(), T::Error> {
                self.0.flush()
            }

            async fn write_all(&mut self, buf: &[u8]) -> Result<(), T::Error> {
                self.0.write_all(buf)
            }
        }
    };
}

#[cfg(feature = "embedded-io-async-v0.7")]
blocking!(embedded_io, embedded_io_async);
#[cfg(feature = "embedded-io-async-v0.6")]
blocking!(embedded_io_v0_6, embedded_io_async_v0_6);
