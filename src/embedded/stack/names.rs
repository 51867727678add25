//! The names of a stack, and the addresses that stand for them.

use crate::Error;
use crate::address::{HostText, LOCALHOST};
use crate::ring::copy;
use crate::stand_ins::{Entries, Entry, Table};
use core::cell::RefCell;
use core::fmt;
use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use heapless::{String, Vec};

/// The longest name, including a trailing dot.
const LONGEST: usize = 254;

/// The names that a [`Stack`](super::Stack) was asked for, and the addresses that stand for them: at most `M`.
///
/// It takes about 270 bytes per name, in place. Stacks that share one have the same names. An address that stands for a
/// name is an ordinary address for a stack with other `Names` or with none: it would connect to the address itself.
///
/// # Example
/// ```
/// use harness_wasi_sockets::embedded::{Names, Stack};
///
/// let names = Names::<8>::default();
/// let stack = Stack::with_names(&names);
/// # let _ = stack;
/// ```
pub struct Names<const M: usize = 4>(RefCell<Table<Known<M>>>);

impl Names {
    /// Creates a table for 4 names. For another number: `Names::<8>::default()`.
    #[must_use]
    pub const fn new() -> Self {
        Self(RefCell::new(Table(Known(Vec::new()))))
    }
}

impl<const M: usize> Default for Names<M> {
    fn default() -> Self {
        Self(RefCell::new(Table(Known(Vec::new()))))
    }
}

impl<const M: usize> fmt::Debug for Names<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = self.0.try_borrow().map_or(0, |table| table.0.0.len());
        f.debug_struct("Names")
            .field("len", &known)
            .field("capacity", &M)
            .finish_non_exhaustive()
    }
}

struct Known<const M: usize>(Vec<Entry<String<LONGEST>>, M>);

impl<const M: usize> Entries for Known<M> {
    type Name = String<LONGEST>;

    fn entries(&self) -> &[Entry<Self::Name>] {
        &self.0
    }

    fn push(&mut self, address: Ipv4Addr, name: Option<&str>) -> bool {
        let Ok(name) = name.map(String::try_from).transpose() else {
            return false;
        };
        self.0.push(Entry { address, name }).is_ok()
    }
}

/// How a [`Stack`](super::Stack) handles names: a reference to [`Names`], or [`NoNames`].
pub trait Naming: sealed::Sealed + Clone {}

/// A [`Stack`](super::Stack) without names.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoNames;

impl Naming for NoNames {}
impl<const M: usize> Naming for &Names<M> {}

pub(super) mod sealed {
    use super::{Error, IpAddr, Ipv4Addr, SocketAddr};

    pub trait Sealed {
        const KNOWS: bool;

        /// Returns the address that stands for a name.
        fn address(&self, name: &str) -> Result<Ipv4Addr, Error>;

        /// Copies the name that an address stands for to the start of `into`, and returns its length.
        fn name(&self, addr: IpAddr, into: &mut [u8]) -> Result<usize, Error>;

        /// Opens a socket to an address, or to the name that it stands for.
        fn open<T>(
            &self,
            remote: SocketAddr,
            at: impl Fn(SocketAddr) -> Result<T, Error>,
            named: impl Fn((&str, u16)) -> Result<T, Error>,
        ) -> Result<T, Error>;
    }
}

impl sealed::Sealed for NoNames {
    const KNOWS: bool = false;

    fn address(&self, _name: &str) -> Result<Ipv4Addr, Error> {
        Err(Error::NameNotResolved)
    }

    fn name(&self, _addr: IpAddr, _into: &mut [u8]) -> Result<usize, Error> {
        Err(Error::Unsupported)
    }

    #[inline(always)]
    fn open<T>(
        &self,
        remote: SocketAddr,
        at: impl Fn(SocketAddr) -> Result<T, Error>,
        _named: impl Fn((&str, u16)) -> Result<T, Error>,
    ) -> Result<T, Error> {
        at(remote)
    }
}

impl<const M: usize> sealed::Sealed for &Names<M> {
    const KNOWS: bool = true;

    fn address(&self, name: &str) -> Result<Ipv4Addr, Error> {
        let address = self.with(|table| table.address(name));
        address.ok_or(Error::NameNotResolved)
    }

    fn name(&self, addr: IpAddr, into: &mut [u8]) -> Result<usize, Error> {
        let name = self.find(addr, |table, addr| table.name(addr));
        let name = name.ok_or(Error::Unsupported)?;
        if into.len() < name.len() {
            return Err(Error::InvalidInput);
        }
        Ok(copy(name.as_bytes(), into))
    }

    fn open<T>(
        &self,
        remote: SocketAddr,
        at: impl Fn(SocketAddr) -> Result<T, Error>,
        named: impl Fn((&str, u16)) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let Some(name) = self.find(remote.ip(), |table, addr| table.used(addr)) else {
            return at(remote);
        };
        let port = remote.port();
        if HostText::read(&name) != Ok(HostText::Localhost) {
            return named((&name, port));
        }
        let [first, second] = LOCALHOST.map(|ip| SocketAddr::new(ip, port));
        at(first).or_else(|_| at(second))
    }
}

impl<const M: usize> Names<M> {
    /// Returns a copy of a name, so that nothing is borrowed during a host function.
    fn find(
        &self,
        addr: IpAddr,
        find: impl FnOnce(&mut Table<Known<M>>, Ipv4Addr) -> Option<&str>,
    ) -> Option<String<LONGEST>> {
        let IpAddr::V4(addr) = addr else { return None };
        self.with(|table| String::try_from(find(table, addr)?).ok())
    }

    fn with<T>(&self, what: impl FnOnce(&mut Table<Known<M>>) -> Option<T>) -> Option<T> {
        // It is never borrowed already.
        what(&mut *self.0.try_borrow_mut().ok()?)
    }
}
