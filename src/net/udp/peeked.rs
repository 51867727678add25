//! The datagrams that have been peeked at and not been received.

use super::several::Received;
use crate::block::Block;
use crate::net::address::Endpoint;

/// More than a datagram can be.
pub(super) const WHOLE: usize = 65_535;
/// The most datagrams that are kept. There is more than one only if threads peek at the same time,
/// or if the socket was connected elsewhere after a peek.
const MOST: usize = 16;

/// The whole of a datagram, as it is kept.
pub(super) fn whole(datagram: &Block) -> Vec<u8> {
    let mut whole = vec![0; datagram.len().min(WHOLE)];
    datagram.load(0, &mut whole);
    whole
}

/// In the order in which they came, each with its sender.
pub(super) struct Peeked(Vec<(Endpoint, Vec<u8>)>);

impl Peeked {
    pub(super) const fn new() -> Self {
        Peeked(Vec::new())
    }

    /// Keeps a datagram. The oldest makes room for it, if there are too many.
    pub(super) fn keep(&mut self, from: &Endpoint, datagram: Vec<u8>) {
        if self.0.len() >= MOST {
            self.0.remove(0);
        }
        self.0.push((from.clone(), datagram));
    }

    /// Copies the first that is from one of these senders. It is gone then, unless it is to stay.
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
