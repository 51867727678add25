//! The peers of a UDP socket: for each of them a connected socket at the host, which has no others.

use super::peeked::{Peeked, WHOLE};
use super::peer::Peer;
use crate::Error;
use crate::block::Block;
use crate::embedded::receive_once;
use crate::net::address::{Endpoint, ToSocketAddrs, try_each};
use crate::patience::{Patience, Pause, Timeout};
use std::io;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

/// How many peers a socket can have sent to.
pub(super) const MOST_PEERS: usize = 16;
/// No peer's index.
const NONE: usize = MOST_PEERS;

/// What a receive comes to: the number of bytes, and who sent them.
pub(super) type Received<'a> = (usize, &'a Peer);

/// The peers of a socket and its clones.
///
/// None ever leaves, so nothing is locked: a thread can wait for a peer while another one sends, or
/// opens a new one.
pub(super) struct Peers {
    /// In the order in which they were first sent to; those behind the last are empty.
    peers: [OnceLock<Box<Peer>>; MOST_PEERS],
    /// The index of the peer that the socket is connected to, or [`NONE`].
    connected: AtomicUsize,
    /// How often something has happened with a peer of a socket that is not connected.
    clock: AtomicI64,
    peeked: Peeked,
}

/// What a receive is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Receive {
    /// Whether the datagram is to stay.
    pub(super) peek: bool,
    /// Whether the sender's address is wanted.
    pub(super) address: bool,
}

impl Receive {
    /// How much to ask the host for.
    fn max(self, into: &[u8]) -> usize {
        if self.peek { WHOLE } else { into.len() }
    }
}

impl Peers {
    pub(super) const fn new() -> Self {
        Peers {
            peers: [const { OnceLock::new() }; MOST_PEERS],
            connected: AtomicUsize::new(NONE),
            clock: AtomicI64::new(0),
            peeked: Peeked::new(),
        }
    }

    /// Connects the socket to a peer: from now on it sends there and receives from there.
    pub(super) fn connect(&self, addr: impl ToSocketAddrs) -> io::Result<()> {
        let (index, _) = try_each(addr, |who| self.find_or_open(who))?;
        self.connected.store(index, Ordering::Release);
        Ok(())
    }

    /// The peer that the socket is connected to.
    pub(super) fn connected(&self) -> Option<&Peer> {
        Some(self.get(self.connected.load(Ordering::Acquire))?.1)
    }

    /// Any peer, to send to it: the first of several addresses will do.
    pub(super) fn to(&self, addr: impl ToSocketAddrs) -> io::Result<&Peer> {
        let (_, peer) = self.find_or_open(try_each(addr, Ok)?)?;
        peer.is_sent_to(self.now());
        Ok(peer)
    }

    /// Receives a datagram from the peer that the socket is connected to, or from any.
    pub(super) fn receive(
        &self,
        timeout: Timeout,
        what: Receive,
        into: &mut [u8],
    ) -> Result<Received<'_>, Error> {
        let Some(from) = self.get(self.connected.load(Ordering::Acquire)) else {
            return self.receive_from_any(timeout, what, into);
        };
        if what.address && from.1.addr().is_none() {
            return Err(Error::Unsupported);
        }
        let mut patience = Patience::new(timeout);
        loop {
            // Another thread may have peeked at one while this one waited.
            if self.peeked.any()
                && let Some(peeked) = self.peeked(what, into)?
            {
                return Ok(peeked);
            }
            match receive_once(&from.1.connection, what.max(into)) {
                Ok(datagram) => return self.received(from, &datagram, what, into),
                Err(pause) => patience.no_datagram(pause)?,
            }
        }
    }

    /// The host waits for one peer at a time. So the peers are asked in turn, and all of them
    /// before it is given up: one of the last may have sent long ago.
    fn receive_from_any(
        &self,
        timeout: Timeout,
        what: Receive,
        into: &mut [u8],
    ) -> Result<Received<'_>, Error> {
        let mut patience = Patience::new(timeout);
        loop {
            let mut asked = 0_u32;
            let mut verdict = Err(Error::WouldBlock);
            while let Some(from) = self.next_to_ask(&mut asked, what.address)? {
                if self.peeked.any()
                    && let Some(peeked) = self.peeked(what, into)?
                {
                    return Ok(peeked);
                }
                match receive_once(&from.1.connection, what.max(into)) {
                    Ok(datagram) => {
                        from.1.has_answered(self.now());
                        return self.received(from, &datagram, what, into);
                    }
                    // Of one that is silent at once, the others need not be.
                    Err(Pause::None) => {}
                    Err(pause) => verdict = patience.no_datagram(pause),
                }
                from.1.was_silent(self.now());
            }
            verdict?;
        }
    }

    /// Hands out a datagram that has come.
    fn received<'a>(
        &self,
        (index, peer): (usize, &'a Peer),
        datagram: &Block,
        what: Receive,
        into: &mut [u8],
    ) -> Result<Received<'a>, Error> {
        if what.peek {
            self.peeked.keep(index, datagram)?;
        }
        Ok((datagram.load_at(0, into), peer))
    }

    /// Who to ask for a datagram, of those whose bit in `asked` is not set; `None` if that is
    /// nobody any more.
    fn next_to_ask(&self, asked: &mut u32, address: bool) -> Result<Option<(usize, &Peer)>, Error> {
        let mut left = 0_usize;
        let next = self
            .all()
            // Whose datagrams cannot be said to be from anywhere is left alone: nothing is lost.
            .filter(|(_, peer)| !address || peer.addr().is_some())
            .inspect(|_| left = left.saturating_add(1))
            .filter(|(index, _)| *asked & bit(*index) == 0)
            .max_by_key(|(_, peer)| peer.turn());
        match (next, left) {
            (Some((index, _)), _) => *asked |= bit(index),
            (None, 0) if self.all().next().is_none() => return Err(Error::NotConnected),
            (None, 0) => return Err(Error::Unsupported),
            (None, _) => {}
        }
        Ok(next)
    }

    /// The datagram that has been peeked at before, if there is one.
    fn peeked(&self, what: Receive, into: &mut [u8]) -> Result<Option<Received<'_>>, Error> {
        let connected = self.connected.load(Ordering::Acquire);
        let from = |index| {
            (connected == NONE || connected == index)
                && (!what.address
                    || self
                        .get(index)
                        .is_some_and(|(_, peer)| peer.addr().is_some()))
        };
        let shown = self.peeked.show(what.peek, from, into)?;
        Ok(shown.and_then(|(n, from)| Some((n, self.get(from)?.1))))
    }

    fn all(&self) -> impl Iterator<Item = (usize, &Peer)> {
        (0..MOST_PEERS).map_while(|index| self.get(index))
    }

    fn get(&self, index: usize) -> Option<(usize, &Peer)> {
        Some((index, self.peers.get(index)?.get()?))
    }

    /// Which peer this is, or a new one.
    fn find_or_open(&self, who: Endpoint) -> Result<(usize, &Peer), Error> {
        if let Some(found) = self.all().find(|(_, peer)| peer.who == who) {
            return Ok(found);
        }
        if self.get(MOST_PEERS - 1).is_some() {
            return Err(Error::TooManyPeers);
        }
        let mut new = Box::new(Peer::new(who)?);
        for (index, slot) in self.peers.iter().enumerate() {
            let refused = slot.set(new).err();
            let Some(peer) = slot.get() else { break };
            match refused {
                // Another thread has opened it in the meantime.
                Some(same) if same.who == peer.who => return Ok((index, peer)),
                Some(other) => new = other,
                None => return Ok((index, peer)),
            }
        }
        Err(Error::TooManyPeers)
    }

    fn now(&self) -> i64 {
        self.clock.fetch_add(1, Ordering::Relaxed).wrapping_add(1)
    }
}

/// A peer's bit in a set of them.
fn bit(index: usize) -> u32 {
    1_u32
        .checked_shl(u32::try_from(index).unwrap_or(u32::MAX))
        .unwrap_or(0)
}
