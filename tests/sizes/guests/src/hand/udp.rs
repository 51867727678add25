//! UDP by hand.

use super::kernel::{lend, take};
use crate::frame::{LEN, ROUNDS, datagram};

// SAFETY: as for TCP.
#[link(wasm_import_module = "env")]
unsafe extern "C" {
    safe fn udp_connect(addr: u64) -> u32;
    safe fn udp_send(id: u32, data: u64, len: u64) -> u32;
    safe fn udp_recv(id: u32, max: u32) -> u64;
    safe fn udp_close(id: u32);
}

/// Sends each datagram and compares what comes back.
pub fn ping_pong(address: &str) -> Option<()> {
    let id = lend(address.as_bytes(), |block| udp_connect(block))?.get();
    let done = (0..ROUNDS).try_for_each(|number| round(id, number));
    udp_close(id);
    done
}

fn round(id: u32, number: u8) -> Option<()> {
    let sent = datagram(number);
    lend(&sent, |block| udp_send(id, block, LEN as u64))?;
    let mut reply = [0; LEN];
    let len = take(udp_recv(id, LEN as u32), &mut reply);
    (len == LEN && reply == sent).then_some(())
}
