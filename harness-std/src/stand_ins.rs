//! Addresses that stand for names.
//!
//! Code written for std resolves a name to addresses and connects to those. In a plugin only the host can
//! resolve names, and it does not return the addresses. So a name gets an address that stands for it, and
//! becomes the name again when it is connected or sent to.

use real::io::{self, ErrorKind};
use real::net::Ipv4Addr;
use real::string::String;
use real::sync::{Mutex, PoisonError};
use real::vec::Vec;

/// The range of the addresses: 198.18.0.0/15, which is set aside for measuring devices in a laboratory
/// (RFC 2544). On the internet nobody has one.
const FIRST: u32 = u32::from_be_bytes([198, 18, 0, 0]);
const LAST: u32 = u32::from_be_bytes([198, 19, 255, 255]);

/// How many addresses of the range a plugin can have in use.
const MOST: usize = 4_096;

static TABLE: Mutex<Table> = Mutex::new(Table(Vec::new()));

/// The address that stands for a name, the same one each time.
pub(crate) fn address(name: &str) -> io::Result<Ipv4Addr> {
    with(|table| table.address(name))
}

/// The name that the address stands for, if it stands for one.
pub(crate) fn name(address: Ipv4Addr) -> Option<String> {
    if !is_in_range(address) {
        return None;
    }
    with(|table| table.name(address))
}

fn with<T>(what: impl FnOnce(&mut Table) -> T) -> T {
    // A panic leaves the table as it was or with a whole entry more.
    what(&mut TABLE.lock().unwrap_or_else(PoisonError::into_inner))
}

fn is_in_range(address: Ipv4Addr) -> bool {
    (FIRST..=LAST).contains(&address.to_bits())
}

/// The addresses that are in use: those that stand for a name, and those that the plugin has used before they
/// stood for any, which go on being themselves.
struct Table(Vec<(Ipv4Addr, Option<String>)>);

impl Table {
    fn address(&mut self, name: &str) -> io::Result<Ipv4Addr> {
        let is = |entry: &&(_, Option<String>)| {
            let known = entry.1.as_deref();
            known.is_some_and(|known| known.eq_ignore_ascii_case(name))
        };
        if let Some((address, _)) = self.0.iter().find(is) {
            return Ok(*address);
        }
        if self.0.len() >= MOST {
            return Err(io::Error::new(
                ErrorKind::QuotaExceeded,
                "this plugin has resolved 4,096 different names, and there is no address left to stand for \
                 another: load the plugin anew",
            ));
        }
        // From the end of the range: who has devices there numbers them from its beginning. The last so many are
        // mostly taken.
        let taken = u32::try_from(self.0.len()).unwrap_or(0);
        let mut rest = (FIRST..LAST - taken).rev().map(Ipv4Addr::from_bits);
        let address = rest
            .find(|address| self.0.iter().all(|(taken, _)| taken != address))
            .ok_or(ErrorKind::QuotaExceeded)?;
        self.0.push((address, Some(String::from(name))));
        Ok(address)
    }

    fn name(&mut self, address: Ipv4Addr) -> Option<String> {
        if let Some((_, name)) = self.0.iter().find(|(known, _)| *known == address) {
            return name.clone();
        }
        // A literal. When the table is full, no address will stand for a name any more.
        if self.0.len() < MOST {
            self.0.push((address, None));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use real::string::ToString;
    use real::{assert, assert_eq, assert_ne, format};

    #[test]
    fn the_plugin_has_one_table() {
        let there = address("example.net").unwrap();
        assert_eq!(address("example.net").unwrap(), there);
        assert_eq!(name(there).as_deref(), Some("example.net"));
        assert_eq!(name(Ipv4Addr::LOCALHOST), None);
    }

    #[test]
    fn a_name_has_one_address_and_the_address_is_the_name() {
        let mut table = Table(Vec::new());
        let address = table.address("example.org").unwrap();
        assert!(is_in_range(address));
        assert_eq!(table.address("Example.ORG").unwrap(), address);
        let other = table.address("example.com").unwrap();
        assert_ne!(address, other);
        assert_eq!(table.name(address).as_deref(), Some("example.org"));
        assert_eq!(table.name(other).as_deref(), Some("example.com"));
    }

    #[test]
    fn an_address_that_was_used_as_itself_never_stands_for_a_name() {
        let mut table = Table(Vec::new());
        let literal = Ipv4Addr::new(198, 19, 255, 254);
        assert_eq!(table.name(literal), None);
        let address = table.address("example.org").unwrap();
        assert_ne!(address, literal);
        assert_eq!(table.name(literal), None);
        // Nor does any other that was not given out.
        assert_eq!(table.name(Ipv4Addr::new(198, 18, 0, 1)), None);
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
        }
    }

    #[test]
    fn a_full_table_says_so_and_still_knows_what_it_has() {
        let mut table = Table(Vec::new());
        for i in 0..MOST {
            table.address(&format!("host{i}")).unwrap();
        }
        let error = table.address("one.more").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::QuotaExceeded);
        assert!(error.to_string().contains("4,096"));
        let address = table.address("host0").unwrap();
        assert_eq!(table.name(address).as_deref(), Some("host0"));
        assert_eq!(table.name(Ipv4Addr::new(198, 18, 0, 1)), None);
        assert_eq!(table.0.len(), MOST);
    }
}
