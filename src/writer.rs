//! Writing to a TCP connection.

use crate::Error;
use crate::block::Block;
use crate::connection::{Connection, MOST_PER_CALL, Tcp};
use crate::host::Host;

/// Collects small pieces before they are copied into a block, so that whole words are copied.
#[cfg(feature = "std")]
struct Gathered {
    bytes: [u8; 512],
    len: usize,
    /// The position in the block where they go.
    at: usize,
}

#[cfg(feature = "std")]
impl Gathered {
    const fn new() -> Self {
        Self {
            bytes: [0; 512],
            len: 0,
            at: 0,
        }
    }

    fn add<H: Host>(&mut self, block: &Block<H>, slice: &[u8]) {
        if slice.len() > self.bytes.len().wrapping_sub(self.len) {
            self.store(block);
        }
        let end = self.len.wrapping_add(slice.len());
        match self.bytes.get_mut(self.len..end) {
            Some(room) => {
                room.copy_from_slice(slice);
                self.len = end;
            }
            // Larger than the whole buffer: copied directly into the block, as much as fits.
            None => self.at = self.at.saturating_add(block.store(self.at, slice)),
        }
    }

    fn store<H: Host>(&mut self, block: &Block<H>) {
        let bytes = self.bytes.get(..self.len).unwrap_or_default();
        self.at = self.at.saturating_add(block.store(self.at, bytes));
        self.len = 0;
    }
}

impl<H: Host> Connection<Tcp, H> {
    /// Writes bytes of `from`, in one call to the host: at least one, unless `from` is empty.
    pub(crate) fn write(&self, from: &[u8]) -> Result<usize, Error> {
        if self.refuses() {
            return Err(Error::Shutdown);
        }
        if from.is_empty() {
            // The host returns the same 0 for "nothing sent" and for a failure.
            return Ok(0);
        }
        // A block of exactly this size: a host reads all of it, whatever length it is asked to send.
        let from = from.get(..MOST_PER_CALL).unwrap_or(from);
        let block = Block::copy_of_in(self.host().clone(), from)?;
        self.send_whole(&block, from.len())
    }

    /// Writes bytes of these slices, collected in one block, in one call to the host.
    #[cfg(feature = "std")]
    pub(crate) fn write_vectored<'a>(
        &self,
        slices: impl Iterator<Item = &'a [u8]> + Clone,
    ) -> Result<usize, Error> {
        if self.refuses() {
            return Err(Error::Shutdown);
        }
        let all = slices
            .clone()
            .fold(0, |sum: usize, slice| sum.saturating_add(slice.len()));
        if all == 0 {
            return Ok(0);
        }
        let len = all.min(MOST_PER_CALL);
        let block = Block::new_in(self.host().clone(), len)?;
        let mut gathered = Gathered::new();
        for slice in slices {
            gathered.add(&block, slice);
        }
        gathered.store(&block);
        self.send_whole(&block, len)
    }

    /// Writes a block, in one call to the host.
    pub(crate) fn write_block(&self, block: &Block<H>) -> Result<usize, Error> {
        if self.refuses() {
            return Err(Error::Shutdown);
        }
        if block.is_empty() {
            return Ok(0);
        }
        self.send_whole(block, block.len())
    }

    /// Sends the first `len` bytes of a non-empty block.
    fn send_whole(&self, block: &Block<H>, len: usize) -> Result<usize, Error> {
        self.send(block, len).ok_or_else(|| {
            // Some of it may have been sent. Later writes would follow a gap.
            self.fail();
            Error::SendFailed
        })
    }
}
