//! The sockets without std: no allocation, [`embedded_io`](https://docs.rs/embedded-io/0.7) traits, and one small
//! [`Error`].
//!
//! The std facade is built on them. They are available with every set of features.
//!
//! ```
//! use harness_wasi_sockets::embedded::TcpStream;
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
//! While the std types always use the default host, these can use any [`Host`](crate::host::Host): functions whose
//! names end in `_in` take it as their first argument.

#[cfg(any(feature = "embedded-io-async-v0.7", feature = "embedded-io-async-v0.6"))]
mod blocking_async;
mod halves;
mod icmp;
mod io;
#[cfg(any(feature = "embedded-nal-async-v0.9", feature = "edge-nal-v0.7"))]
mod stack;
mod tcp;
mod udp;
mod whole;

pub use crate::address::{Address, Unchecked};
pub use crate::error::Error;
pub use crate::patience::Silence;
#[cfg(any(feature = "embedded-io-async-v0.7", feature = "embedded-io-async-v0.6"))]
pub use blocking_async::BlockingAsync;
pub use halves::{ReadHalf, WriteHalf};
pub use icmp::{IcmpResponse, IcmpSocket, PingReply, PingStats, Pinged, Pings};
#[cfg(feature = "embedded-nal-async-v0.9")]
pub use stack::BoundUdp;
#[cfg(feature = "edge-nal-v0.7")]
pub use stack::{EdgeBoundUdp, EdgeConnectedUdp};
#[cfg(any(feature = "embedded-nal-async-v0.9", feature = "edge-nal-v0.7"))]
pub use stack::{Names, Naming, NoNames, Stack};
pub use tcp::{Shutdown, TcpStream};
pub use udp::UdpSocket;

/// The default size of a [`TcpStream`]'s receive buffer, in bytes.
pub const DEFAULT_CAPACITY: usize = 1_024;
