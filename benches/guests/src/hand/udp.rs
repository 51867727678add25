//! UDP by hand.

use super::kernel::{lend, take};
use crate::work::Datagrams;

// SAFETY: as for TCP.
#[link(wasm_import_module = "env")]
unsafe extern "C" {
    safe fn udp_connect(addr: u64) -> u32;
    safe fn udp_send(id: u32, data: u64, len: u64) -> u32;
    safe fn udp_recv(id: u32, max: u32) -> u64;
    safe fn udp_close(id: u32);
}

/// A socket.
pub struct Udp(u32);

impl Drop for Udp {
    fn drop(&mut self) {
        udp_close(self.0);
    }
}

impl Datagrams for Udp {
    fn open(address: &str) -> Option<Self> {
        match lend(address.as_bytes(), |block| udp_connect(block))? {
            0 => None,
            id => Some(Udp(id)),
        }
    }

    fn send(&mut self, datagram: &[u8]) -> Option<()> {
        let len = datagram.len() as u64;
        match lend(datagram, |block| udp_send(self.0, block, len))? {
            0 => None,
            _ => Some(()),
        }
    }

    fn receive(&mut self, into: &mut [u8]) -> Option<usize> {
        match take(udp_recv(self.0, into.len() as u32), into) {
            0 => None,
            n => Some(n),
        }
    }
}
