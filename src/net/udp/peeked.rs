//! Datagrams that were peeked at and not received yet.

use super::several::Received;
use crate::block::Block;
use crate::net::address::Endpoint;

/// At least the size of any datagram.
pub(super) const WHOLE: usize = 65_535;
/// The maximum number of kept datagrams. There is more than one only if threads peek at the same time, or if the socket
/// was connected to another peer after a peek.
const MOST: usize = 16;

/// Copies a whole datagram to the heap.
pub(super) fn whole(datagram: &Block) -> Vec<u8> {
    let mut whole = vec![0; datagram.len().min(WHOLE)];
    datagram.load(0, &mut whole);
    whole
}

/// The datagrams in order of arrival, each with its sender.
pub(super) struct Peeked(Vec<(Endpoint, Vec<u8>)>);

impl Peeked {
    pub(super) const fn new() -> Self {
        Peeked(Vec::new())
    }

    /// Keeps a datagram. If there are too many, the oldest is dropped.
    pub(super) fn keep(&mut self, from: &Endpoint, datagram: Vec<u8>) {
        if self.0.len() >= MOST {
            self.0.remove(0);
        }
        self.0.push((from.clone(), datagram));
    }

    /// Copies the first datagram from a sender that `from` accepts, and removes it unless it `stays`.
    pub(super) fn show(
        &mut self,
        stays: bool,
        from: impl Fn(&Endpoint) -> bool,
        into: &mut [u8],
    ) -> Option<Received> {
        let at = self.0.iter().position(|(sender, _)| from(sender))?;
        let (sender, datagram) = self.0.get(at)?;
        let n = datagram.len().min(into.len());
        if let (Some(into), Some(datagram)) = (into.get_mut(..n), datagram.get(..n)) {
            into.copy_from_slice(datagram);
        }
        let received = (n, sender.addr());
        if !stays {
            self.0.remove(at);
        }
        Some(received)
    }
}
