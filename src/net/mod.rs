//! The std facade: the names and signatures of [`std::net`], over a host's functions.
//!
//! Everything here is at the crate's root too. The types that need no host (`SocketAddr` and its
//! kin, `Shutdown`) are std's own, so that `use harness_wasi_sockets::net` can stand where
//! `use std::net` stood.
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
//! *Works*: as in std, but for what the last column says. *Hint*: is accepted and remembered, and has no
//! effect, since the socket is the host's. *Unsupported*: an error of that kind, since the host has no
//! function for it.
//!
#![doc = include_str!("std_api.md")]
//!
//! # Where the two differ
//!
//! One suite of behaviours runs on std itself, on this library natively and on it in wasm. These are all
//! the differences that it knows of, and it checks both sides of each.
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

/// Locks what the handles of a socket share. A thread that panicked while it had it left nothing half
/// done: it changes only after the host has answered.
///
/// # Errors
/// [`Error::Stopped`] if nobody is there to unlock it: a plugin without threads finds it locked only
/// when an earlier call of it was stopped (its time was up, say) while it waited for the host. Std's
/// lock would panic then.
fn lock<T>(shared: &Mutex<T>) -> Result<MutexGuard<'_, T>, Error> {
    match try_lock(shared)? {
        Some(guard) => Ok(guard),
        None => Ok(shared.lock().unwrap_or_else(PoisonError::into_inner)),
    }
}

/// As [`lock`], but does not wait: `None` while another thread has it.
fn try_lock<T>(shared: &Mutex<T>) -> Result<Option<MutexGuard<'_, T>>, Error> {
    match shared.try_lock() {
        Ok(guard) => Ok(Some(guard)),
        Err(TryLockError::Poisoned(poisoned)) => Ok(Some(poisoned.into_inner())),
        Err(TryLockError::WouldBlock) if WITHOUT_THREADS => Err(Error::Stopped),
        Err(TryLockError::WouldBlock) => Ok(None),
    }
}

/// Whether there is one thread only.
const WITHOUT_THREADS: bool = cfg!(all(target_family = "wasm", not(target_feature = "atomics")));
