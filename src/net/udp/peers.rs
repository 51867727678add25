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
use std::sync::{Arc, Mutex, MutexGuard};

/// How many peers a socket can have sent to.
pub(super) const MOST_PEERS: usize = 16;
/// More than a datagram can be.
const WHOLE: usize = 65_535;

/// A connected socket at the host.
type Socket = Arc<Connection<Udp, DefaultHost>>;

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

/// One peer.
struct Peer {
    who: Who,
    connection: Socket,
    /// How many datagrams were sent to it, less those that came back: who owes an answer is
    /// listened to first.
    owes: u32,
    /// When it was last sent to, by the socket's count.
    sent_at: u64,
}

/// The peers, in the order in which they were first sent to. None ever leaves.
#[derive(Default)]
struct Table {
    peers: Vec<Peer>,
    /// The peer that the socket is connected to.
    connected: Option<usize>,
    /// A datagram that has been peeked at, and which peer's it is.
    peeked: Option<(usize, Vec<u8>)>,
    /// How many datagrams have been sent.
    sent: u64,
}

/// The peers of a socket and its clones. The lock is not held while the host waits, so one thread
/// can send while another receives.
#[derive(Default)]
pub(super) struct Peers(Mutex<Table>);

/// What a receive is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Receive {
    /// Whether the datagram is to stay.
    pub(super) peek: bool,
    /// Whether the sender's address is wanted.
    pub(super) address: bool,
}

impl Peers {
    fn lock(&self) -> Result<MutexGuard<'_, Table>, Error> {
        lock(&self.0)
    }

    /// Connects the socket to a peer: from now on it sends there and receives from there.
    pub(super) fn connect(&self, addr: impl ToSocketAddrs) -> io::Result<()> {
        let mut table = self.lock()?;
        let index = table.find_or_open(addr)?;
        table.connected = Some(index);
        Ok(())
    }

    /// The peer that the socket is connected to; `None` if only the host knows its address.
    pub(super) fn connected(&self) -> Result<Option<SocketAddr>, Error> {
        let table = self.lock()?;
        let index = table.connected.ok_or(Error::NotConnected)?;
        Ok(table.peers.get(index).and_then(Peer::addr))
    }

    /// The connection to send through to the peer that the socket is connected to.
    pub(super) fn to_connected(&self) -> Result<Socket, Error> {
        let mut table = self.lock()?;
        let index = table.connected.ok_or(Error::NotConnected)?;
        table.sending_to(index).ok_or(Error::NotConnected)
    }

    /// The connection to send through to anybody.
    pub(super) fn to(&self, addr: impl ToSocketAddrs) -> io::Result<Socket> {
        let mut table = self.lock()?;
        let index = table.find_or_open(addr)?;
        Ok(table.sending_to(index).ok_or(Error::NotConnected)?)
    }

    /// Receives a datagram from the peer that the socket is connected to, or from any.
    ///
    /// The host waits for one peer at a time. So the peers are asked in turn, those first who have
    /// been sent to and have not answered, and all of them before it is given up.
    pub(super) fn receive(
        &self,
        timeout: Timeout,
        what: Receive,
        into: &mut [u8],
    ) -> Result<Received, Error> {
        if let Some(received) = self.lock()?.take_peeked(what, into) {
            return received;
        }
        let mut patience = Patience::new(timeout);
        loop {
            let mut asked = 0_u32;
            let mut verdict = Err(Error::WouldBlock);
            loop {
                let next = self.lock()?.next_to_ask(&mut asked, what.address)?;
                let Some((index, connection)) = next else {
                    break;
                };
                let max = if what.peek { WHOLE } else { into.len() };
                match receive_once(&connection, max) {
                    Ok(datagram) => return self.lock()?.received(index, &datagram, what, into),
                    // Of one that is silent at once, the others need not be.
                    Err(Pause::None) => {}
                    Err(pause) => verdict = patience.no_datagram(pause),
                }
            }
            verdict?;
        }
    }
}

impl Table {
    /// Which peer this is, or a new one.
    fn find_or_open(&mut self, addr: impl ToSocketAddrs) -> io::Result<usize> {
        let who = match addr.to_endpoints()? {
            Endpoints::Addrs(mut addrs) => Who::At(addrs.next().ok_or(Error::InvalidAddress)?),
            Endpoints::Name { host, port } => Who::Named(host, port),
        };
        if let Some(index) = self.peers.iter().position(|peer| peer.who == who) {
            return Ok(index);
        }
        let index = self.peers.len();
        if index >= MOST_PEERS {
            return Err(Error::TooManyPeers.into());
        }
        let connection = match &who {
            Who::At(addr) => Connection::open(DefaultHost, addr)?,
            Who::Named(host, port) => Connection::open(DefaultHost, &(host.as_str(), *port))?,
        };
        self.peers.push(Peer {
            who,
            connection: Arc::new(connection),
            owes: 0,
            sent_at: 0,
        });
        Ok(index)
    }

    /// Notes that something is sent to a peer.
    fn sending_to(&mut self, index: usize) -> Option<Socket> {
        self.sent = self.sent.wrapping_add(1);
        let peer = self.peers.get_mut(index)?;
        peer.owes = peer.owes.saturating_add(1);
        peer.sent_at = self.sent;
        Some(Arc::clone(&peer.connection))
    }

    /// Who to ask for a datagram, of those whose bit in `asked` is not set; `None` if that is
    /// nobody any more.
    fn next_to_ask(
        &self,
        asked: &mut u32,
        address: bool,
    ) -> Result<Option<(usize, Socket)>, Error> {
        let mut left = 0_usize;
        let next = self
            .peers
            .iter()
            .enumerate()
            .filter(|(index, _)| self.connected.is_none_or(|connected| connected == *index))
            // Whose datagrams cannot be said to be from anywhere is left alone: nothing is lost.
            .filter(|(_, peer)| !address || peer.addr().is_some())
            .inspect(|_| left = left.saturating_add(1))
            .filter(|(index, _)| *asked & bit(*index) == 0)
            .max_by_key(|(_, peer)| (peer.owes > 0, peer.sent_at));
        let Some((index, peer)) = next else {
            return match (left, self.peers.is_empty()) {
                (0, true) => Err(Error::NotConnected),
                (0, false) => Err(Error::Unsupported),
                _ => Ok(None),
            };
        };
        *asked |= bit(index);
        Ok(Some((index, Arc::clone(&peer.connection))))
    }

    /// Hands out a datagram that has come.
    fn received(
        &mut self,
        index: usize,
        datagram: &Block,
        what: Receive,
        into: &mut [u8],
    ) -> Result<Received, Error> {
        let peer = self.peers.get_mut(index).ok_or(Error::NotConnected)?;
        peer.owes = peer.owes.saturating_sub(1);
        let addr = peer.addr();
        if what.peek {
            let mut whole = vec![0; usize::try_from(datagram.len()).unwrap_or(WHOLE).min(WHOLE)];
            datagram.load_at(0, &mut whole);
            self.peeked = Some((index, whole));
        }
        Ok((datagram.load_at(0, into), addr))
    }

    /// The datagram that has been peeked at before, if there is one.
    fn take_peeked(&mut self, what: Receive, into: &mut [u8]) -> Option<Result<Received, Error>> {
        let (index, datagram) = self.peeked.as_ref()?;
        let addr = self.peers.get(*index).and_then(Peer::addr);
        if what.address && addr.is_none() {
            return Some(Err(Error::Unsupported));
        }
        let n = datagram.len().min(into.len());
        if let (Some(into), Some(datagram)) = (into.get_mut(..n), datagram.get(..n)) {
            into.copy_from_slice(datagram);
        }
        if !what.peek {
            self.peeked = None;
        }
        Some(Ok((n, addr)))
    }
}

impl Peer {
    fn addr(&self) -> Option<SocketAddr> {
        match self.who {
            Who::At(addr) => Some(addr),
            Who::Named(..) => None,
        }
    }
}

/// A peer's bit in a set of them.
fn bit(index: usize) -> u32 {
    1_u32
        .checked_shl(u32::try_from(index).unwrap_or(u32::MAX))
        .unwrap_or(0)
}
