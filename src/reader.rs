//! Reading from a TCP connection: the ring, what lies behind it, and the patience in between.

use crate::Error;
use crate::block::Block;
use crate::connection::{Connection, READ, Tcp};
use crate::host::Host;
use crate::patience::{Next, Patience, Pause, Silence, Waits, clock};
use crate::ring::Ring;

/// What has been received and not been read, and how to get more.
///
/// The host is asked only when nothing is left, since asking may mean waiting. Then the caller's
/// slice is filled first, straight from the kernel, and what does not fit goes into the ring: the
/// ring's size is asked for when the slice is smaller, so that small reads cost few calls. How long to wait
/// is looked up only then, too.
#[derive(Debug)]
pub(crate) struct Reader<const N: usize> {
    ring: Ring<N>,
    /// Everything in the ring has been shown by a peek.
    shown: bool,
    behind: Behind,
    /// How long nothing has come where no clock can tell, in nanoseconds, as far as `poll_ready` has asked:
    /// [`ENDED`] once a read has reported the end.
    silence: u64,
}

/// What stands behind the bytes in the ring, as far as that is known without asking the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Behind {
    Unknown,
    /// The end: [`poll_ready`](Reader::poll_ready) has found it, and said that a read would not wait.
    End,
    /// Bytes are missing there: those in the ring are the last that can be delivered in order.
    Gap(Error),
}

/// A silence as long as any.
const ENDED: u64 = u64::MAX;

impl<const N: usize> Reader<N> {
    /// Evaluated where bytes are shown before they are read: a ring of no bytes could never show one.
    const HAS_ROOM: () = assert!(N > 0, "a stream without a buffer cannot peek: give it one");

    pub(crate) const fn new() -> Self {
        Self {
            ring: Ring::new(),
            shown: false,
            behind: Behind::Unknown,
            silence: 0,
        }
    }

    /// Whether there are bytes that can be read without asking the host.
    #[cfg(feature = "std")]
    pub(crate) const fn has_bytes(&self) -> bool {
        !self.ring.is_empty()
    }

    /// Whether the next read returns without waiting, be it with the end or an error. If that is not
    /// known the host is asked, once.
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

    /// Waits until the next read returns without waiting, be it with the end or an error.
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

    /// Reads into `into`: at least one byte, unless the stream has ended or `into` is empty.
    pub(crate) fn read<H: Host>(
        &mut self,
        connection: &Connection<Tcp, H>,
        waits: impl Waits,
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
        match self.receive(connection, waits, into.len().max(N))? {
            Some(block) => Ok(self.take(&block, into)),
            None => Ok(0),
        }
    }

    /// Copies bytes that the next read will give. As [`read`](Reader::read).
    pub(crate) fn peek<H: Host>(
        &mut self,
        connection: &Connection<Tcp, H>,
        waits: impl Waits,
        into: &mut [u8],
    ) -> Result<usize, Error> {
        if into.is_empty() || self.fill(connection, waits)?.is_empty() {
            return Ok(0);
        }
        // Who peeks again, without a read between, waits for more: so the host is asked for more. But
        // not behind a gap: what is there are the last bytes in order. (An error is the next read's.)
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

    /// The bytes that are there, after waiting for the first; none at the end.
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

    /// Drops the first `n` bytes of what [`fill`](Reader::fill) showed.
    pub(crate) fn consume(&mut self, n: usize) {
        self.shown = false;
        self.ring.consume(n);
    }

    /// The bytes that are there, or the next that come, as a block; `None` is the end.
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

    /// Empties a block: into the caller's slice, and the rest into the (empty) ring.
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
        // A host that keeps to what it was asked for never gives more.
        if direct.wrapping_add(kept) < block.len() {
            self.behind = Behind::Gap(Error::Overrun);
        }
        direct
    }

    /// Puts a block behind what is in the ring.
    fn keep<H: Host>(&mut self, block: &Block<H>) {
        self.shown = false;
        let mut at = 0_usize;
        // At most twice: to the end of the ring's array, and from its start.
        while at < block.len() {
            let kept = block.load(at, self.ring.vacant());
            if kept == 0 {
                // A host that keeps to what it was asked for never gets here.
                self.behind = Behind::Gap(Error::Overrun);
                return;
            }
            self.ring.commit(kept);
            at = at.wrapping_add(kept);
        }
    }

    /// Asks the host for up to `max` bytes, once. `None` is the host's "nothing".
    ///
    /// Bytes that have come and that the kernel had no memory for are lost, and the host says "nothing"
    /// of them too. So that is an error if the kernel has no memory for them.
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

    /// Asks the host for up to `max` bytes until something comes, or the end, or the timeout has passed.
    /// `None` is the end.
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
