//! One of the peers of a UDP socket.

use crate::Error;
use crate::connection::{BOTH, Connection, Udp};
use crate::embedded::longest;
use crate::host::DefaultHost;
use crate::net::WITHOUT_THREADS;
use crate::net::address::Endpoint;
use std::net::SocketAddr;

/// A peer, and the connected socket that it has at the host.
pub(super) struct Peer {
    pub(super) who: Endpoint,
    pub(super) connection: Connection<Udp, DefaultHost>,
    /// The most bytes of a datagram to it.
    pub(super) longest: usize,
}

impl Peer {
    pub(super) fn open(who: Endpoint) -> Result<Self, Error> {
        Ok(Peer {
            connection: who.open()?,
            longest: longest_to(&who),
            who,
        })
    }

    /// Its address; `None` if only the host knows it.
    pub(super) fn addr(&self) -> Option<SocketAddr> {
        self.who.addr()
    }

    /// Closes its connection, which the socket has no use for any more. Another thread may be using
    /// it: then the last one to drop the peer closes it. Without threads, a call that has not dropped it
    /// is a call that was stopped, and never will.
    pub(super) fn close(&self) {
        if WITHOUT_THREADS {
            self.connection.shut(BOTH);
        }
    }
}

/// The most bytes of a datagram to somebody.
pub(super) fn longest_to(who: &Endpoint) -> usize {
    longest(who.fixed().is_some_and(|addr| addr.is_ipv4()))
}
