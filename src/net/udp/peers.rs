//! The peers of a UDP socket. The host has only connected sockets, so there is one for each peer.
//!
//! As with std, a socket that was connected receives only from its peer and never becomes unconnected again. So
//! connecting it closes all connections but one. The peer's connection is kept only if the socket has received from it
//! all along. Otherwise the peer gets a new one, and whatever it sent in the meantime is never received.

use super::peer::Peer;
use super::several::{Receive, Several};
use crate::Error;
use crate::net::address::{Destination, ToSocketAddrs, try_each};
use crate::patience::{Patience, Timeout};
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

/// The peers of a socket and its clones.
///
/// A plugin that only connects, sends and receives does not need [`Several`], and its code is not linked.
pub(super) struct Peers {
    /// The peer that the socket was connected to when it was created. For most sockets it is the only one.
    first: Option<Arc<Peer>>,
    /// Set once `first` is not enough: the socket is bound, was connected again, has sent to others, or has peeked at a
    /// datagram.
    several: OnceLock<Several>,
}

impl Peers {
    pub(super) const fn connected_to(first: Arc<Peer>) -> Self {
        Self {
            first: Some(first),
            several: OnceLock::new(),
        }
    }

    pub(super) fn unconnected() -> Self {
        Self {
            first: None,
            several: OnceLock::from(Several::new(None)),
        }
    }

    fn several(&self) -> &Several {
        self.several
            .get_or_init(|| Several::new(self.first.clone()))
    }

    /// Returns the peer that the socket is connected to, if `several` is not set.
    fn only(&self) -> Option<&Peer> {
        match self.several.get() {
            None => self.first.as_deref(),
            Some(_) => None,
        }
    }

    /// Connects the socket to a peer: from now on it sends to it and receives only from it.
    pub(super) fn connect(&self, addr: impl ToSocketAddrs) -> io::Result<()> {
        try_each(addr, |who| self.several().connect_to(who))
    }

    /// Calls `then` with the peer that the socket is connected to.
    pub(super) fn connected<T>(
        &self,
        then: impl FnOnce(&Peer) -> Result<T, Error>,
    ) -> Result<T, Error> {
        match self.only() {
            Some(peer) => then(peer),
            None => then(&*self.several.get().ok_or(Error::NotConnected)?.connected()?),
        }
    }

    /// Returns the peer to send to. Opens it if the socket has not sent to it yet.
    pub(super) fn open_or_find(&self, who: &Destination) -> Result<Arc<Peer>, Error> {
        self.several().open_or_find(who)
    }

    /// Records that a send to a peer failed.
    pub(super) fn not_sent(&self, peer: &Peer) -> Result<(), Error> {
        self.several().in_vain(peer)
    }

    /// Receives a datagram from the connected peer or, if there is none, from any peer.
    pub(super) fn receive(&self, timeout: Timeout, into: &mut [u8]) -> Result<usize, Error> {
        if let Some(first) = self.only()
            && let Some(n) = self.receive_from_first(first, timeout, into)?
        {
            return Ok(n);
        }
        let several = self.several.get().ok_or(Error::NotConnected)?;
        Ok(several.receive(timeout, Receive::RECV, into)?.0)
    }

    /// As [`receive`](Peers::receive), with the sender's address.
    pub(super) fn receive_from(
        &self,
        timeout: Timeout,
        into: &mut [u8],
    ) -> Result<(usize, SocketAddr), Error> {
        if let Some(first) = self.only() {
            // Fails before anything is received.
            let addr = first.addr().ok_or(Error::NameNotResolved)?;
            if let Some(n) = self.receive_from_first(first, timeout, into)? {
                return Ok((n, addr));
            }
        }
        let several = self.several.get().ok_or(Error::NotConnected)?;
        with_sender(several.receive(timeout, Receive::RECV_FROM, into)?)
    }

    /// Receives a datagram without removing it.
    pub(super) fn peek(&self, timeout: Timeout, into: &mut [u8]) -> Result<usize, Error> {
        Ok(self.several().receive(timeout, Receive::PEEK, into)?.0)
    }

    /// As [`peek`](Peers::peek), with the sender's address.
    pub(super) fn peek_from(
        &self,
        timeout: Timeout,
        into: &mut [u8],
    ) -> Result<(usize, SocketAddr), Error> {
        with_sender(self.several().receive(timeout, Receive::PEEK_FROM, into)?)
    }

    /// Receives from the only peer. Returns `None` if it no longer is the only one.
    fn receive_from_first(
        &self,
        first: &Peer,
        timeout: Timeout,
        into: &mut [u8],
    ) -> Result<Option<usize>, Error> {
        let mut patience = Patience::new(timeout);
        loop {
            let heard = first.connection.receive_datagram(into.len());
            // Another thread may have connected the socket to another peer.
            if let Some(several) = self.several.get()
                && !several.hears(first)?
            {
                return Ok(None);
            }
            match heard {
                Ok(datagram) => return Ok(Some(datagram.load(0, into))),
                Err(pause) => patience.no_datagram(pause)?,
            }
        }
    }
}

fn with_sender((n, from): (usize, Option<SocketAddr>)) -> Result<(usize, SocketAddr), Error> {
    Ok((n, from.ok_or(Error::NameNotResolved)?))
}
