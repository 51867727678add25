//! The peers of a UDP socket with several peers: which one is polled next, and which one is dropped.
//!
//! The host has only connected sockets, so there is one for each peer, and it waits for one of them at a time. Both the
//! facade and the async stack follow these rules:
//!
//! * **A receive polls each peer once** before it gives up: first those that have not answered yet, then those that
//!   have answered everything, the most recently used first in both groups. Those that were silent when last polled
//!   come last, the least recently polled first.
//! * **A new peer needs a place.** If all are taken, the least recently used peer is dropped. Its connection is closed:
//!   its datagrams that were not received yet are lost, and so are later ones, until the socket sends to it again.
//! * **A peer is used** when the socket sends to it, or receives from it.

use heapless::Vec;

/// After this many unanswered datagrams a peer counts as gone.
#[cfg(feature = "std")]
const MANY: i64 = 1_000;
/// See [`Place::owes`].
const SILENT: i64 = -1;
/// See [`Place::owes`].
const UNANSWERED: i64 = -2;

/// The peers of one socket, at most `N` of them.
#[derive(Debug)]
pub(crate) struct Turns<T, const N: usize> {
    places: Vec<Place<T>, N>,
    /// A counter of events. It is the time of the fields `used` and `asked`.
    now: u64,
}

#[derive(Debug)]
struct Place<T> {
    peer: T,
    /// When the socket last sent to it or received from it.
    used: u64,
    /// When it was last polled.
    asked: u64,
    /// How many datagrams were sent to it, minus those received. [`SILENT`] after it was polled in vain, [`UNANSWERED`]
    /// if it had not answered by then.
    owes: i64,
}

impl<T> Place<T> {
    /// The sort key: the peer with the greatest is polled first.
    fn turn(&self) -> (i64, u64) {
        if self.owes < 0 {
            (SILENT, u64::MAX.saturating_sub(self.asked))
        } else {
            (self.owes.signum(), self.used)
        }
    }
}

impl<T, const N: usize> Turns<T, N> {
    pub(crate) const fn new() -> Self {
        Self {
            places: Vec::new(),
            now: 0,
        }
    }

    pub(crate) fn peers(&self) -> impl Iterator<Item = &T> {
        self.places.iter().map(|place| &place.peer)
    }

    /// Returns the peer that is sent to now, if it has a place.
    pub(crate) fn send_to(&mut self, is: impl Fn(&T) -> bool) -> Option<&T> {
        let now = self.tick();
        let place = self.find(is)?;
        place.used = now;
        place.owes = place.owes.max(0).saturating_add(1);
        Some(&place.peer)
    }

    /// Gives a place to a new peer that is sent to: its predecessor's, a free one, or that of the least recently used
    /// peer. Returns the peer that had it.
    pub(crate) fn put(&mut self, peer: T, predecessor: impl Fn(&T) -> bool) -> Option<T> {
        let now = self.tick();
        let new = Place {
            peer,
            used: now,
            asked: 0,
            owes: 1,
        };
        if let Some(place) = self.find(predecessor) {
            return Some(core::mem::replace(place, new).peer);
        }
        let new = self.places.push(new).err()?;
        let oldest = self.places.iter_mut().min_by_key(|place| place.used)?;
        Some(core::mem::replace(oldest, new).peer)
    }

    /// Starts a round, in which each peer is polled once.
    pub(crate) fn round(&mut self) -> u64 {
        self.tick()
    }

    /// Returns the next peer of a round, of those that `may` accepts. `None` if all of them were polled.
    pub(crate) fn ask(&mut self, round: u64, may: impl Fn(&T) -> bool) -> Option<&T> {
        let now = self.tick();
        let place = self
            .places
            .iter_mut()
            .filter(|place| place.asked < round && may(&place.peer))
            .max_by_key(|place| place.turn())?;
        place.asked = now;
        Some(&place.peer)
    }

    /// Records that a datagram arrived from a peer.
    pub(crate) fn heard(&mut self, is: impl Fn(&T) -> bool) {
        let now = self.tick();
        if let Some(place) = self.find(is) {
            place.used = now;
            place.owes = place.owes.saturating_sub(1).max(0);
        }
    }

    /// Records that a peer had no datagram, or that a send to it failed.
    pub(crate) fn in_vain(&mut self, is: impl Fn(&T) -> bool) {
        if let Some(place) = self.find(is) {
            place.owes = match place.owes {
                1.. => UNANSWERED,
                0 => SILENT,
                silent => silent,
            };
        }
    }

    /// Whether a peer may be gone: a datagram was unanswered when it was last polled, or too many are.
    #[cfg(feature = "std")]
    pub(crate) fn is_gone(&mut self, is: impl Fn(&T) -> bool) -> bool {
        self.find(is)
            .is_some_and(|place| place.owes == UNANSWERED || place.owes >= MANY)
    }

    fn find(&mut self, is: impl Fn(&T) -> bool) -> Option<&mut Place<T>> {
        self.places.iter_mut().find(|place| is(&place.peer))
    }

    fn tick(&mut self) -> u64 {
        self.now = self.now.saturating_add(1);
        self.now
    }
}
