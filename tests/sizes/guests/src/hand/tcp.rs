//! TCP by hand. It has no buffer behind the caller's, so small reads would cost a host call each;
//! here they do not occur.

use super::kernel::{lend, take};
use crate::frame::{LEN, MESSAGE};

// SAFETY: the signatures are the host's. The arguments are plain numbers, and no value of them
// touches this module's memory.
#[link(wasm_import_module = "env")]
unsafe extern "C" {
    safe fn tcp_connect(addr: u64) -> u32;
    safe fn tcp_send(id: u32, data: u64, len: u64) -> u32;
    safe fn tcp_recv(id: u32, max: u32) -> u64;
    safe fn tcp_close(id: u32);
}

/// How often the host may say "nothing" before a stream has ended: it waits 5 s each time.
const PATIENCE: u32 = 6;

/// Connects, sends the message, and compares what comes back.
pub fn echo(address: &str) -> Option<()> {
    let id = lend(address.as_bytes(), |block| tcp_connect(block))?.get();
    let done = talk(id);
    tcp_close(id);
    done
}

fn talk(id: u32) -> Option<()> {
    let mut rest: &[u8] = &MESSAGE;
    while !rest.is_empty() {
        let len = rest.len() as u64;
        let sent = lend(rest, |block| tcp_send(id, block, len))?.get();
        // A host that says it sent more than there was sent all there was.
        rest = rest.get(sent as usize..).unwrap_or_default();
    }
    let mut reply = [0; LEN];
    let mut rest = reply.as_mut_slice();
    let mut patience = PATIENCE;
    while !rest.is_empty() {
        let len = take(tcp_recv(id, rest.len() as u32), rest);
        if len == 0 {
            patience = patience.checked_sub(1)?;
            continue;
        }
        rest = rest.get_mut(len..).unwrap_or_default();
        patience = PATIENCE;
    }
    (reply == MESSAGE).then_some(())
}
