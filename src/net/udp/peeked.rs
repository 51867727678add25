//! The datagrams that have been peeked at and not been received.

use crate::Error;
use crate::block::Block;
use crate::net::lock;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// More than a datagram can be.
pub(super) const WHOLE: usize = 65_535;

/// In the order in which they came. There is more than one if threads peek at a time, or if the
/// socket listens to somebody else by now.
pub(super) struct Peeked {
    /// Each with the index of the peer that it came from.
    datagrams: Mutex<Vec<(usize, Vec<u8>)>>,
    /// Whether there may be any, so that a receive need not lock them to see.
    any: AtomicBool,
}

impl Peeked {
    pub(super) const fn new() -> Self {
        Peeked {
            datagrams: Mutex::new(Vec::new()),
            any: AtomicBool::new(false),
        }
    }

    pub(super) fn any(&self) -> bool {
        self.any.load(Ordering::Acquire)
    }

    /// Keeps a datagram that has come from a peer.
    pub(super) fn keep(&self, from: usize, datagram: &Block) -> Result<(), Error> {
        let mut whole = vec![0; datagram.size().min(WHOLE)];
        datagram.load_at(0, &mut whole);
        lock(&self.datagrams)?.push((from, whole));
        self.any.store(true, Ordering::Release);
        Ok(())
    }

    /// Copies the first that is from one of these peers. Answers how many bytes that was, and whose
    /// datagram it is. Unless it is to stay, it is gone then.
    pub(super) fn show(
        &self,
        stays: bool,
        from: impl Fn(usize) -> bool,
        into: &mut [u8],
    ) -> Result<Option<(usize, usize)>, Error> {
        let mut datagrams = lock(&self.datagrams)?;
        let Some(at) = datagrams.iter().position(|(index, _)| from(*index)) else {
            return Ok(None);
        };
        let shown = datagrams.get(at).map(|(index, datagram)| {
            let n = datagram.len().min(into.len());
            if let (Some(into), Some(datagram)) = (into.get_mut(..n), datagram.get(..n)) {
                into.copy_from_slice(datagram);
            }
            (n, *index)
        });
        if !stays {
            datagrams.remove(at);
            self.any.store(!datagrams.is_empty(), Ordering::Release);
        }
        Ok(shown)
    }
}
