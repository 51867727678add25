//! The ten functions on top of the operating system's sockets, for native builds.
//!
//! Plugin code runs on it unchanged, so plain `cargo test` can unit-test it.

mod address;
#[cfg(feature = "plugin")]
mod call;
#[cfg(feature = "http")]
mod http;
mod icmp;
mod kernel;
mod sockets;

use super::Host;
use core::sync::atomic::{AtomicU64, Ordering};
use core::time::Duration;
use std::io::{self, ErrorKind};
use std::sync::OnceLock;
use std::time::Instant;

/// How long a receive waits, in milliseconds.
static WAIT_MS: AtomicU64 = AtomicU64::new(5_000);
/// The shortest wait, in milliseconds: twice the time that the library takes for "at once".
const SHORTEST_WAIT_MS: u64 = 100;

/// The timeout of a connection attempt or a send, as in production.
const LIMIT: Duration = Duration::from_secs(5);

/// The [`Host`] of native builds: the same ten functions on top of the operating system's sockets, and an emulated
/// kernel memory.
///
/// It behaves like a harness host:
///
/// * A receive waits 5 s and then returns 0.
/// * A connect takes at most 5 s, including name resolution and all addresses.
/// * UDP sockets may send to broadcast addresses.
/// * A datagram longer than requested is truncated.
/// * An HTTP request (feature `http`) takes at most 10 s and follows up to 10 redirects. Unlike a harness host, it does
///   not repeat a body: if a request with a body is redirected with 307 or 308, the redirect is the response.
///
/// Kernel memory is per thread, so [`live_blocks`](Native::live_blocks) is exact even if other tests run at the same
/// time. ICMP needs the right to open raw sockets (on Linux root or `CAP_NET_RAW`). Its socket is per thread too, and
/// stays open from the first call on: a thread receives the replies to its own requests even if they arrive before it
/// listens.
///
/// # Example
/// ```
/// use harness_wasi_sockets::TcpStream;
/// use harness_wasi_sockets::host::Native;
/// use std::time::Duration;
///
/// // In a unit test, silence need not take as long as in production.
/// Native::set_wait(Duration::from_millis(100));
/// # let server = harness_host::peers::TcpEcho::v4()?;
/// let stream = TcpStream::connect(server.addr())?;
/// drop(stream);
/// assert_eq!(Native::live_blocks(), 0);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Native;

impl Native {
    /// Returns the number of kernel blocks that this thread has allocated and not freed.
    ///
    /// Between two operations of the library it is 0: no block outlives the operation that created it.
    #[must_use]
    pub fn live_blocks() -> usize {
        kernel::live_blocks()
    }

    /// Returns the number of TCP connections and UDP sockets that are open in the whole process.
    #[must_use]
    pub fn open_connections() -> usize {
        sockets::open()
    }

    /// Sets how long a receive waits before it returns 0, for the whole process, for connections opened from now on.
    /// The default is 5 s, as in production. Set less in tests with silent peers.
    ///
    /// Less than 100 ms becomes 100 ms. The library detects end of stream by receives that return 0 at once, within 50
    /// ms; with a shorter wait a silent peer would look the same.
    pub fn set_wait(wait: Duration) {
        let ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        WAIT_MS.store(ms.max(SHORTEST_WAIT_MS), Ordering::Relaxed);
    }

    /// Returns how long a receive waits before it returns 0.
    #[must_use]
    pub fn wait() -> Duration {
        Duration::from_millis(WAIT_MS.load(Ordering::Relaxed))
    }
}

/// Makes a call to the operating system, and repeats it if a signal interrupts it.
fn uninterrupted<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

impl Host for Native {
    fn tcp_connect(&self, addr: u64) -> u32 {
        kernel::text(addr).map_or(0, |addr| sockets::tcp_connect(&addr))
    }
    fn tcp_send(&self, id: u32, data: u64, len: u64) -> u32 {
        kernel::bytes(data, len).map_or(0, |data| sockets::tcp_send(id, &data))
    }
    fn tcp_recv(&self, id: u32, max: u32) -> u64 {
        sockets::tcp_recv(id, max).map_or(0, kernel::adopt)
    }
    fn tcp_close(&self, id: u32) {
        sockets::tcp_close(id);
    }
    fn udp_connect(&self, addr: u64) -> u32 {
        kernel::text(addr).map_or(0, |addr| sockets::udp_connect(&addr))
    }
    fn udp_send(&self, id: u32, data: u64, len: u64) -> u32 {
        kernel::bytes(data, len).map_or(0, |data| sockets::udp_send(id, &data))
    }
    fn udp_recv(&self, id: u32, max: u32) -> u64 {
        sockets::udp_recv(id, max).map_or(0, kernel::adopt)
    }
    fn udp_close(&self, id: u32) {
        sockets::udp_close(id);
    }
    fn icmp_send(&self, target: u64, payload: u64, len: u64, seq: u16) -> u32 {
        let (Some(target), Some(payload)) = (kernel::text(target), kernel::bytes(payload, len))
        else {
            return 0;
        };
        u32::from(icmp::send(&target, &payload, seq).is_some())
    }
    fn icmp_recv(&self, timeout_ms: u32) -> u64 {
        let timeout = Duration::from_millis(u64::from(timeout_ms));
        icmp::receive(timeout).map_or(0, |json| kernel::adopt(json.into_bytes()))
    }
    fn alloc(&self, len: u64) -> u64 {
        kernel::alloc(len)
    }
    fn free(&self, offset: u64) {
        kernel::free(offset);
    }
    fn length(&self, offset: u64) -> u64 {
        kernel::length(offset)
    }
    fn load_u8(&self, offset: u64) -> u8 {
        let mut byte = [0];
        kernel::load(offset, &mut byte);
        u8::from_le_bytes(byte)
    }
    fn load_u64(&self, offset: u64) -> u64 {
        let mut word = [0; 8];
        kernel::load(offset, &mut word);
        u64::from_le_bytes(word)
    }
    fn store_u8(&self, offset: u64, value: u8) {
        kernel::store(offset, &[value]);
    }
    fn store_u64(&self, offset: u64, value: u64) {
        kernel::store(offset, &value.to_le_bytes());
    }
    // In bulk: word by word would not be faster here.
    fn load(&self, offset: u64, into: &mut [u8]) {
        kernel::load(offset, into);
    }
    fn store(&self, offset: u64, from: &[u8]) {
        kernel::store(offset, from);
    }
    fn now(&self) -> Option<Duration> {
        static START: OnceLock<Instant> = OnceLock::new();
        Some(START.get_or_init(Instant::now).elapsed())
    }
}

#[cfg(feature = "http")]
impl super::Http for Native {
    fn http_request(&self, method: u64, url: u64, headers: u64, body: u64) -> u64 {
        let text = |offset| kernel::bytes(offset, u64::MAX);
        let (Some(method), Some(url)) = (kernel::text(method), kernel::text(url)) else {
            return 0;
        };
        let (Some(headers), Some(body)) = (text(headers), text(body)) else {
            return 0;
        };
        http::request(&method, &url, &headers, body).map_or(0, kernel::adopt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_bytes_are_those_of_the_block_the_lowest_first() {
        let offset = Native.alloc(9);
        Native.store(offset, &[1, 2, 3, 4, 5, 6, 7, 8, 9]);
        assert_eq!(Native.load_u64(offset + 1), 0x0908_0706_0504_0302);
        assert_eq!(Native.load_u8(offset + 8), 9);
        Native.store_u64(offset, 0x1817_1615_1413_1211);
        Native.store_u8(offset + 8, 0x19);
        let mut back = [0; 9];
        Native.load(offset, &mut back);
        assert_eq!(back, [0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19]);
        Native.free(offset);
    }

    #[test]
    fn a_call_that_a_signal_interrupts_is_made_again() {
        let mut calls = 0;
        let third = uninterrupted(|| {
            calls += 1;
            match calls {
                3 => Ok("done"),
                _ => Err(ErrorKind::Interrupted.into()),
            }
        });
        assert_eq!(third.unwrap(), "done");
        let failed = uninterrupted(|| Err::<(), _>(ErrorKind::BrokenPipe.into()));
        assert_eq!(failed.unwrap_err().kind(), ErrorKind::BrokenPipe);
    }
}
