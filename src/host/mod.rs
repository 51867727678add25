//! The contract with the host: ten functions, the kernel's memory, and perhaps a clock.
//!
//! [`Host`] is the one door out of the library. Everything above it is ordinary Rust that does
//! not know which host answers; everything below it does not know what a stream is.
//!
//! | answer | when it is [`DefaultHost`] |
//! |---|---|
//! | `Extism` | on wasm: the imports of a plugin that runs in a harness host |
//! | `Native` | elsewhere, with `std`: the operating system's sockets, for unit tests of plugin code |
//! | `Absent` | elsewhere, without `std`: nothing is there, and every call says so |
//!
//! You can answer it yourself, for another import module or another runtime: implement [`Host`]
//! and open sockets with the `connect_in` functions of [`embedded`](crate::embedded).

use core::time::Duration;

#[cfg(not(any(target_family = "wasm", feature = "std")))]
mod absent;
mod copy;
#[cfg(target_family = "wasm")]
mod extism;
#[cfg(all(not(target_family = "wasm"), feature = "std"))]
mod native;
#[cfg(any(all(target_family = "wasm", not(small)), all(test, feature = "std")))]
mod page;

#[cfg(not(any(target_family = "wasm", feature = "std")))]
pub use absent::{Absent, Absent as DefaultHost};
#[cfg(target_family = "wasm")]
pub use extism::{Extism, Extism as DefaultHost};
#[cfg(all(not(target_family = "wasm"), feature = "std"))]
pub use native::{Native, Native as DefaultHost};

/// What a harness host and the plugin's kernel can do, in their own terms.
///
/// A *block* is a piece of the kernel's memory, named by its *offset*; the offset 0 names none.
/// Kernel memory is not the plugin's own memory: bytes cross only through [`load`](Host::load)
/// and [`store`](Host::store). Whoever is given a block by [`alloc`](Host::alloc) or by a receive
/// owns it and must [`free`](Host::free) it; [`Block`](crate::Block) does that.
///
/// No function here panics or reports a reason: 0 is all the host says when something fails.
///
/// A clone answers for the same host: the library clones a `Host` into every block and socket, so
/// a host with state is best a reference or an `Rc` to it.
pub trait Host: Clone {
    /// Opens a TCP connection to the address in the block at `addr`: text, `host:port`, as long
    /// as the block. Answers the connection's id, or 0 if there is none.
    fn tcp_connect(&self, addr: u64) -> u32;
    /// Sends the first `len` bytes of the block at `data`. Answers how many were sent, 0 if it
    /// failed.
    fn tcp_send(&self, id: u32, data: u64, len: u64) -> u32;
    /// Receives up to `max` bytes, waiting as long as the host waits (5 s). Answers a block with
    /// them, or 0: nothing came, or the connection has ended, or anything else went wrong.
    fn tcp_recv(&self, id: u32, max: u32) -> u64;
    /// Closes a TCP connection.
    fn tcp_close(&self, id: u32);

    /// Opens a UDP socket that is connected to the address in the block at `addr`. As
    /// [`tcp_connect`](Host::tcp_connect).
    fn udp_connect(&self, addr: u64) -> u32;
    /// Sends one datagram. As [`tcp_send`](Host::tcp_send).
    fn udp_send(&self, id: u32, data: u64, len: u64) -> u32;
    /// Receives one datagram, cut to `max` bytes. As [`tcp_recv`](Host::tcp_recv).
    fn udp_recv(&self, id: u32, max: u32) -> u64;
    /// Closes a UDP socket.
    fn udp_close(&self, id: u32);

    /// Sends an ICMP echo request with the first `len` bytes of the block at `payload` to the
    /// address (no port) in the block at `target`. Answers 1 if it was sent, 0 if not.
    fn icmp_send(&self, target: u64, payload: u64, len: u64, seq: u16) -> u32;
    /// Waits up to `timeout_ms` milliseconds for an ICMP packet. Answers a block with its JSON, or
    /// 0.
    fn icmp_recv(&self, timeout_ms: u32) -> u64;

    /// Takes a block of `len` bytes. Answers its offset, or 0 if there is no memory for it (or
    /// `len` is 0).
    fn alloc(&self, len: u64) -> u64;
    /// Gives a block back.
    fn free(&self, offset: u64);
    /// The length in bytes of the block at `offset`, 0 if there is no such block.
    fn length(&self, offset: u64) -> u64;
    /// One byte of kernel memory.
    fn load_u8(&self, offset: u64) -> u8;
    /// Eight bytes of kernel memory, the first one in the lowest bits.
    fn load_u64(&self, offset: u64) -> u64;
    /// Stores one byte.
    fn store_u8(&self, offset: u64, value: u8);
    /// Stores eight bytes, the lowest bits first.
    fn store_u64(&self, offset: u64, value: u64);

    /// Copies kernel memory from `offset` on into all of `into`.
    ///
    /// The provided answer moves 8 bytes a call, the most a kernel moves. What is left over at the
    /// end of 8 bytes or more is one word that overlaps the one before: a call costs the same for
    /// one byte as for eight.
    fn load(&self, offset: u64, into: &mut [u8]) {
        copy::load(self, offset, into);
    }

    /// Copies all of `from` into kernel memory from `offset` on. As [`load`](Host::load), the
    /// other way.
    fn store(&self, offset: u64, from: &[u8]) {
        copy::store(self, offset, from);
    }

    /// The time since some fixed moment, if this host has a clock.
    ///
    /// It is used for one thing: to tell a host that answered "nothing" at once from one that
    /// waited first. A clock that stands still, runs backwards or advances by exactly one
    /// millisecond a reading is noticed and not relied on.
    fn now(&self) -> Option<Duration> {
        None
    }
}
