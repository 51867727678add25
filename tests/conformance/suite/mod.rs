//! What a program may expect of `TcpStream` and `UdpSocket`, with any provider.
//!
//! These files are compiled four times: over `std::net`, over this library in native builds, over it inside a plugin,
//! and there over `std::net` again, as `harness-std` provides it. The surrounding module selects one of the four: `net`
//! has the types, `WHO` names their provider, and `udp_to` and `connect_udp` connect a `UdpSocket`, the only call that
//! is written differently. Where this library or `harness-std` differs from std on purpose, both sides are checked, and
//! [`differences`] describes it.

mod data;
pub mod differences;
mod list;
mod peers;

pub mod addresses;
pub mod clones;
pub mod connecting;
pub mod datagrams;
pub mod ending;
pub mod halves;
pub mod ipv6;
pub mod many;
pub mod options;
pub mod peeking;
pub mod production;
#[cfg(not(target_family = "wasm"))]
pub mod racing;
pub mod reading;
pub mod receiving;
pub mod reconnecting;
pub mod sharing;
pub mod silences;
#[cfg(not(target_family = "wasm"))]
pub mod threads;
pub mod transfers;
pub mod unreachable;
pub mod waiting;
pub mod writing;

pub use data::{Digest, TEXT, pattern, pattern_from};
pub(crate) use list::behaviours;
#[cfg(not(target_family = "wasm"))]
pub(crate) use list::behaviours_with_threads;
pub use peers::Peers;

use super::{WHO, connect_udp, net, udp_to};
use std::fmt::Debug;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

/// The provider of the types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(dead_code, reason = "each inclusion is one of them")]
pub enum Who {
    Std,
    Native,
    Wasm,
    /// `harness-std`, in a plugin.
    Shadow,
}

/// Longer than one wait of the hosts in these tests (100 ms).
const SHORT: Duration = Duration::from_millis(150);

/// Longer than anything here takes, unless the machine hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// Summarizes an `io::Result` in a word or two, for comparison.
#[track_caller]
fn outcome<T: Debug>(result: io::Result<T>) -> String {
    match result {
        Ok(value) => format!("Ok({value:?})"),
        Err(error) => format!("{:?}", error.kind()),
    }
}

/// Returns whether the address is one with which `harness-std` represents names, with this port.
fn stands_for_a_name(addr: SocketAddr, port: u16) -> bool {
    let stands = matches!(addr.ip(), IpAddr::V4(ip) if matches!(ip.octets(), [198, 18 | 19, ..]));
    stands && addr.port() == port
}

/// The maximum number of attempts of `until`. A host may have a limited number of blocks per call (JavaScript's has
/// 32,767), and with a fake clock only this limits the attempts.
const TRIES: u32 = 20_000;

/// Retries until there is a result.
#[track_caller]
fn until<T>(what: &str, mut answers: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    for tries in 1..=TRIES {
        if let Some(answer) = answers() {
            return answer;
        }
        assert!(start.elapsed() < PATIENCE, "still not: {what}");
        // Not so often that the attempts run out before the time.
        std::thread::sleep(Duration::from_millis(tries.min(5).into()));
    }
    panic!("not in {TRIES} tries: {what}");
}
