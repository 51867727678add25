//! The peers of a UDP socket: for each of them a connected socket at the host, which has no others.

use crate::Error;
use crate::block::Block;
use crate::connection::{Connection, Udp};
use crate::embedded::receive_once;
use crate::host::DefaultHost;
use crate::net::address::{Endpoints, ToSocketAddrs};
use crate::net::lock;
use crate::patience::{Patience, Pause, Timeout};
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};

/// How many peers a socket can have sent to.
pub(super) const MOST_PEERS: usize = 16;
/// More than a datagram can be.
const WHOLE: usize = 65_535;
/// No peer's index.
const NONE: usize = MOST_PEERS;

/// What a receive comes to: the number of bytes, and the sender's address if it is known.
pub(super) type Received = (usize, Option<SocketAddr>);

/// Who a peer is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Who {
    /// One whose address is known.
    At(SocketAddr),
    /// One whose address only the host knows.
    Named(String, u16),
}

/// One peer, and the connected socket that it has at the host.
pub(super) struct Peer {
    who: Who,
    pub(super) connection: Connection<Udp, DefaultHost>,
    /// How many datagrams were sent to it, less those that came back: who owes an answer is
    /// listened to first.
    owes: AtomicU32,
    /// When it was last sent to, by the socket's count.
    sent_at: AtomicU64,
}

/// The peers of a socket and its clones.
///
/// None ever leaves, so that a thread can wait for a peer while another one sends, or finds a new
/// one, and neither needs a lock for it.
pub(super) struct Peers {
    /// In the order in which they were first sent to; those behind the last are empty.
    peers: [OnceLock<Box<Peer>>; MOST_PEERS],
    /// Locked while a new one is connected, so that nobody is connected twice.
    opening: Mutex<()>,
    /// The peer that the socket is connected to, or [`NONE`].
    connected: AtomicUsize,
    /// How many datagrams have been sent before there was one.
    sent: AtomicU64,
    /// Whether there may be something in `peeked`, so that a receive need not lock it to see.
    has_peeked: AtomicBool,
    /// A datagram that has been peeked at, and whose it is.
    peeked: Mutex<Option<(Option<SocketAddr>, Vec<u8>)>>,
}

/// What a receive is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Receive {
    /// Whether the datagram is to stay.
    pub(super) peek: bool,
    /// Whether the sender's address is wanted.
    pub(super) address: bool,
}

impl Peers {
    pub(super) const fn new() -> Self {
        Peers {
            peers: [const { OnceLock::new() }; MOST_PEERS],
            opening: Mutex::new(()),
            connected: AtomicUsize::new(NONE),
            sent: AtomicU64::new(0),
            has_peeked: AtomicBool::new(false),
            peeked: Mutex::new(None),
        }
    }

    /// Connects the socket to a peer: from now on it sends there and receives from there.
    pub(super) fn connect(&self, addr: impl ToSocketAddrs) -> io::Result<()> {
        let (index, _) = self.find_or_open(addr)?;
        self.connected.store(index, Ordering::Release);
        Ok(())
    }

    /// The peer that the socket is connected to.
    pub(super) fn connected(&self) -> Option<&Peer> {
        let slot = self.peers.get(self.connected.load(Ordering::Acquire))?;
        slot.get().map(Box::as_ref)
    }

    /// Any peer, to send to it.
    pub(super) fn to(&self, addr: impl ToSocketAddrs) -> io::Result<&Peer> {
        let (_, peer) = self.find_or_open(addr)?;
        peer.count(|owes| owes.saturating_add(1));
        let at = self.sent.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        peer.sent_at.store(at, Ordering::Relaxed);
        Ok(peer)
    }

    /// Receives a datagram from the peer that the socket is connected to, or from any.
    pub(super) fn receive(
        &self,
        timeout: Timeout,
        what: Receive,
        into: &mut [u8],
    ) -> Result<Received, Error> {
        if self.has_peeked.load(Ordering::Acquire)
            && let Some(received) = self.take_peeked(what, into)?
        {
            return Ok(received);
        }
        let max = if what.peek { WHOLE } else { into.len() };
        let (peer, datagram) = match self.connected() {
            Some(peer) if what.address && peer.addr().is_none() => return Err(Error::Unsupported),
            Some(peer) => (peer, peer.receive(timeout, max)?),
            None => self.receive_from_any(timeout, what.address, max)?,
        };
        if what.peek {
            self.keep(peer, &datagram)?;
        }
        Ok((datagram.load_at(0, into), peer.addr()))
    }

    /// The host waits for one peer at a time. So the peers are asked in turn, those first who have
    /// been sent to and have not answered, and all of them before it is given up.
    fn receive_from_any(
        &self,
        timeout: Timeout,
        address: bool,
        max: usize,
    ) -> Result<(&Peer, Block), Error> {
        let mut patience = Patience::new(timeout);
        loop {
            let mut asked = 0_u32;
            let mut verdict = Err(Error::WouldBlock);
            while let Some(peer) = self.next_to_ask(&mut asked, address)? {
                match receive_once(&peer.connection, max) {
                    Ok(datagram) => {
                        peer.count(|owes| owes.saturating_sub(1));
                        return Ok((peer, datagram));
                    }
                    // Of one that is silent at once, the others need not be.
                    Err(Pause::None) => {}
                    Err(pause) => verdict = patience.no_datagram(pause),
                }
            }
            verdict?;
        }
    }

    /// Who to ask for a datagram, of those whose bit in `asked` is not set; `None` if that is
    /// nobody any more.
    fn next_to_ask(&self, asked: &mut u32, address: bool) -> Result<Option<&Peer>, Error> {
        let mut left = 0_usize;
        let next = self
            .all()
            .enumerate()
            // Whose datagrams cannot be said to be from anywhere is left alone: nothing is lost.
            .filter(|(_, peer)| !address || peer.addr().is_some())
            .inspect(|_| left = left.saturating_add(1))
            .filter(|(index, _)| *asked & bit(*index) == 0)
            .max_by_key(|(_, peer)| peer.turn());
        let Some((index, peer)) = next else {
            return match (left, self.all().next()) {
                (0, None) => Err(Error::NotConnected),
                (0, Some(_)) => Err(Error::Unsupported),
                _ => Ok(None),
            };
        };
        *asked |= bit(index);
        Ok(Some(peer))
    }

    /// Which peer this is, or a new one.
    fn find_or_open(&self, addr: impl ToSocketAddrs) -> io::Result<(usize, &Peer)> {
        let who = match addr.to_endpoints()? {
            Endpoints::Addrs(mut addrs) => Who::At(addrs.next().ok_or(Error::InvalidAddress)?),
            Endpoints::Name { host, port } => Who::Named(host, port),
        };
        let find = || self.all().enumerate().find(|(_, peer)| peer.who == who);
        if let Some(found) = find() {
            return Ok(found);
        }
        let _opening = lock(&self.opening)?;
        // Another thread may have been quicker.
        if let Some(found) = find() {
            return Ok(found);
        }
        let free = |(_, slot): &(usize, &OnceLock<_>)| slot.get().is_none();
        let (index, slot) = self
            .peers
            .iter()
            .enumerate()
            .find(free)
            .ok_or(Error::TooManyPeers)?;
        let connection = match &who {
            Who::At(addr) => Connection::open(DefaultHost, addr)?,
            Who::Named(host, port) => Connection::open(DefaultHost, &(host.as_str(), *port))?,
        };
        let peer = slot.get_or_init(|| {
            Box::new(Peer {
                who,
                connection,
                owes: AtomicU32::new(0),
                sent_at: AtomicU64::new(0),
            })
        });
        Ok((index, peer))
    }

    fn all(&self) -> impl Iterator<Item = &Peer> {
        self.peers
            .iter()
            .map_while(|slot| slot.get().map(Box::as_ref))
    }

    /// Keeps a datagram for the next receive.
    fn keep(&self, from: &Peer, datagram: &Block) -> Result<(), Error> {
        let mut whole = vec![0; datagram.size().min(WHOLE)];
        datagram.load_at(0, &mut whole);
        *lock(&self.peeked)? = Some((from.addr(), whole));
        self.has_peeked.store(true, Ordering::Release);
        Ok(())
    }

    /// The datagram that has been peeked at before, if there is one.
    fn take_peeked(&self, what: Receive, into: &mut [u8]) -> Result<Option<Received>, Error> {
        let mut peeked = lock(&self.peeked)?;
        let Some((addr, datagram)) = peeked.as_ref() else {
            return Ok(None);
        };
        if what.address && addr.is_none() {
            return Err(Error::Unsupported);
        }
        let addr = *addr;
        let n = datagram.len().min(into.len());
        if let (Some(into), Some(datagram)) = (into.get_mut(..n), datagram.get(..n)) {
            into.copy_from_slice(datagram);
        }
        if !what.peek {
            *peeked = None;
            self.has_peeked.store(false, Ordering::Release);
        }
        Ok(Some((n, addr)))
    }
}

impl Peer {
    /// Its address; `None` if only the host knows it.
    pub(super) fn addr(&self) -> Option<SocketAddr> {
        match self.who {
            Who::At(addr) => Some(addr),
            Who::Named(..) => None,
        }
    }

    /// Receives a datagram from this peer, whoever else there is.
    fn receive(&self, timeout: Timeout, max: usize) -> Result<Block, Error> {
        let mut patience = Patience::new(timeout);
        loop {
            match receive_once(&self.connection, max) {
                Ok(datagram) => return Ok(datagram),
                Err(pause) => patience.no_datagram(pause)?,
            }
        }
    }

    fn count(&self, change: impl Fn(u32) -> u32) {
        let relaxed = Ordering::Relaxed;
        // It fails only without a new value.
        let _ = self
            .owes
            .fetch_update(relaxed, relaxed, |owes| Some(change(owes)));
    }

    /// Who is to be asked first: who has the most.
    fn turn(&self) -> (bool, u64) {
        (
            self.owes.load(Ordering::Relaxed) > 0,
            self.sent_at.load(Ordering::Relaxed),
        )
    }
}

/// A peer's bit in a set of them.
fn bit(index: usize) -> u32 {
    1_u32
        .checked_shl(u32::try_from(index).unwrap_or(u32::MAX))
        .unwrap_or(0)
}
