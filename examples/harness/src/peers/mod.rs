//! Small servers on this machine's loopback for plugins to talk to.
//!
//! Each listens on a free port, runs on its own threads, and stops when it is dropped:
//!
//! ```
//! use harness_host::peers::TcpEcho;
//!
//! let echo = TcpEcho::v4()?;
//! println!("listening on {}", echo.addr());
//! # Ok::<(), std::io::Error>(())
//! ```

mod http;
mod lines;
mod tcp;
mod udp;

use std::net::{IpAddr, Ipv6Addr, TcpListener};
use std::time::Duration;

pub use http::HttpServer;
pub use lines::LineServer;
pub use tcp::{Stop, TcpEcho, TcpPeer};
pub use udp::{UdpEcho, UdpPeer};

/// How long a peer sleeps at most before it checks whether it should stop.
const NAP: Duration = Duration::from_millis(20);

/// Returns whether this machine has the IPv6 loopback address `::1`.
pub fn has_ipv6() -> bool {
    TcpListener::bind((IpAddr::V6(Ipv6Addr::LOCALHOST), 0)).is_ok()
}
