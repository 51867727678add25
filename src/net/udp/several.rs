//! The state of a UDP socket that may have several peers, or has a peeked datagram.

use super::peeked::{Peeked, WHOLE, whole};
use super::peer::Peer;
use crate::Error;
use crate::block::Block;
use crate::net::address::{Destination, Endpoint};
use crate::net::lock;
use crate::patience::{Patience, Pause, Timeout};
use crate::turns::Turns;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

/// The number of peers that an unconnected socket receives from.
const MOST_PEERS: usize = 16;

/// What a receive returns: the number of bytes, and the sender's address if it is known.
pub(super) type Received = (usize, Option<SocketAddr>);

/// The peers of a socket and its clones, and the peeked datagrams.
///
/// Nothing is locked during a host function. So one thread can wait for a peer while another sends, opens a new peer,
/// or connects the socket to another one; and a call that the host stopped leaves nothing locked.
pub(super) struct Several {
    rest: Mutex<Rest>,
    /// [`receive_any`](Several::receive_any), as a pointer: a plugin that never creates a `Several` does not contain
    /// its code.
    receive: fn(&Several, Timeout, Receive, &mut [u8]) -> Result<Received, Error>,
}

struct Rest {
    /// The peer that the socket is connected to.
    connected: Option<Arc<Peer>>,
    /// The other peers that it has sent to. It receives from them only if it is not connected.
    others: Turns<Arc<Peer>, MOST_PEERS>,
    peeked: Peeked,
}

/// The kind of a receive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Receive {
    /// Whether the datagram is kept.
    peek: bool,
    /// Whether the sender's address is wanted.
    address: bool,
}

impl Receive {
    pub(super) const RECV: Self = Self::new(false, false);
    pub(super) const RECV_FROM: Self = Self::new(false, true);
    pub(super) const PEEK: Self = Self::new(true, false);
    pub(super) const PEEK_FROM: Self = Self::new(true, true);

    const fn new(peek: bool, address: bool) -> Self {
        Self { peek, address }
    }

    /// Returns how many bytes to request from the host.
    fn max(self, into: &[u8]) -> usize {
        if self.peek { WHOLE } else { into.len() }
    }

    /// Whether to receive from this peer. If not, nothing is lost: the peer is not polled.
    fn takes(self, from: &Endpoint) -> bool {
        !self.address || from.addr().is_some()
    }
}

/// What a receive does next.
enum Next {
    /// A datagram that was peeked at before.
    Done(Received),
    Ask(Arc<Peer>),
    /// All peers have been polled.
    EndOfRound,
}

impl Several {
    pub(super) fn new(connected: Option<Arc<Peer>>) -> Self {
        Self {
            rest: Mutex::new(Rest {
                connected,
                others: Turns::new(),
                peeked: Peeked::new(),
            }),
            receive: Self::receive_any,
        }
    }

    pub(super) fn connect_to(&self, who: Endpoint) -> Result<(), Error> {
        let peer = match self.listened_to(&who)? {
            Some(peer) => peer,
            None => Arc::new(Peer::open(who)?),
        };
        let mut rest = lock(&self.rest)?;
        let others = core::mem::replace(&mut rest.others, Turns::new());
        let before = rest.connected.replace(Arc::clone(&peer));
        drop(rest);
        for left in others.peers().chain(&before) {
            if !Arc::ptr_eq(left, &peer) {
                left.close();
            }
        }
        Ok(())
    }

    /// Returns the peer with this address, if the socket has received from it ever since it was opened. Never for a
    /// name, which may have another address by now.
    fn listened_to(&self, who: &Endpoint) -> Result<Option<Arc<Peer>>, Error> {
        let rest = lock(&self.rest)?;
        let is = |peer: &&Arc<Peer>| peer.who.is(who) && who.fixed().is_some();
        let found = match &rest.connected {
            Some(connected) => Some(connected).filter(is),
            None => rest.others.peers().find(is),
        };
        Ok(found.cloned())
    }

    /// Returns the peer that the socket is connected to.
    pub(super) fn connected(&self) -> Result<Arc<Peer>, Error> {
        let rest = lock(&self.rest)?;
        rest.connected.clone().ok_or(Error::NotConnected)
    }

    /// Whether the socket is connected to this peer.
    pub(super) fn hears(&self, peer: &Peer) -> Result<bool, Error> {
        let rest = lock(&self.rest)?;
        Ok(rest
            .connected
            .as_ref()
            .is_some_and(|connected| is(connected, peer)))
    }

    /// Returns the peer to send to. Opens it if the socket has not sent to it yet, or if it is a name whose peer may be
    /// gone: then the name is resolved again.
    pub(super) fn open_or_find(&self, who: &Destination) -> Result<Arc<Peer>, Error> {
        let is = |peer: &Arc<Peer>| who.is(&peer.who);
        let mut new = None;
        loop {
            let mut rest = lock(&self.rest)?;
            if let Some(connected) = rest.connected.as_ref().filter(|peer| is(peer)) {
                return Ok(Arc::clone(connected));
            }
            if (!rest.others.is_gone(is) || who.fixed().is_some())
                && let Some(peer) = rest.others.send_to(is)
            {
                return Ok(Arc::clone(peer));
            }
            if let Some(new) = new {
                let left = rest.others.put(Arc::clone(&new), is);
                drop(rest);
                if let Some(left) = left {
                    left.close();
                }
                return Ok(new);
            }
            drop(rest);
            // Meanwhile, another thread may open it too.
            new = Some(Arc::new(Peer::open(who.endpoint()?)?));
        }
    }

    /// Records that a send to a peer failed, or that it had no datagram.
    pub(super) fn in_vain(&self, peer: &Peer) -> Result<(), Error> {
        lock(&self.rest)?.others.in_vain(|other| is(other, peer));
        Ok(())
    }

    /// Receives a datagram from the connected peer or, if there is none, from any peer.
    pub(super) fn receive(
        &self,
        timeout: Timeout,
        what: Receive,
        into: &mut [u8],
    ) -> Result<Received, Error> {
        (self.receive)(self, timeout, what, into)
    }

    /// The host waits for one peer at a time. So the peers are polled in turn, and all of them before the timeout takes
    /// effect: the last one may have sent long ago.
    fn receive_any(
        &self,
        timeout: Timeout,
        what: Receive,
        into: &mut [u8],
    ) -> Result<Received, Error> {
        let mut patience = Patience::new(timeout);
        let (mut round, mut verdict) = (0, Err(Error::WouldBlock));
        loop {
            let end_of_round = match self.next(&mut round, what, into)? {
                Next::Done(received) => return Ok(received),
                Next::EndOfRound => true,
                Next::Ask(peer) if !what.takes(&peer.who) => return Err(Error::NameNotResolved),
                Next::Ask(peer) => match peer.connection.receive_datagram(what.max(into)) {
                    Ok(datagram) => match self.came(&peer, &datagram, what, into)? {
                        Some(received) => return Ok(received),
                        None => false,
                    },
                    Err(pause) => {
                        // A peer's 0 at once says nothing about the others.
                        if pause != Pause::AtOnce {
                            verdict = patience.no_datagram(pause);
                        }
                        self.was_alone(&peer)?
                    }
                },
            };
            if end_of_round {
                core::mem::replace(&mut verdict, Err(Error::WouldBlock))?;
                round = 0;
            }
        }
    }

    /// Returns the next step of a receive.
    fn next(&self, round: &mut u64, what: Receive, into: &mut [u8]) -> Result<Next, Error> {
        let mut rest = lock(&self.rest)?;
        if let Some(received) = rest.peeked(what, into) {
            return Ok(Next::Done(received));
        }
        if let Some(connected) = &rest.connected {
            return Ok(Next::Ask(Arc::clone(connected)));
        }
        if *round == 0 {
            *round = rest.others.round();
        }
        let takes = |peer: &Arc<Peer>| what.takes(&peer.who);
        if let Some(peer) = rest.others.ask(*round, takes) {
            return Ok(Next::Ask(Arc::clone(peer)));
        }
        if rest.others.peers().any(takes) {
            return Ok(Next::EndOfRound);
        }
        Err(match rest.others.peers().next() {
            Some(_) => Error::NameNotResolved,
            None => Error::NotConnected,
        })
    }

    /// Returns a datagram that arrived. `None` if the socket no longer receives from its sender.
    fn came(
        &self,
        from: &Peer,
        datagram: &Block,
        what: Receive,
        into: &mut [u8],
    ) -> Result<Option<Received>, Error> {
        // Before anything is locked, as it may take long.
        let peeked = what.peek.then(|| whole(datagram));
        let mut rest = lock(&self.rest)?;
        match &rest.connected {
            Some(connected) if !is(connected, from) => return Ok(None),
            Some(_) => {}
            None => rest.others.heard(|peer| is(peer, from)),
        }
        if let Some(datagram) = peeked {
            rest.peeked.keep(&from.who, datagram);
        }
        drop(rest);
        let addr = if what.address { from.addr() } else { None };
        Ok(Some((datagram.load(0, into), addr)))
    }

    /// Records that a peer had no datagram. Returns whether it is the only one to poll.
    fn was_alone(&self, peer: &Peer) -> Result<bool, Error> {
        let mut rest = lock(&self.rest)?;
        rest.others.in_vain(|other| is(other, peer));
        Ok(rest.connected.is_some())
    }
}

impl Rest {
    /// Returns a peeked datagram from a peer that the socket receives from.
    fn peeked(&mut self, what: Receive, into: &mut [u8]) -> Option<Received> {
        let connected = self.connected.as_ref();
        let from = |sender: &Endpoint| {
            what.takes(sender) && connected.is_none_or(|peer| peer.who.is(sender))
        };
        self.peeked.show(what.peek, from, into)
    }
}

/// Whether both are the same peer, not just peers with the same name.
fn is(one: &Arc<Peer>, other: &Peer) -> bool {
    core::ptr::eq(&**one, other)
}
