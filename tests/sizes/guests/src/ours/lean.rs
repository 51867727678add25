//! TCP and UDP with the minimum of the library: unchecked addresses, and a stream without a buffer.

use super::{tcp, udp};
use harness_wasi_sockets::embedded::Unchecked;

/// Like [`tcp::echo`].
pub fn tcp(address: &str) -> Option<()> {
    tcp::echo_with::<0>(Unchecked(address))
}

/// Like [`udp::ping_pong`].
pub fn udp(address: &str) -> Option<()> {
    udp::ping_pong_with(Unchecked(address))
}
