//! The plugin's names, and the addresses that stand for them, in one table with the library's rules.

use harness_wasi_sockets::stand_ins::{OnHeap, Table};
use real::io::{self, ErrorKind};
use real::net::Ipv4Addr;
use real::string::String;
use real::sync::{Mutex, PoisonError};

/// The maximum number of addresses of the range in use.
const MOST: usize = 4_096;

static TABLE: Mutex<Table<OnHeap>> = Mutex::new(Table(OnHeap::new(MOST)));

/// Returns the address that stands for a name, always the same one.
pub(crate) fn address(name: &str) -> io::Result<Ipv4Addr> {
    with(|table| {
        table.address(name).ok_or_else(|| {
            io::Error::new(
                ErrorKind::QuotaExceeded,
                "this plugin has resolved 4,096 different names, and there is no address left to stand for \
                 another: load the plugin anew",
            )
        })
    })
}

/// Returns the name that an address stands for, if any. Called when the address is connected or sent to, and marks it
/// as used.
pub(crate) fn name(address: Ipv4Addr) -> Option<String> {
    with(|table| table.used(address).map(String::from))
}

fn with<T>(what: impl FnOnce(&mut Table<OnHeap>) -> T) -> T {
    // A panic leaves the table unchanged, or with one more complete entry.
    what(&mut TABLE.lock().unwrap_or_else(PoisonError::into_inner))
}

#[cfg(test)]
mod tests {
    use super::*;
    use real::string::ToString;
    use real::{assert, assert_eq, format};

    #[test]
    fn the_plugin_has_one_table_and_it_ends() {
        let there = address("example.net").unwrap();
        assert_eq!(address("example.net").unwrap(), there);
        assert_eq!(name(there).as_deref(), Some("example.net"));
        assert_eq!(name(Ipv4Addr::LOCALHOST), None);
        for i in 1..MOST {
            address(&format!("host{i}")).unwrap();
        }
        let error = address("one.more").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::QuotaExceeded);
        assert!(error.to_string().contains("4,096"));
        assert_eq!(address("example.net").unwrap(), there);
    }
}
