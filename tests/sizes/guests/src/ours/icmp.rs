//! ICMP: an echo request, and its reply among all that the host receives.

use crate::frame::{MESSAGE, MOST_PACKETS, PACKET_WAIT_MS, SEQ};
use harness_wasi_sockets::Error;
use harness_wasi_sockets::embedded::IcmpSocket;

/// Sends the message and waits for the reply with its number, whose data is compared.
pub fn ping(target: &str) -> Option<()> {
    let socket = IcmpSocket::new();
    socket.send(target, &MESSAGE, SEQ).ok()?;
    for _ in 0..MOST_PACKETS {
        match socket.recv(PACKET_WAIT_MS) {
            Ok(packet) if matches!(packet.icmp_type, 0 | 129) && packet.seq == Some(SEQ) => {
                return (packet.data() == MESSAGE).then_some(());
            }
            // A foreign packet.
            Ok(_) | Err(Error::InvalidData) => {}
            Err(_) => return None,
        }
    }
    None
}
