//! ICMP by hand.

use super::kernel::{copy, free, lend, take};
use super::packet::Packet;
use crate::frame::{LEN, MESSAGE, MOST_PACKETS, PACKET_WAIT_MS, SEQ};

// SAFETY: as for TCP.
#[link(wasm_import_module = "env")]
unsafe extern "C" {
    safe fn icmp_send(target: u64, payload: u64, len: u64, seq: u32) -> u32;
    safe fn icmp_recv(timeout_ms: u32) -> u64;
}

/// The longest report: as in the library.
const MOST_TEXT: usize = 8_192;

/// Sends the message and waits for the reply with its number, whose data is compared.
pub fn ping(target: &str) -> Option<()> {
    let target = copy(target.as_bytes())?.get();
    let sent = lend(&MESSAGE, |payload| {
        icmp_send(target, payload, LEN as u64, SEQ.into())
    });
    free(target);
    sent?;
    for _ in 0..MOST_PACKETS {
        let mut text = [0; MOST_TEXT];
        let len = take(icmp_recv(PACKET_WAIT_MS), &mut text);
        if len == 0 {
            return None;
        }
        match text.get(..len).and_then(Packet::decode) {
            Some(packet) if matches!(packet.icmp_type, 0 | 129) && packet.seq == Some(SEQ) => {
                return (packet.data == MESSAGE).then_some(());
            }
            // A foreign packet.
            _ => {}
        }
    }
    None
}
