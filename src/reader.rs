//! Reading from a TCP connection: the ring, what lies behind it, and the patience in between.

use crate::Error;
use crate::block::Block;
use crate::connection::{Connection, READ, Tcp};
use crate::host::Host;
use crate::patience::{Next, Patience, Pause, Timeout};
use crate::ring::Ring;

/// What has been received and not been read, and how to get more.
///
/// The host is asked only when nothing is left, since asking may mean to wait. Then the caller's
/// slice is filled first, straight from the kernel, and what does not fit goes into the ring: the
/// ring's size is asked for when the slice is smaller, so that small reads cost few calls.
#[derive(Debug)]
pub(crate) struct Reader<const N: usize> {
    ring: Ring<N>,
    /// The host has shown that nothing more will come. (Without a clock it cannot.)
    ended: bool,
    /// Everything in the ring has been shown by a peek.
    shown: bool,
    /// The host gave more than there was room for: what is in the ring is the last that can be
    /// delivered in order.
    overrun: bool,
}

impl<const N: usize> Reader<N> {
    /// A ring of no bytes could never show one.
    const HAS_ROOM: () = assert!(N > 0, "the buffer of a stream must have at least 1 byte");

    pub(crate) const fn new() -> Self {
        let () = Self::HAS_ROOM;
        Self {
            ring: Ring::new(),
            ended: false,
            shown: false,
            overrun: false,
        }
    }

    /// Whether there are bytes that can be read without asking the host.
    #[cfg(feature = "std")]
    pub(crate) const fn has_bytes(&self) -> bool {
        !self.ring.is_empty()
    }

    /// Whether the next read has something to return without asking the host, be it the end.
    pub(crate) fn is_ready<H: Host>(&self, connection: &Connection<Tcp, H>) -> bool {
        !self.ring.is_empty() || self.ended || self.overrun || connection.is_shut(READ)
    }

    /// Reads into `into`: at least one byte, unless the stream has ended or `into` is empty.
    pub(crate) fn read<H: Host>(
        &mut self,
        connection: &Connection<Tcp, H>,
        timeout: Timeout,
        into: &mut [u8],
    ) -> Result<usize, Error> {
        // On this side a direction that is shut has ended, whatever has come before.
        if into.is_empty() || connection.is_shut(READ) {
            return Ok(0);
        }
        if !self.ring.is_empty() {
            self.shown = false;
            return Ok(self.ring.read(into));
        }
        match self.receive(connection, timeout, into.len().max(N))? {
            Some(block) => Ok(self.take(&block, into)),
            None => Ok(0),
        }
    }

    /// Copies bytes that the next read will give. As [`read`](Reader::read).
    pub(crate) fn peek<H: Host>(
        &mut self,
        connection: &Connection<Tcp, H>,
        timeout: Timeout,
        into: &mut [u8],
    ) -> Result<usize, Error> {
        if into.is_empty() || self.fill(connection, timeout)?.is_empty() {
            return Ok(0);
        }
        // Who peeks again, without a read between, waits for more: so the host is asked for more. But
        // not behind a gap: what is there are the last bytes in order.
        let room = self.ring.vacant().len();
        if self.shown
            && !self.overrun
            && into.len() > self.ring.len()
            && room > 0
            && let Some(block) = connection.receive(room)
        {
            self.keep(&block);
        }
        let n = self.ring.peek(into);
        self.shown = n == self.ring.len();
        Ok(n)
    }

    /// The bytes that are there, after waiting for the first; none at the end.
    pub(crate) fn fill<H: Host>(
        &mut self,
        connection: &Connection<Tcp, H>,
        timeout: Timeout,
    ) -> Result<&[u8], Error> {
        if connection.is_shut(READ) {
            return Ok(&[]);
        }
        if self.ring.is_empty()
            && let Some(block) = self.receive(connection, timeout, N)?
        {
            self.take(&block, &mut []);
        }
        Ok(self.ring.front())
    }

    /// Drops the first `n` bytes of what [`fill`](Reader::fill) showed.
    pub(crate) fn consume(&mut self, n: usize) {
        self.shown = false;
        self.ring.consume(n);
    }

    /// The bytes that are there, or the next that come, as a block; `None` is the end.
    pub(crate) fn read_block<H: Host>(
        &mut self,
        connection: &Connection<Tcp, H>,
        timeout: Timeout,
        max: usize,
    ) -> Result<Option<Block<H>>, Error> {
        if connection.is_shut(READ) {
            return Ok(None);
        }
        if self.ring.is_empty() {
            return self.receive(connection, timeout, max);
        }
        let front = self.ring.front();
        let front = front.get(..max.max(1)).unwrap_or(front);
        let block = Block::copy_of_in(connection.host().clone(), front)?;
        let len = front.len();
        self.ring.consume(len);
        Ok(Some(block))
    }

    /// Empties a block: into the caller's slice, and the rest into the (empty) ring.
    fn take<H: Host>(&mut self, block: &Block<H>, into: &mut [u8]) -> usize {
        let direct = block.load_at(0, into);
        let kept = block.load_at(direct, self.ring.clear());
        self.ring.commit(kept);
        self.shown = false;
        // A host that keeps to what it was asked for never gives more.
        self.overrun = direct.wrapping_add(kept) < block.size();
        direct
    }

    /// Puts a block behind what is in the ring.
    fn keep<H: Host>(&mut self, block: &Block<H>) {
        self.shown = false;
        let mut at = 0_usize;
        // Twice at the most: to the end of the ring's array, and from its start.
        while at < block.size() {
            let kept = block.load_at(at, self.ring.vacant());
            if kept == 0 {
                // A host that keeps to what it was asked for never gets here.
                self.overrun = true;
                return;
            }
            self.ring.commit(kept);
            at = at.wrapping_add(kept);
        }
    }

    /// Asks the host for up to `max` bytes until something comes, or the end, or patience does.
    /// `None` is the end.
    fn receive<H: Host>(
        &mut self,
        connection: &Connection<Tcp, H>,
        timeout: Timeout,
        max: usize,
    ) -> Result<Option<Block<H>>, Error> {
        if self.overrun {
            return Err(Error::Overrun);
        }
        let mut patience = Patience::new(timeout);
        loop {
            let before = connection.host().now();
            if let Some(block) = connection.receive(max) {
                self.ended = false;
                return Ok(Some(block));
            }
            // Another thread may have shut the stream while this one waited.
            if connection.is_shut(READ) {
                return Ok(None);
            }
            let pause = Pause::since(connection.host(), before);
            self.ended = pause == Pause::None;
            match patience.nothing(pause) {
                Next::Ask => {}
                Next::TimedOut => return Err(Error::TimedOut),
                Next::End => return Ok(None),
            }
        }
    }
}
