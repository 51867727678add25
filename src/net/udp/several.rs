//! What a UDP socket keeps of its peers as soon as there may be several, or a datagram that was peeked at.

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

/// How many peers a socket that is not connected hears.
const MOST_PEERS: usize = 16;

/// What a receive comes to: the number of bytes, and the address of who sent them, if it is known.
pub(super) type Received = (usize, Option<SocketAddr>);

/// The peers of a socket and its clones, and the datagrams that were peeked at.
///
/// Nothing is locked while the host works. A thread can wait for a peer while another one sends, opens
/// a new one, or connects the socket elsewhere; and a plugin that was stopped in the middle of a call
/// has left nothing locked.
pub(super) struct Several {
    rest: Mutex<Rest>,
    /// [`receive_any`](Several::receive_any). As a pointer, so that a plugin in which nothing makes a `Several`
    /// has no such code.
    receive: fn(&Several, Timeout, Receive, &mut [u8]) -> Result<Received, Error>,
}

struct Rest {
    /// The peer that the socket is connected to.
    connected: Option<Arc<Peer>>,
    /// The others that it has sent to. It hears them only if it is not connected.
    others: Turns<Arc<Peer>, MOST_PEERS>,
    peeked: Peeked,
}

/// What a receive is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Receive {
    /// Whether the datagram is to stay.
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

    /// How much to ask the host for.
    fn max(self, into: &[u8]) -> usize {
        if self.peek { WHOLE } else { into.len() }
    }

    /// Whether a datagram from there will do. If not, nothing is lost: it is not asked for.
    fn takes(self, from: &Endpoint) -> bool {
        !self.address || from.addr().is_some()
    }
}

/// What a receive does next.
enum Next {
    /// It is done: the datagram had been peeked at before.
    Done(Received),
    Ask(Arc<Peer>),
    /// All have been asked.
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

    /// The peer of this address, if the socket has not stopped listening to it since it was opened. A
    /// name may stand for another address by now.
    fn listened_to(&self, who: &Endpoint) -> Result<Option<Arc<Peer>>, Error> {
        let rest = lock(&self.rest)?;
        let is = |peer: &&Arc<Peer>| peer.who.is(who) && who.fixed().is_some();
        let found = match &rest.connected {
            Some(connected) => Some(connected).filter(is),
            None => rest.others.peers().find(is),
        };
        Ok(found.cloned())
    }

    /// The peer that the socket is connected to.
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

    /// The peer that is meant, to send to it. It is opened if the socket has not sent to it yet. A name is looked
    /// up again if whom it stood for may be gone.
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
            // Another thread may open it in the meantime.
            new = Some(Arc::new(Peer::open(who.endpoint()?)?));
        }
    }

    /// Notes that a peer could not be sent to, or had nothing to say.
    pub(super) fn in_vain(&self, peer: &Peer) -> Result<(), Error> {
        lock(&self.rest)?.others.in_vain(|other| is(other, peer));
        Ok(())
    }

    /// Receives a datagram from the peer that the socket is connected to, or from any.
    pub(super) fn receive(
        &self,
        timeout: Timeout,
        what: Receive,
        into: &mut [u8],
    ) -> Result<Received, Error> {
        (self.receive)(self, timeout, what, into)
    }

    /// The host waits for one peer at a time. So the peers are asked in turn, and all of them before
    /// it is given up: one of the last may have sent long ago.
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
                        // That one is silent at once says nothing of the others.
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

    /// What a receive does next.
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

    /// Hands out a datagram that has come. `None` if its sender is not listened to any more.
    fn came(
        &self,
        from: &Peer,
        datagram: &Block,
        what: Receive,
        into: &mut [u8],
    ) -> Result<Option<Received>, Error> {
        // Before anything is locked: it may take long.
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

    /// Notes that nothing came from a peer. Returns whether no other need be asked.
    fn was_alone(&self, peer: &Peer) -> Result<bool, Error> {
        let mut rest = lock(&self.rest)?;
        rest.others.in_vain(|other| is(other, peer));
        Ok(rest.connected.is_some())
    }
}

impl Rest {
    /// A datagram that has been peeked at before, from whom the socket listens to.
    fn peeked(&mut self, what: Receive, into: &mut [u8]) -> Option<Received> {
        let connected = self.connected.as_ref();
        let from = |sender: &Endpoint| {
            what.takes(sender) && connected.is_none_or(|peer| peer.who.is(sender))
        };
        self.peeked.show(what.peek, from, into)
    }
}

/// Whether that is the same peer, and not one of the same name.
fn is(one: &Arc<Peer>, other: &Peer) -> bool {
    core::ptr::eq(&**one, other)
}
