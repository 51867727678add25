//! One of the peers of a UDP socket.

use crate::Error;
use crate::connection::{BOTH, Connection, Udp};
use crate::datagrams::most_bytes;
use crate::host::DefaultHost;
use crate::net::WITHOUT_THREADS;
use crate::net::address::Endpoint;
use std::net::SocketAddr;

/// A peer and its connected socket at the host.
pub(super) struct Peer {
    pub(super) who: Endpoint,
    pub(super) connection: Connection<Udp, DefaultHost>,
    /// The maximum length of a datagram to it, in bytes.
    pub(super) most_bytes: usize,
}

impl Peer {
    pub(super) fn open(who: Endpoint) -> Result<Self, Error> {
        Ok(Peer {
            connection: who.open()?,
            most_bytes: most_bytes(who.is_v4()),
            who,
        })
    }

    /// Returns its address; `None` if only the host knows it.
    pub(super) fn addr(&self) -> Option<SocketAddr> {
        self.who.addr()
    }

    /// Closes its connection, which the socket no longer needs. Another thread may still use it; then the last thread
    /// to drop the peer closes it. Without threads, only a call that the host stopped can still hold the peer, and it
    /// never drops it.
    pub(super) fn close(&self) {
        if WITHOUT_THREADS {
            self.connection.shut(BOTH);
        }
    }
}
