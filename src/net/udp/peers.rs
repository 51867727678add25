//! The peers of a UDP socket: for each of them a connected socket at the host, which has no others.
//!
//! As with std, a socket that has been connected hears its peer alone and is never unconnected again.
//! So to connect it is to close all connections but one. The peer's own stays only if the socket has
//! listened to it all along; if not, it gets a new one, and what it sent in the meantime is never
//! received.

use super::peeked::{Peeked, WHOLE, whole};
use super::peer::Peer;
use crate::Error;
use crate::block::Block;
use crate::embedded::receive_once;
use crate::net::address::{Endpoint, ToSocketAddrs, try_each};
use crate::net::lock;
use crate::patience::{Patience, Pause, Timeout};
use crate::turns::Turns;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

/// How many peers a socket that is not connected hears.
const MOST_PEERS: usize = 16;

/// What a receive comes to: the number of bytes, and the address of who sent them, if it is known.
pub(super) type Received = (usize, Option<SocketAddr>);

/// The peers of a socket and its clones.
///
/// Nothing is locked while the host works. A thread can wait for a peer while another one sends, opens
/// a new one, or connects the socket elsewhere; and a plugin that was stopped in the middle of a call
/// has left nothing locked.
pub(super) struct Peers {
    /// The peer that the socket was first connected to, for most sockets the only one.
    first: OnceLock<Arc<Peer>>,
    /// Whether that is all there is: the socket is still connected to it, and no datagram has been
    /// peeked at. Then nothing need be locked. It changes under the lock.
    plain: AtomicBool,
    rest: Mutex<Rest>,
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
    pub(super) peek: bool,
    /// Whether the sender's address is wanted.
    pub(super) address: bool,
}

impl Receive {
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

impl Peers {
    /// Those of a new socket.
    pub(super) fn new(connected: Option<Peer>) -> Self {
        let connected = connected.map(Arc::new);
        Peers {
            first: connected.clone().map_or_else(OnceLock::new, OnceLock::from),
            plain: AtomicBool::new(connected.is_some()),
            rest: Mutex::new(Rest {
                connected,
                others: Turns::new(),
                peeked: Peeked::new(),
            }),
        }
    }

    /// Connects the socket to a peer: from now on it sends there and receives from there.
    pub(super) fn connect(&self, addr: impl ToSocketAddrs) -> io::Result<()> {
        try_each(addr, |who| self.connect_to(who))
    }

    fn connect_to(&self, who: Endpoint) -> Result<(), Error> {
        let peer = match self.listened_to(&who)? {
            Some(peer) => peer,
            None => Arc::new(Peer::open(who)?),
        };
        let mut rest = lock(&self.rest)?;
        let others = core::mem::replace(&mut rest.others, Turns::new());
        let before = rest.connected.replace(Arc::clone(&peer));
        if before.is_none() {
            // It is set only here, under the lock.
            let _ = self.first.set(Arc::clone(&peer));
        }
        self.look(&rest);
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
        let is = |peer: &&Arc<Peer>| peer.who == *who && who.fixed().is_some();
        let found = match &rest.connected {
            Some(connected) => Some(connected).filter(is),
            None => rest.others.peers().find(is),
        };
        Ok(found.cloned())
    }

    /// The peer that the socket is connected to, unless that is [`plain`](Peers::plain).
    pub(super) fn connected(&self) -> Result<Arc<Peer>, Error> {
        let rest = lock(&self.rest)?;
        rest.connected.clone().ok_or(Error::NotConnected)
    }

    /// The peer that the socket is connected to, if there is nothing else to look at.
    pub(super) fn plain(&self) -> Option<&Peer> {
        if self.plain.load(Ordering::Acquire) {
            self.first.get().map(|first| &**first)
        } else {
            None
        }
    }

    /// Looks at whether the socket is plain.
    fn look(&self, rest: &Rest) {
        let plain = match (&rest.connected, self.first.get()) {
            (Some(connected), Some(first)) => Arc::ptr_eq(connected, first),
            _ => false,
        };
        self.plain
            .store(plain && rest.peeked.is_empty(), Ordering::Release);
    }

    /// Any peer, to send to it. A name is looked up again if whom it stood for may be gone.
    pub(super) fn to(&self, who: &Endpoint) -> Result<Arc<Peer>, Error> {
        let is = |peer: &Arc<Peer>| peer.who == *who;
        let mut new = None;
        loop {
            let mut rest = lock(&self.rest)?;
            if let Some(connected) = rest.connected.as_ref().filter(|peer| is(peer)) {
                return Ok(Arc::clone(connected));
            }
            if (who.fixed().is_some() || !rest.others.is_gone(is))
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
            new = Some(Arc::new(Peer::open(who.clone())?));
        }
    }

    /// Notes that a peer could not be sent to.
    pub(super) fn not_sent(&self, peer: &Peer) -> Result<(), Error> {
        lock(&self.rest)?.others.in_vain(|other| is(other, peer));
        Ok(())
    }

    /// Receives a datagram from the peer that the socket is connected to, or from any.
    ///
    /// The host waits for one peer at a time. So the peers are asked in turn, and all of them before
    /// it is given up: one of the last may have sent long ago.
    pub(super) fn receive(
        &self,
        timeout: Timeout,
        what: Receive,
        into: &mut [u8],
    ) -> Result<Received, Error> {
        let mut patience = Patience::new(timeout);
        let (mut round, mut verdict) = (0, Err(Error::WouldBlock));
        loop {
            let other;
            let peer = match self.plain() {
                Some(first) => Some(first),
                None => match self.next(&mut round, what, into)? {
                    Next::Done(received) => return Ok(received),
                    Next::EndOfRound => None,
                    Next::Ask(peer) => {
                        other = peer;
                        Some(&*other)
                    }
                },
            };
            let end_of_round = match peer {
                None => true,
                Some(peer) if !what.takes(&peer.who) => return Err(Error::NameNotResolved),
                Some(peer) => match receive_once(&peer.connection, what.max(into)) {
                    Ok(datagram) => match self.came(peer, &datagram, what, into)? {
                        Some(received) => return Ok(received),
                        None => false,
                    },
                    Err(pause) => {
                        // That one is silent at once says nothing of the others.
                        if pause != Pause::None {
                            verdict = patience.no_datagram(pause);
                        }
                        self.was_alone(peer)?
                    }
                },
            };
            if end_of_round {
                core::mem::replace(&mut verdict, Err(Error::WouldBlock))?;
                round = 0;
            }
        }
    }

    /// What a receive does next, on a socket that is not plain.
    #[inline(never)]
    fn next(&self, round: &mut u64, what: Receive, into: &mut [u8]) -> Result<Next, Error> {
        let mut rest = lock(&self.rest)?;
        if let Some(received) = rest.peeked(what, into) {
            self.look(&rest);
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
        if (what.peek || !self.plain.load(Ordering::Acquire))
            && !self.keeps(from, datagram, what)?
        {
            return Ok(None);
        }
        let addr = if what.address { from.addr() } else { None };
        Ok(Some((datagram.load_at(0, into), addr)))
    }

    /// Keeps a datagram that is peeked at. `false` if its sender is not listened to any more.
    #[inline(never)]
    fn keeps(&self, from: &Peer, datagram: &Block, what: Receive) -> Result<bool, Error> {
        // Before anything is locked: it may take long.
        let datagram = what.peek.then(|| whole(datagram));
        let mut rest = lock(&self.rest)?;
        match &rest.connected {
            Some(connected) if !is(connected, from) => return Ok(false),
            Some(_) => {}
            None => rest.others.heard(|peer| is(peer, from)),
        }
        if let Some(datagram) = datagram {
            rest.peeked.keep(&from.who, datagram);
            self.look(&rest);
        }
        Ok(true)
    }

    /// Notes that nothing came from a peer. Returns whether no other need be asked.
    fn was_alone(&self, peer: &Peer) -> Result<bool, Error> {
        if self.plain.load(Ordering::Acquire) {
            return Ok(true);
        }
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
            what.takes(sender) && connected.is_none_or(|peer| peer.who == *sender)
        };
        self.peeked.show(what.peek, from, into)
    }
}

/// Whether that is the same peer, and not one of the same name.
fn is(one: &Arc<Peer>, other: &Peer) -> bool {
    core::ptr::eq(&**one, other)
}
