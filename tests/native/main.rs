//! The library in native builds: the std facade and the core over the operating system's sockets, with real peers on
//! loopback. After every test nothing may be leaked: no kernel block, no connection.

mod bad_input;
mod contract;
mod edge_nal;
mod embedded;
mod embedded_io_v0_6;
mod halves;
mod host;
mod host_by_reference;
mod http;
mod icmp;
mod nal_async;
mod names;
mod no_address;
#[path = "../guests/src/options.rs"]
mod options;
mod plugin;
mod promises;
mod surface;
mod tcp;
mod udp;

use harness_wasi_sockets::host::Native;
use socket2::{Domain, Socket, Type};
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long the native host waits in these tests.
const WAIT: Duration = Duration::from_millis(100);

/// Longer than anything takes, unless the machine hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// A test's exclusive use of the host: connections are counted for the whole process, so tests that open any take
/// turns.
struct Turn(
    #[expect(dead_code, reason = "held until the end of the test")] MutexGuard<'static, ()>,
);

impl Turn {
    fn take() -> Self {
        Self::with_wait(WAIT)
    }

    /// For a test in which all expected data arrives, however late on a busy machine. (A UDP receive ends with the
    /// host's wait.)
    fn patient() -> Self {
        Self::with_wait(PATIENCE)
    }

    fn with_wait(wait: Duration) -> Self {
        static TURN: Mutex<()> = Mutex::new(());
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        Native::set_wait(wait);
        Turn(turn)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_eq!(Native::live_blocks(), 0, "kernel blocks left over");
            assert_eq!(Native::open_connections(), 0, "connections left over");
        }
    }
}

/// Returns `len` bytes of a pattern in which positions are distinguishable.
fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i ^ (i >> 8) ^ (i >> 16)) as u8).collect()
}

/// A TCP port that refuses as long as this lives: bound, but not listening.
fn refusing_tcp() -> (Socket, SocketAddr) {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::new(v4(), 0).into()).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    (socket, address)
}

/// `127.0.0.1`.
fn v4() -> std::net::IpAddr {
    std::net::Ipv4Addr::LOCALHOST.into()
}
