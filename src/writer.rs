//! Writing to a TCP connection.

use crate::Error;
use crate::block::Block;
use crate::connection::{Connection, MOST_PER_CALL, Tcp, WRITE};
use crate::host::Host;

impl<H: Host> Connection<Tcp, H> {
    /// Writes bytes of `from`, in one call to the host: at least one, unless `from` is empty.
    pub(crate) fn write(&self, from: &[u8]) -> Result<usize, Error> {
        if self.is_shut(WRITE) {
            return Err(Error::Shutdown);
        }
        if from.is_empty() {
            // To the host, nothing sent and failed are the same.
            return Ok(0);
        }
        // A block of just the size: a host reads all of it, whatever part it is asked to send.
        let from = from.get(..MOST_PER_CALL).unwrap_or(from);
        let block = Block::copy_of_in(self.host().clone(), from)?;
        self.send_whole(&block, from.len())
    }

    /// Writes bytes of these slices, gathered into one block and one call to the host.
    #[cfg(feature = "std")]
    pub(crate) fn write_vectored<'a>(
        &self,
        slices: impl Iterator<Item = &'a [u8]> + Clone,
    ) -> Result<usize, Error> {
        if self.is_shut(WRITE) {
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
        let mut at = 0_usize;
        for slice in slices {
            at = at.saturating_add(block.store(at, slice));
        }
        self.send_whole(&block, len)
    }

    /// Writes a block, in one call to the host.
    pub(crate) fn write_block(&self, block: &Block<H>) -> Result<usize, Error> {
        if self.is_shut(WRITE) {
            return Err(Error::Shutdown);
        }
        if block.is_empty() {
            return Ok(0);
        }
        self.send_whole(block, block.len())
    }

    /// Sends the first `len` bytes of a block, of which there is one.
    fn send_whole(&self, block: &Block<H>, len: usize) -> Result<usize, Error> {
        self.send(block, len).ok_or_else(|| {
            // Some of it may have gone out. What would be written now could follow on a gap.
            self.shut(WRITE);
            Error::SendFailed
        })
    }
}
