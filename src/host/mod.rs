//! The contract with the host: ten functions, the kernel's memory, and optionally a clock.
//!
//! [`Host`] is the library's only interface to the outside. All code above it is independent of the host, and a host
//! knows nothing about streams.
//!
//! | host | when it is [`DefaultHost`] |
//! |---|---|
//! | `Extism` | on wasm: the imports of a plugin that runs in a harness host |
//! | `Native` | elsewhere, with `std`: the operating system's sockets, for unit tests of plugin code |
//! | [`Absent`] | elsewhere, without `std`: every call fails |
//!
//! For another import module or another runtime, implement [`Host`] yourself, and open sockets with the `connect_in`
//! functions of [`embedded`](crate::embedded). (The repository's `examples/other_module.rs` is a complete example.)
//!
//! ```
//! use harness_wasi_sockets::Error;
//! use harness_wasi_sockets::embedded::{Address, TcpStream};
//! use harness_wasi_sockets::host::Host;
//!
//! /// Works with any host.
//! fn connect<H: Host>(host: H, server: impl Address) -> Result<TcpStream<1024, H>, Error> {
//!     TcpStream::connect_in(host, server)
//! }
//!
//! # let server = harness_host::peers::TcpEcho::v4().unwrap();
//! connect(harness_wasi_sockets::host::DefaultHost, server.addr())?;
//! # Ok::<(), Error>(())
//! ```

use core::time::Duration;

mod absent;
#[cfg(feature = "plugin")]
pub(crate) mod call;
mod copy;
#[cfg(target_family = "wasm")]
mod extism;
mod forward;
#[cfg(feature = "http")]
mod http;
#[cfg(all(not(target_family = "wasm"), feature = "std"))]
mod native;
#[cfg(any(all(target_family = "wasm", not(small)), all(test, feature = "std")))]
mod reuse;

pub use absent::Absent;
#[cfg(not(any(target_family = "wasm", feature = "std")))]
pub use absent::Absent as DefaultHost;
#[cfg(target_family = "wasm")]
pub use extism::{Extism, Extism as DefaultHost};
#[cfg(all(not(target_family = "wasm"), feature = "std"))]
pub use native::{Native, Native as DefaultHost};

#[cfg(feature = "http")]
pub use http::Http;

pub(crate) use forward::forward;

/// The functions of a harness host and of the plugin's kernel.
///
/// A *block* is a piece of the kernel's memory, identified by its *offset*. Offset 0 is no block. Kernel memory is
/// separate from the plugin's memory: bytes are copied only with [`load`](Host::load) and [`store`](Host::store). The
/// caller of [`alloc`](Host::alloc) or of a receive owns the returned block and must [`free`](Host::free) it;
/// [`Block`](crate::Block) does that.
///
/// No function here panics or reports a reason: a failure is always 0.
///
/// # Hosts with state
/// The library clones a `Host` into every block and socket, and a clone must represent the same host. So clones must
/// share their state. Implement `Host`
///
/// * for a reference: `impl Host for &Mine`, which needs no allocation and no `Clone` of `Mine`; or
/// * for a type that holds the state in an `Rc` or an `Arc`: `#[derive(Clone)] struct Mine(Rc<State>);`.
///
/// If a type implements `Host`, so does a reference to it, and with the feature `std` an `Rc` and an `Arc` of it.
///
/// # Example
/// A host that counts the bytes sent over TCP, and forwards all calls to another host:
///
/// ```
/// use core::cell::Cell;
/// use core::time::Duration;
/// use harness_wasi_sockets::embedded::TcpStream;
/// use harness_wasi_sockets::host::{DefaultHost as Other, Host};
///
/// #[derive(Clone)]
/// struct Counting<'a>(&'a Cell<u32>);
///
/// impl Host for Counting<'_> {
///     fn tcp_send(&self, id: u32, data: u64, len: u64) -> u32 {
///         let sent = Other.tcp_send(id, data, len);
///         self.0.set(self.0.get() + sent);
///         sent
///     }
///     fn tcp_connect(&self, addr: u64) -> u32 { Other.tcp_connect(addr) }
///     fn tcp_recv(&self, id: u32, max: u32) -> u64 { Other.tcp_recv(id, max) }
///     fn tcp_close(&self, id: u32) { Other.tcp_close(id) }
///     fn udp_connect(&self, addr: u64) -> u32 { Other.udp_connect(addr) }
///     fn udp_send(&self, id: u32, data: u64, len: u64) -> u32 { Other.udp_send(id, data, len) }
///     fn udp_recv(&self, id: u32, max: u32) -> u64 { Other.udp_recv(id, max) }
///     fn udp_close(&self, id: u32) { Other.udp_close(id) }
///     fn icmp_send(&self, to: u64, data: u64, len: u64, seq: u16) -> u32 { Other.icmp_send(to, data, len, seq) }
///     fn icmp_recv(&self, timeout_ms: u32) -> u64 { Other.icmp_recv(timeout_ms) }
///     fn alloc(&self, len: u64) -> u64 { Other.alloc(len) }
///     fn free(&self, offset: u64) { Other.free(offset) }
///     fn length(&self, offset: u64) -> u64 { Other.length(offset) }
///     fn load_u8(&self, offset: u64) -> u8 { Other.load_u8(offset) }
///     fn load_u64(&self, offset: u64) -> u64 { Other.load_u64(offset) }
///     fn store_u8(&self, offset: u64, value: u8) { Other.store_u8(offset, value) }
///     fn store_u64(&self, offset: u64, value: u64) { Other.store_u64(offset, value) }
///     fn now(&self) -> Option<Duration> { Other.now() }
/// }
///
/// # let server = harness_host::peers::TcpEcho::v4().unwrap();
/// let sent = Cell::new(0);
/// let mut stream = TcpStream::<64, _>::connect_in(Counting(&sent), server.addr())?;
/// embedded_io::Write::write_all(&mut stream, b"Hello")?;
/// assert_eq!(sent.get(), 5);
/// # Ok::<(), harness_wasi_sockets::Error>(())
/// ```
pub trait Host: Clone {
    /// Opens a TCP connection to the address in the block at `addr`: text, `host:port`, as long as the block. Returns
    /// the connection's id, or 0 if it failed.
    ///
    /// The block is not terminated by NUL: use its length. The byte after it is zero only while the kernel's memory
    /// there was never used. After a block that was freed and reused, there are other bytes.
    fn tcp_connect(&self, addr: u64) -> u32;
    /// Sends the first `len` bytes of the block at `data`. Returns how many were sent, 0 if it failed.
    fn tcp_send(&self, id: u32, data: u64, len: u64) -> u32;
    /// Receives up to `max` bytes, waiting up to 5 s for the first. Returns a block with them, or 0: no data, end of
    /// stream, or any failure.
    ///
    /// After end of stream it must return 0 at once, within 50 ms. Before that it must return 0 only after a wait of at
    /// least 100 ms: the library can tell the two apart only by time.
    fn tcp_recv(&self, id: u32, max: u32) -> u64;
    /// Closes a TCP connection.
    ///
    /// With threads, one thread may be about to use an id that another closes. So a host with threads must not reuse an
    /// id soon. (The native host counts up; a plugin has one thread.)
    fn tcp_close(&self, id: u32);

    /// Opens a UDP socket that is connected to the address in the block at `addr`. As
    /// [`tcp_connect`](Host::tcp_connect).
    fn udp_connect(&self, addr: u64) -> u32;
    /// Sends one datagram. As [`tcp_send`](Host::tcp_send).
    fn udp_send(&self, id: u32, data: u64, len: u64) -> u32;
    /// Receives one datagram, truncated to `max` bytes. As [`tcp_recv`](Host::tcp_recv).
    fn udp_recv(&self, id: u32, max: u32) -> u64;
    /// Closes a UDP socket.
    fn udp_close(&self, id: u32);

    /// Sends an ICMP echo request with the first `len` bytes of the block at `payload` to the address (without a port)
    /// in the block at `target`. Returns 1 if it was sent, 0 if not.
    fn icmp_send(&self, target: u64, payload: u64, len: u64, seq: u16) -> u32;
    /// Waits up to `timeout_ms` milliseconds for an ICMP packet. Returns a block with its JSON, or 0.
    ///
    /// The JSON has one of two forms: the documented one, with the data as an array of numbers; or one with sorted keys
    /// and the data in base64. Echo packets have `id` and `seq`; `data` may be empty, `null` or absent. Other keys are
    /// ignored, and so are NULs at the end.
    ///
    /// ```json
    /// {"source":"8.8.8.8","type":0,"code":0,"id":1,"seq":1,"data":[72,105]}
    /// {"code":0,"data":"SGk=","id":1,"seq":1,"source":"8.8.8.8","type":0}
    /// ```
    fn icmp_recv(&self, timeout_ms: u32) -> u64;

    /// Allocates a block of `len` bytes. Returns its offset, or 0 if there is no memory for it (or `len` is 0).
    fn alloc(&self, len: u64) -> u64;
    /// Frees a block.
    fn free(&self, offset: u64);
    /// Returns the length in bytes of the block at `offset`, 0 if there is no such block.
    fn length(&self, offset: u64) -> u64;
    /// Loads one byte of kernel memory.
    fn load_u8(&self, offset: u64) -> u8;
    /// Loads eight bytes of kernel memory, the first one into the lowest bits.
    fn load_u64(&self, offset: u64) -> u64;
    /// Stores one byte.
    fn store_u8(&self, offset: u64, value: u8);
    /// Stores eight bytes, the lowest bits first.
    fn store_u64(&self, offset: u64, value: u64);

    /// Copies kernel memory from `offset` on into `into`, and fills all of it.
    ///
    /// The default method copies 8 bytes per call, the most that a kernel can. If a remainder is left after at least 8
    /// bytes, it is copied as one word that overlaps the one before: a call costs the same for one byte as for eight.
    fn load(&self, offset: u64, into: &mut [u8]) {
        copy::load(self, offset, into);
    }

    /// Copies all of `from` into kernel memory from `offset` on. As [`load`](Host::load), in the other direction.
    fn store(&self, offset: u64, from: &[u8]) {
        copy::store(self, offset, from);
    }

    /// Returns the time since some fixed moment, if this host has a clock.
    ///
    /// It has only one use: to tell whether the host returned 0 at once or waited first. A clock that stands still,
    /// runs backwards or advances only when it is read is detected and not relied on.
    fn now(&self) -> Option<Duration> {
        None
    }
}
