//! TCP and UDP with as little as the library can be asked for: addresses unchecked, and a stream without a buffer.

use crate::frame::{LEN, MESSAGE, ROUNDS, datagram};
use harness_wasi_sockets::embedded::{TcpStream, UdpSocket, Unchecked};
use harness_wasi_sockets::host::DefaultHost;

/// As [`tcp::echo`](super::tcp::echo).
pub fn tcp(address: &str) -> Option<()> {
    let mut stream = TcpStream::<0>::connect_in(DefaultHost, Unchecked(address)).ok()?;
    stream.write_all(&MESSAGE).ok()?;
    let mut reply = [0; LEN];
    stream.read_exact(&mut reply).ok()?;
    (reply == MESSAGE).then_some(())
}

/// As [`udp::ping_pong`](super::udp::ping_pong).
pub fn udp(address: &str) -> Option<()> {
    let socket = UdpSocket::connect(Unchecked(address)).ok()?;
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
