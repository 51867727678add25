//! Reading from a TCP connection: the ring buffer, what follows it, and the waiting.

use crate::Error;
use crate::block::Block;
use crate::connection::{Connection, READ, Tcp};
use crate::host::Host;
use crate::patience::{AN_HOUR, Next, Patience, Pause, Silence, Waits, clock};
use crate::ring::Ring;

/// The bytes that were received and not read, and how to receive more.
///
/// The host is called only if the ring is empty, since the call may block. The received bytes go directly from the
/// kernel into the caller's slice; those that do not fit go into the ring. If the slice is smaller than the ring, the
/// request has the ring's size, so that small reads need few calls. Only then are the timeout and the silence setting
/// read.
#[derive(Debug)]
pub(crate) struct Reader<const N: usize> {
    ring: Ring<N>,
    /// Whether a peek has shown everything in the ring.
    shown: bool,
    behind: Behind,
    /// How long it has been silent without a clock, in nanoseconds, as far as `poll_ready` has asked. [`ENDED`] once a
    /// read has returned end of stream.
    silence: u64,
}

/// What follows the bytes in the ring, as far as that is known without asking the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Behind {
    Unknown,
    /// End of stream: [`poll_ready`](Reader::poll_ready) found it, and reported that a read would not block.
    End,
    /// Bytes are missing: those in the ring are the last that are in order.
    Gap(Error),
}

/// As long as any timeout without a clock.
const ENDED: u64 = AN_HOUR.to_nanos();

impl<const N: usize> Reader<N> {
    /// Evaluated by methods that show bytes before they are read: a ring of 0 bytes can never show one.
    const HAS_ROOM: () = assert!(N > 0, "a stream without a buffer cannot peek: give it one");

    pub(crate) const fn new() -> Self {
        Self {
            ring: Ring::new(),
            shown: false,
            behind: Behind::Unknown,
            silence: 0,
        }
    }

    /// Whether there are bytes to read without asking the host.
    #[cfg(feature = "std")]
    pub(crate) const fn has_bytes(&self) -> bool {
        !self.ring.is_empty()
    }

    /// Whether the next read returns without blocking, possibly with end of stream or an error. If that is unknown,
    /// asks the host once.
    pub(crate) fn poll_ready<H: Host>(
        &mut self,
        connection: &Connection<Tcp, H>,
        waits: impl Waits,
    ) -> bool {
        let () = Self::HAS_ROOM;
        if !self.ring.is_empty() || self.behind != Behind::Unknown || connection.is_shut(READ) {
            return true;
        }
        let before = clock(connection.host());
        match self.ask(connection, N) {
            Ok(Some(block)) => {
                self.take(&block, &mut []);
                true
            }
            Err(_) => true,
            Ok(None) => {
                let pause = Pause::since(connection.host(), before);
                let waiting = waits.waiting();
                let mut patience = Patience::after(waiting.timeout, self.silence);
                let ended = match patience.nothing(pause) {
                    Next::End => true,
                    Next::Silent => waiting.silence == Silence::EndOfStream,
                    Next::Ask | Next::TimedOut => false,
                };
                if ended {
                    self.behind = Behind::End;
                }
                if pause == Pause::Unknown {
                    self.silence = patience.waited();
                }
                ended
            }
        }
    }

    /// Waits until the next read returns without blocking, possibly with end of stream or an error.
    #[cfg(feature = "edge-nal-v0.7")]
    pub(crate) fn wait<H: Host>(
        &mut self,
        connection: &Connection<Tcp, H>,
        waits: impl Waits,
    ) -> Result<(), Error> {
        let () = Self::HAS_ROOM;
        if self.ring.is_empty() && self.behind == Behind::Unknown && !connection.is_shut(READ) {
            match self.receive(connection, waits, N)? {
                Some(block) => {
                    self.take(&block, &mut []);
                }
                None => self.behind = Behind::End,
            }
        }
        Ok(())
    }

    /// Reads into `into`: at least one byte, except at end of stream or if `into` is empty.
    pub(crate) fn read<H: Host>(
        &mut self,
        connection: &Connection<Tcp, H>,
        waits: impl Waits,
        into: &mut [u8],
    ) -> Result<usize, Error> {
        // Locally, a shut direction has ended, even if bytes are buffered.
        if into.is_empty() || connection.is_shut(READ) {
            return Ok(0);
        }
        if !self.ring.is_empty() {
            self.shown = false;
            return Ok(self.ring.read(into));
        }
        match self.receive(connection, waits, into.len().max(N))? {
            Some(block) => Ok(self.take(&block, into)),
            None => Ok(0),
        }
    }

    /// Copies the bytes that the next read will return. As [`read`](Reader::read).
    pub(crate) fn peek<H: Host>(
        &mut self,
        connection: &Connection<Tcp, H>,
        waits: impl Waits,
        into: &mut [u8],
    ) -> Result<usize, Error> {
        if into.is_empty() || self.fill(connection, waits)?.is_empty() {
            return Ok(0);
        }
        // A second peek without a read in between waits for more bytes, so ask the host for them. But not after a gap:
        // these are the last bytes in order. (The next read returns the error.)
        let room = self.ring.vacant().len();
        if self.shown
            && self.behind == Behind::Unknown
            && into.len() > self.ring.len()
            && room > 0
            && let Ok(Some(block)) = self.ask(connection, room)
        {
            self.keep(&block);
        }
        let n = self.ring.peek(into);
        self.shown = n == self.ring.len();
        Ok(n)
    }

    /// Returns the buffered bytes, after waiting for the first; none at end of stream.
    pub(crate) fn fill<H: Host>(
        &mut self,
        connection: &Connection<Tcp, H>,
        waits: impl Waits,
    ) -> Result<&[u8], Error> {
        let () = Self::HAS_ROOM;
        if connection.is_shut(READ) {
            return Ok(&[]);
        }
        if self.ring.is_empty()
            && let Some(block) = self.receive(connection, waits, N)?
        {
            self.take(&block, &mut []);
        }
        Ok(self.ring.front())
    }

    /// Drops the first `n` bytes of what [`fill`](Reader::fill) returned.
    pub(crate) fn consume(&mut self, n: usize) {
        self.shown = false;
        self.ring.consume(n);
    }

    /// Returns the buffered bytes, or the next that arrive, as a block. `None` is end of stream.
    pub(crate) fn read_block<H: Host>(
        &mut self,
        connection: &Connection<Tcp, H>,
        waits: impl Waits,
        max: usize,
    ) -> Result<Option<Block<H>>, Error> {
        if connection.is_shut(READ) {
            return Ok(None);
        }
        if self.ring.is_empty() {
            return self.receive(connection, waits, max);
        }
        let front = self.ring.front();
        let front = front.get(..max.max(1)).unwrap_or(front);
        let block = Block::copy_of_in(connection.host().clone(), front)?;
        self.consume(block.len());
        Ok(Some(block))
    }

    /// Copies a block into the caller's slice, and the rest into the ring, which is empty.
    fn take<H: Host>(&mut self, block: &Block<H>, into: &mut [u8]) -> usize {
        let direct = block.load(0, into);
        let kept = if N == 0 {
            0
        } else {
            let kept = block.load(direct, self.ring.vacate());
            self.ring.commit(kept);
            kept
        };
        self.shown = false;
        // Only if the host returned more than was requested.
        if direct.wrapping_add(kept) < block.len() {
            self.behind = Behind::Gap(Error::Overrun);
        }
        direct
    }

    /// Appends a block to the ring.
    fn keep<H: Host>(&mut self, block: &Block<H>) {
        self.shown = false;
        let mut at = 0_usize;
        // At most two copies: to the end of the ring's array, and from its start.
        while at < block.len() {
            let kept = block.load(at, self.ring.vacant());
            if kept == 0 {
                // Only if the host returned more than was requested.
                self.behind = Behind::Gap(Error::Overrun);
                return;
            }
            self.ring.commit(kept);
            at = at.wrapping_add(kept);
        }
    }

    /// Requests up to `max` bytes from the host, once. `None` means that the host returned 0.
    ///
    /// If the kernel has no memory for received bytes, they are lost, and the host also returns 0. So 0 is an error if
    /// the kernel has no memory for `max` bytes.
    fn ask<H: Host>(
        &mut self,
        connection: &Connection<Tcp, H>,
        max: usize,
    ) -> Result<Option<Block<H>>, Error> {
        let block = connection.receive(max);
        if block.is_some() {
            self.silence = 0;
        } else if !connection.has_memory(max) {
            self.behind = Behind::Gap(Error::OutOfMemory);
            return Err(Error::OutOfMemory);
        }
        Ok(block)
    }

    /// Requests up to `max` bytes from the host until bytes arrive, the stream ends, or the timeout passes. `None` is
    /// end of stream.
    fn receive<H: Host>(
        &mut self,
        connection: &Connection<Tcp, H>,
        waits: impl Waits,
        max: usize,
    ) -> Result<Option<Block<H>>, Error> {
        match self.behind {
            Behind::Unknown => {}
            Behind::End => {
                self.behind = Behind::Unknown;
                self.silence = ENDED;
                return Ok(None);
            }
            Behind::Gap(error) => return Err(error),
        }
        let waiting = waits.waiting();
        let mut patience = Patience::new(waiting.timeout);
        loop {
            let before = clock(connection.host());
            if let Some(block) = self.ask(connection, max)? {
                return Ok(Some(block));
            }
            // Another thread may have shut the stream while this one waited.
            if connection.is_shut(READ) {
                return Ok(None);
            }
            match patience.nothing(Pause::since(connection.host(), before)) {
                Next::Ask => {}
                Next::Silent if waiting.silence == Silence::EndOfStream => break,
                Next::TimedOut | Next::Silent => return Err(Error::TimedOut),
                Next::End => break,
            }
        }
        self.silence = ENDED;
        Ok(None)
    }
}
