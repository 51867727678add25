//! The peers of a UDP socket: for each of them a connected socket at the host, which has no others.
//!
//! As with std, a socket that has been connected hears its peer alone and is never unconnected again.
//! So to connect it is to close all connections but one. The peer's own stays only if the socket has
//! listened to it all along; if not, it gets a new one, and what it sent in the meantime is never
//! received.

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
/// A plugin that only connects, sends and receives needs nothing of [`Several`], and has nothing of it.
pub(super) struct Peers {
    /// The peer that the socket was connected to when it was made. For most sockets the only one.
    first: Option<Arc<Peer>>,
    /// From when on there is more to look at: the socket is bound, has been connected again, has sent to others,
    /// or has peeked at a datagram.
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

    /// The peer that the socket is connected to, if that is all there is to know.
    fn only(&self) -> Option<&Peer> {
        match self.several.get() {
            None => self.first.as_deref(),
            Some(_) => None,
        }
    }

    /// Connects the socket to a peer: from now on it sends there and receives from there.
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

    /// The peer that is meant, to send to it. It is opened if the socket has not sent to it yet.
    pub(super) fn open_or_find(&self, who: &Destination) -> Result<Arc<Peer>, Error> {
        self.several().open_or_find(who)
    }

    /// Notes that a peer could not be sent to.
    pub(super) fn not_sent(&self, peer: &Peer) -> Result<(), Error> {
        self.several().in_vain(peer)
    }

    /// Receives a datagram from the peer that the socket is connected to, or from any.
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
            // Before anything is received.
            let addr = first.addr().ok_or(Error::NameNotResolved)?;
            if let Some(n) = self.receive_from_first(first, timeout, into)? {
                return Ok((n, addr));
            }
        }
        let several = self.several.get().ok_or(Error::NotConnected)?;
        with_sender(several.receive(timeout, Receive::RECV_FROM, into)?)
    }

    /// Receives a datagram that stays.
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

    /// Receives from the only peer there is. `None` if there is more to look at by now.
    fn receive_from_first(
        &self,
        first: &Peer,
        timeout: Timeout,
        into: &mut [u8],
    ) -> Result<Option<usize>, Error> {
        let mut patience = Patience::new(timeout);
        loop {
            let heard = first.connection.receive_datagram(into.len());
            // Another thread may have connected the socket elsewhere.
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
