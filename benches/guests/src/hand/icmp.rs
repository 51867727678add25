//! ICMP by hand, with `serde-json-core`.

use super::kernel::take;
use super::packet::Packet;
use crate::frame::{Job, MOST, Outcome};

// SAFETY: as for TCP.
#[link(wasm_import_module = "env")]
unsafe extern "C" {
    safe fn icmp_recv(timeout_ms: u32) -> u64;
}

/// The longest report: as in the library.
const MOST_TEXT: usize = 8_192;

/// Receives `count` ICMP packets.
pub fn receive(job: &Job<'_>, _: &mut [u8; MOST]) -> Option<Outcome> {
    let mut outcome = Outcome::new(job);
    for _ in 0..job.count {
        let mut text = [0; MOST_TEXT];
        let len = take(icmp_recv(1_000), &mut text);
        let packet = Packet::decode(text.get(..len)?)?;
        if packet.icmp_type != 0 || packet.seq != Some(1) {
            return None;
        }
        outcome.add(&packet.data);
    }
    Some(outcome)
}
