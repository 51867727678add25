//! Addresses that stand for names.
//!
//! Much code resolves a name to an address and connects to that. In a plugin only the host can resolve names, and it
//! does not return the addresses. So a name gets a stand-in: an address that is replaced by the name when it is
//! connected or sent to. These are the rules, for std's own names (`harness-std`) and for the stacks without std:
//!
//! * **The range** is 198.18.0.0/15, which is reserved for measuring devices in a laboratory (RFC 2544). No machine on
//!   the internet has such an address. Stand-ins are assigned from the end of the range, since laboratories number
//!   their devices from its beginning.
//! * **The same name always gets the same address.** Letter case is ignored.
//! * **If an address of the range is used before it stands for a name, it remains an ordinary address**, and never
//!   stands for a name.
//! * **A table has a fixed number of entries**, for names and for such addresses. When it is full, the names in it
//!   still work, and no other name gets an address.

use core::net::Ipv4Addr;

/// The range: 198.18.0.0/15.
const FIRST: u32 = u32::from_be_bytes([198, 18, 0, 0]);
const LAST: u32 = u32::from_be_bytes([198, 19, 255, 255]);

fn is_in_range(address: Ipv4Addr) -> bool {
    (FIRST..=LAST).contains(&address.to_bits())
}

/// An address in use: for a name, or as an ordinary address.
#[derive(Debug)]
pub struct Entry<S> {
    /// The address.
    pub address: Ipv4Addr,
    /// The name; `None` for an ordinary address.
    pub name: Option<S>,
}

/// The storage of a table's entries.
pub trait Entries {
    /// A name.
    type Name: AsRef<str>;

    /// Returns the entries, in the order in which they were added.
    fn entries(&self) -> &[Entry<Self::Name>];

    /// Adds an entry. Returns whether there was room for it.
    fn push(&mut self, address: Ipv4Addr, name: Option<&str>) -> bool;
}

/// The addresses of the range that are in use.
#[derive(Debug)]
pub struct Table<E>(pub E);

impl<E: Entries> Table<E> {
    /// Returns the address that stands for a name, always the same one. `None` if the table is full.
    pub fn address(&mut self, name: &str) -> Option<Ipv4Addr> {
        let entries = self.0.entries();
        let known = entries.iter().find(|entry| {
            let known = entry.name.as_ref();
            known.is_some_and(|known| known.as_ref().eq_ignore_ascii_case(name))
        });
        if let Some(known) = known {
            return Some(known.address);
        }
        // The last ones are mostly taken.
        let taken = entries.len() as u32;
        let mut rest = (FIRST..LAST.saturating_sub(taken)).rev();
        let free = rest.find(|address| !self.is_in_use(Ipv4Addr::from_bits(*address)))?;
        let address = Ipv4Addr::from_bits(free);
        self.0.push(address, Some(name)).then_some(address)
    }

    /// Returns the name that an address stands for, if any. Called when the address is connected or sent to, and marks
    /// it as used.
    pub fn used(&mut self, address: Ipv4Addr) -> Option<&str> {
        if !is_in_range(address) {
            return None;
        }
        if !self.is_in_use(address) {
            // If the table is full, no new address will stand for a name anyway.
            let _ = self.0.push(address, None);
        }
        self.name(address)
    }

    /// Returns the name that an address stands for, if any.
    pub fn name(&self, address: Ipv4Addr) -> Option<&str> {
        let mut entries = self.0.entries().iter();
        let entry = entries.find(|entry| entry.address == address)?;
        entry.name.as_ref().map(AsRef::as_ref)
    }

    fn is_in_use(&self, address: Ipv4Addr) -> bool {
        let mut entries = self.0.entries().iter();
        entries.any(|entry| entry.address == address)
    }
}

/// Entries on the heap, up to a maximum number.
#[cfg(any(feature = "stand-ins", all(test, feature = "std")))]
#[derive(Debug)]
pub struct OnHeap {
    entries: Vec<Entry<String>>,
    most: usize,
}

#[cfg(any(feature = "stand-ins", all(test, feature = "std")))]
impl OnHeap {
    /// Creates an empty table for at most `most` entries.
    #[must_use]
    pub const fn new(most: usize) -> Self {
        let entries = Vec::new();
        OnHeap { entries, most }
    }
}

#[cfg(any(feature = "stand-ins", all(test, feature = "std")))]
impl Entries for OnHeap {
    type Name = String;

    fn entries(&self) -> &[Entry<String>] {
        &self.entries
    }

    fn push(&mut self, address: Ipv4Addr, name: Option<&str>) -> bool {
        let room = self.entries.len() < self.most;
        if room {
            let name = name.map(str::to_owned);
            self.entries.push(Entry { address, name });
        }
        room
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;

    const MOST: usize = 200;

    fn table() -> Table<OnHeap> {
        Table(OnHeap::new(MOST))
    }

    #[test]
    fn a_name_has_one_address_and_the_address_is_the_name() {
        let mut table = table();
        let address = table.address("example.org").unwrap();
        assert!(is_in_range(address));
        assert_eq!(table.address("Example.ORG"), Some(address));
        let other = table.address("example.com").unwrap();
        assert_ne!(address, other);
        assert_eq!(table.used(address), Some("example.org"));
        assert_eq!(table.used(other), Some("example.com"));
        assert_eq!(table.name(other), Some("example.com"));
    }

    #[test]
    fn an_address_that_was_used_as_itself_never_stands_for_a_name() {
        let mut table = table();
        let literal = Ipv4Addr::new(198, 19, 255, 254);
        // Looking up its name does not use the address.
        assert_eq!(table.name(literal), None);
        assert_eq!(table.0.entries.len(), 0);
        assert_eq!(table.used(literal), None);
        assert_eq!(table.used(literal), None);
        assert_eq!(table.0.entries.len(), 1);
        let address = table.address("example.org").unwrap();
        assert_ne!(address, literal);
        assert_eq!(table.used(literal), None);
        // The same holds for any other address that was not assigned.
        assert_eq!(table.used(Ipv4Addr::new(198, 18, 0, 1)), None);
    }

    #[test]
    fn the_range_is_what_it_says() {
        for (address, is) in [
            ([198, 17, 255, 255], false),
            ([198, 18, 0, 0], true),
            ([198, 19, 255, 255], true),
            ([198, 20, 0, 0], false),
            ([127, 0, 0, 1], false),
        ] {
            assert_eq!(is_in_range(address.into()), is, "{address:?}");
            let mut table = table();
            assert_eq!(table.used(address.into()), None);
            assert_eq!(table.0.entries.len(), usize::from(is), "{address:?}");
        }
    }

    #[test]
    fn a_full_table_says_so_and_still_knows_what_it_has() {
        let mut table = table();
        for i in 0..MOST {
            assert!(table.address(&format!("host{i}")).is_some());
        }
        assert_eq!(table.address("one.more"), None);
        let address = table.address("host0").unwrap();
        assert_eq!(table.used(address), Some("host0"));
        assert_eq!(table.used(Ipv4Addr::new(198, 18, 0, 1)), None);
        assert_eq!(table.0.entries.len(), MOST);
    }
}
