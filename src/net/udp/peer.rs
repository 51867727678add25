//! One of the peers of a UDP socket.

use crate::Error;
use crate::connection::{Connection, Udp};
use crate::host::DefaultHost;
use crate::net::address::Endpoint;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

/// A peer, and the connected socket that it has at the host.
pub(super) struct Peer {
    pub(super) who: Endpoint,
    pub(super) connection: Connection<Udp, DefaultHost>,
    /// How many datagrams were sent to it, less those that came back.
    owes: AtomicU32,
    /// When it last did something, by the socket's count, or was last sent to; below 0 if it was
    /// silent then.
    at: AtomicI64,
}

impl Peer {
    pub(super) fn new(who: Endpoint) -> Result<Self, Error> {
        Ok(Peer {
            connection: who.open()?,
            who,
            owes: AtomicU32::new(0),
            at: AtomicI64::new(0),
        })
    }

    /// Its address; `None` if only the host knows it.
    pub(super) fn addr(&self) -> Option<SocketAddr> {
        self.who.addr()
    }

    /// Notes that something is sent to it.
    pub(super) fn is_sent_to(&self, now: i64) {
        self.count(|owes| owes.saturating_add(1));
        self.at.store(now, Ordering::Relaxed);
    }

    /// Notes that a datagram came from it.
    pub(super) fn has_answered(&self, now: i64) {
        self.count(|owes| owes.saturating_sub(1));
        self.at.store(now, Ordering::Relaxed);
    }

    /// Notes that it was waited for in vain: it is not taken to owe anything any more, or it would
    /// be waited for before every other for ever.
    pub(super) fn was_silent(&self, now: i64) {
        self.owes.store(0, Ordering::Relaxed);
        self.at.store(now.wrapping_neg(), Ordering::Relaxed);
    }

    fn count(&self, change: impl Fn(u32) -> u32) {
        let relaxed = Ordering::Relaxed;
        // It fails only without a new value.
        let _ = self
            .owes
            .fetch_update(relaxed, relaxed, |owes| Some(change(owes)));
    }

    /// Who is to be asked first: who has the most. Those who owe an answer; then those who have
    /// sent something, or been sent to, of late; then those who were silent, for the longest time first.
    pub(super) fn turn(&self) -> (bool, i64) {
        (
            self.owes.load(Ordering::Relaxed) > 0,
            self.at.load(Ordering::Relaxed),
        )
    }
}
