//! The peers of a UDP socket that talks to several: who is asked next, and who gives way.
//!
//! The host has only connected sockets, so there is one for each peer, and it waits for one of them
//! at a time. Both the facade and the async stack go by the rules of this file:
//!
//! * **A receive asks each peer once** before it gives up. First those that owe an answer, then those
//!   that have answered everything, the one used last first in both groups. Those that were silent when
//!   they were last asked come last, the one whose silence is longest ago first.
//! * **A new peer needs a place.** When all are taken, the peer that was used longest ago gives way.
//!   Its connection is closed: what it has sent and nobody received is lost, and so is what it still
//!   sends, until it is sent to again.
//! * **To be used** is to be sent to, or to send something that is received.

use heapless::Vec;

/// How many datagrams a peer may leave unanswered before it counts as gone.
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
    /// How often something has happened: the time that the places are stamped with.
    now: u64,
}

#[derive(Debug)]
struct Place<T> {
    peer: T,
    /// When it was last sent to or heard from.
    used: u64,
    /// When it was last asked for a datagram.
    asked: u64,
    /// How many datagrams were sent to it, less those that came. [`SILENT`] after it was asked in
    /// vain, [`UNANSWERED`] if it owed an answer then.
    owes: i64,
}

impl<T> Place<T> {
    /// Who is asked first: who has the most.
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

    /// The peer that is sent to now, if it has a place.
    pub(crate) fn send_to(&mut self, is: impl Fn(&T) -> bool) -> Option<&T> {
        let now = self.tick();
        let place = self.find(is)?;
        place.used = now;
        place.owes = place.owes.max(0).saturating_add(1);
        Some(&place.peer)
    }

    /// Gives a peer a place, to be sent to: its predecessor's, a free one, or that of the peer used
    /// longest ago. Returns the peer that had it.
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

    /// Begins a round, in which each peer is asked once.
    pub(crate) fn round(&mut self) -> u64 {
        self.tick()
    }

    /// Whom to ask next in a round, of those that may be asked. `None` if all of them have been.
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

    /// Notes that a datagram came from a peer.
    pub(crate) fn heard(&mut self, is: impl Fn(&T) -> bool) {
        let now = self.tick();
        if let Some(place) = self.find(is) {
            place.used = now;
            place.owes = place.owes.saturating_sub(1).max(0);
        }
    }

    /// Notes that nothing came from a peer that was asked, or that it could not be sent to.
    pub(crate) fn in_vain(&mut self, is: impl Fn(&T) -> bool) {
        if let Some(place) = self.find(is) {
            place.owes = match place.owes {
                1.. => UNANSWERED,
                0 => SILENT,
                silent => silent,
            };
        }
    }

    /// Whether a peer may be gone: it left a question unanswered when it was last asked, or many.
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
