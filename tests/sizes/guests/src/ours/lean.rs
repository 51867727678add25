//! TCP and UDP with as little as the library can be asked for: addresses unchecked, and a stream without a buffer.

use super::{tcp, udp};
use harness_wasi_sockets::embedded::Unchecked;

/// As [`tcp::echo`].
pub fn tcp(address: &str) -> Option<()> {
    tcp::echo_with::<0>(Unchecked(address))
}

/// As [`udp::ping_pong`].
pub fn udp(address: &str) -> Option<()> {
    udp::ping_pong_with(Unchecked(address))
}
