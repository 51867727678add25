//! UDP: datagrams to an echo server and back, one by one.

use crate::frame::{LEN, ROUNDS, datagram};
use harness_wasi_sockets::embedded::{Address, UdpSocket};

/// Sends each datagram and compares what comes back.
pub fn ping_pong(address: &str) -> Option<()> {
    ping_pong_with(address)
}

/// The same with any form of address.
pub(super) fn ping_pong_with(address: impl Address) -> Option<()> {
    let socket = UdpSocket::connect(address).ok()?;
    for round in 0..ROUNDS {
        let sent = datagram(round);
        socket.send(&sent).ok()?;
        let mut reply = [0; LEN];
        let len = socket.recv(&mut reply).ok()?;
        if len != LEN || reply != sent {
            return None;
        }
    }
    Some(())
}
