//! TCP by hand.

use super::kernel::{alloc, free, lend, store, take};
use crate::frame::{Job, MOST, Outcome};
use crate::slot::Slot;
use crate::work::{LINE, SLICES, Stream};

// SAFETY: the signatures are the host's. The arguments are plain numbers, and no value of them accesses this module's
// memory.
#[link(wasm_import_module = "env")]
unsafe extern "C" {
    safe fn tcp_connect(addr: u64) -> u32;
    safe fn tcp_send(id: u32, data: u64, len: u64) -> u32;
    safe fn tcp_recv(id: u32, max: u32) -> u64;
    safe fn tcp_close(id: u32);
}

/// How often the host may return 0 before a stream counts as ended: it waits 5 s each time.
const PATIENCE: u32 = 6;
/// The size of `BufReader`'s buffer.
const BUFFER: usize = 8_192;

/// The stream that is kept between calls.
pub static KEPT: Slot<Tcp> = Slot::new();

/// A connection.
pub struct Tcp(u32);

impl Drop for Tcp {
    fn drop(&mut self) {
        tcp_close(self.0);
    }
}

impl Stream for Tcp {
    fn open(address: &str) -> Option<Self> {
        match lend(address.as_bytes(), |block| tcp_connect(block))? {
            0 => None,
            id => Some(Tcp(id)),
        }
    }

    fn write_whole(&mut self, mut from: &[u8]) -> Option<()> {
        while !from.is_empty() {
            let chunk = from.get(..MOST).unwrap_or(from);
            let len = chunk.len() as u64;
            match lend(chunk, |block| tcp_send(self.0, block, len))? {
                0 => return None,
                sent => from = from.get(sent as usize..)?,
            }
        }
        Some(())
    }

    fn read_whole(&mut self, mut into: &mut [u8]) -> Option<()> {
        while !into.is_empty() {
            match self.read_some(into)? {
                0 => return None,
                n => into = into.get_mut(n..)?,
            }
        }
        Some(())
    }

    fn read_some(&mut self, into: &mut [u8]) -> Option<usize> {
        let max = into.len().min(MOST) as u32;
        for _ in 0..PATIENCE {
            let n = take(tcp_recv(self.0, max), into);
            if n > 0 {
                return Some(n);
            }
        }
        Some(0)
    }

    fn write_gathered(&mut self, slices: &[&[u8]; SLICES]) -> Option<()> {
        let len = slices.iter().map(|slice| slice.len() as u64).sum();
        let block = alloc(len);
        if block == 0 {
            return None;
        }
        let mut at = block;
        for slice in slices {
            store(at, slice);
            at = at.wrapping_add(slice.len() as u64);
        }
        let sent = tcp_send(self.0, block, len);
        free(block);
        (u64::from(sent) == len).then_some(())
    }
}

/// Reads `count` lines through a buffer.
pub fn lines(job: &Job<'_>, _: &mut [u8; MOST]) -> Option<Outcome> {
    let mut outcome = Outcome::new(job);
    let mut stream = Tcp::open(job.tcp)?;
    let mut buffer = [0; BUFFER];
    let (mut start, mut end) = (0, 0);
    for _ in 0..job.count {
        let mut line = [0; LINE];
        let mut len = 0;
        loop {
            if start == end {
                (start, end) = (0, stream.read_some(&mut buffer)?);
                if end == 0 {
                    return None;
                }
            }
            let there = buffer.get(start..end)?;
            let newline = there.iter().position(|byte| *byte == b'\n');
            let part = there.get(..newline.map_or(there.len(), |at| at + 1))?;
            line.get_mut(len..len + part.len())?.copy_from_slice(part);
            len += part.len();
            start += part.len();
            if newline.is_some() {
                break;
            }
        }
        outcome.add(line.get(..len)?);
    }
    Some(outcome)
}
