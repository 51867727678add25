//! The sockets without std: no allocation, [`embedded_io`] traits, and one small [`Error`].
//!
//! They are what the std facade stands on, and are there with every feature set.
//!
//! ```
//! use harness_wasi_sockets::embedded::TcpStream;
//! use embedded_io::{Read, Write};
//!
//! # fn connect_and_greet() -> Result<(), harness_wasi_sockets::Error> {
//! let mut stream = TcpStream::connect("127.0.0.1:6000")?;
//! stream.write_all(b"Hello, world!")?;
//! let mut buf = [0; 1024];
//! let n = stream.read(&mut buf)?;
//! # let _ = &buf[..n];
//! # Ok(())
//! # }
//! ```
//!
//! Where the std types take one host for granted, these take any [`Host`](crate::host::Host): the
//! functions that end in `_in` are given it, as their first argument.

mod icmp;
#[cfg(feature = "embedded-io-async-v0.7")]
mod io_async;
#[cfg(feature = "embedded-nal-async-v0.9")]
mod nal_async;
mod tcp;
mod udp;

pub use crate::address::Address;
pub use crate::error::Error;
pub use crate::json::IcmpResponse;
pub use crate::patience::Silence;
pub use icmp::{IcmpSocket, PingReply};
#[cfg(feature = "embedded-nal-async-v0.9")]
pub use nal_async::{Stack, UnconnectedUdp};
pub use tcp::{Shutdown, TcpStream};
pub use udp::UdpSocket;
#[cfg(feature = "std")]
pub(crate) use udp::{longest, receive_once, send, twice};

/// The number of bytes that a [`TcpStream`] keeps of what it has received, unless its type says
/// otherwise.
///
/// # Example
/// ```
/// use harness_wasi_sockets::embedded::{DEFAULT_CAPACITY, TcpStream};
///
/// # let server = harness_host::peers::TcpEcho::v4().unwrap();
/// type Default = TcpStream<DEFAULT_CAPACITY>;
/// let stream: Default = TcpStream::connect(server.addr())?;
/// # Ok::<(), harness_wasi_sockets::Error>(())
/// ```
pub const DEFAULT_CAPACITY: usize = 1_024;
