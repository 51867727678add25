//! The std facade: the names and signatures of [`std::net`], implemented with the host's functions.
//!
//! Everything here is also re-exported at the crate's root. `SocketAddr`, `IpAddr`, `Shutdown` and the like are std's own
//! types, so you can replace `use std::net` by `use harness_wasi_sockets::net`.
//!
//! ```
//! use harness_wasi_sockets::net; // instead of std::net
//! use std::io::Write;
//!
//! fn greet(server: impl net::ToSocketAddrs) -> std::io::Result<net::IpAddr> {
//!     let mut stream = net::TcpStream::connect(server)?;
//!     stream.write_all(b"Hello")?;
//!     Ok(stream.peer_addr()?.ip())
//! }
//!
//! # let server = harness_host::peers::TcpEcho::v4()?;
//! assert_eq!(greet(server.addr())?, net::Ipv4Addr::LOCALHOST);
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # What each method does
//!
//! *Works*: as in std, except for what the last column says. *Hint*: accepted and remembered, but without effect, since the
//! host owns the socket. *Unsupported*: an error of that kind, since the host has no function for it.
//!
#![doc = include_str!("std_api.md")]
//!
//! # Differences from std
//!
//! One conformance suite runs on std, on this library natively and on this library in wasm. These are all the differences
//! that it knows; it checks both sides of each.
//!
#![doc = include_str!("differences.md")]

mod address;
mod icmp;
mod options;
mod tcp;
mod udp;

pub use crate::embedded::{PingStats, Pinged};
pub use address::{Endpoints, ToSocketAddrs};
pub use icmp::{IcmpResponse, IcmpSocket, PingReply, Pings};
pub use std::net::{
    AddrParseError, IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, SocketAddrV4, SocketAddrV6,
};
pub use tcp::TcpStream;
pub use udp::UdpSocket;

use crate::Error;
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

/// Locks what the handles of a socket share. A thread that panicked with the lock left nothing half done: the state changes
/// only after the host function has returned.
///
/// # Errors
/// [`Error::Stopped`] if nothing will unlock it: in a plugin without threads it is locked only if the host stopped an
/// earlier call (because of its timeout, for example) during a host function. Std's lock would panic then.
fn lock<T>(shared: &Mutex<T>) -> Result<MutexGuard<'_, T>, Error> {
    match try_lock(shared)? {
        Some(guard) => Ok(guard),
        None => Ok(shared.lock().unwrap_or_else(PoisonError::into_inner)),
    }
}

/// As [`lock`], but does not wait: `None` while another thread holds it.
fn try_lock<T>(shared: &Mutex<T>) -> Result<Option<MutexGuard<'_, T>>, Error> {
    match shared.try_lock() {
        Ok(guard) => Ok(Some(guard)),
        Err(TryLockError::Poisoned(poisoned)) => Ok(Some(poisoned.into_inner())),
        Err(TryLockError::WouldBlock) if WITHOUT_THREADS => Err(Error::Stopped),
        Err(TryLockError::WouldBlock) => Ok(None),
    }
}

/// Whether there is only one thread.
const WITHOUT_THREADS: bool = cfg!(all(target_family = "wasm", not(target_feature = "atomics")));
