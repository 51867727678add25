//! An open connection at the host, of either protocol: opened once, closed once.

use crate::Error;
use crate::address::Address;
use crate::block::Block;
use crate::host::Host;
use core::marker::PhantomData;
use core::sync::atomic::{AtomicU8, Ordering};

/// The most bytes that go through the host in one call.
///
/// A host makes room for as many bytes as it is asked for, at every receive, and a block of that
/// size is taken in the kernel at every send; so a larger buffer is served in several calls.
pub(crate) const MOST_PER_CALL: usize = 65_536;

/// The host's four functions of one protocol.
pub(crate) trait Protocol {
    fn connect<H: Host>(host: &H, address: u64) -> u32;
    fn send<H: Host>(host: &H, id: u32, data: u64, len: u64) -> u32;
    fn receive<H: Host>(host: &H, id: u32, max: u32) -> u64;
    fn close<H: Host>(host: &H, id: u32);
}

macro_rules! protocol {
    ($name:ident: $connect:ident $send:ident $receive:ident $close:ident) => {
        #[derive(Debug)]
        pub(crate) enum $name {}
        impl Protocol for $name {
            fn connect<H: Host>(host: &H, address: u64) -> u32 {
                host.$connect(address)
            }
            fn send<H: Host>(host: &H, id: u32, data: u64, len: u64) -> u32 {
                host.$send(id, data, len)
            }
            fn receive<H: Host>(host: &H, id: u32, max: u32) -> u64 {
                host.$receive(id, max)
            }
            fn close<H: Host>(host: &H, id: u32) {
                host.$close(id);
            }
        }
    };
}

protocol!(Tcp: tcp_connect tcp_send tcp_recv tcp_close);
protocol!(Udp: udp_connect udp_send udp_recv udp_close);

/// One direction of a connection, or both: the bits of [`Connection::shut`].
pub(crate) const READ: u8 = 1;
/// See [`READ`].
pub(crate) const WRITE: u8 = 2;
/// See [`READ`].
pub(crate) const BOTH: u8 = READ | WRITE;

/// A connection at the host. It is closed there when both directions have been shut, or on drop.
#[derive(Debug)]
pub(crate) struct Connection<P: Protocol, H: Host> {
    host: H,
    id: u32,
    /// The directions that are shut on this side. With both of them the connection has been
    /// closed, and its id may be somebody else's: the host is not called with it any more. It is
    /// atomic so that one thread can shut what another one reads from.
    shut: AtomicU8,
    protocol: PhantomData<P>,
}

impl<P: Protocol, H: Host> Connection<P, H> {
    pub(crate) fn open<A: Address + ?Sized>(host: H, address: &A) -> Result<Self, Error> {
        address
            .with_text(|text| {
                let text = Block::copy_of_in(host.clone(), text)?;
                match P::connect(&host, text.offset()) {
                    0 => Err(Error::ConnectFailed),
                    id => Ok(id),
                }
            })
            .map(|id| Self {
                host,
                id,
                shut: AtomicU8::new(0),
                protocol: PhantomData,
            })
    }

    pub(crate) fn host(&self) -> &H {
        &self.host
    }

    #[cfg(feature = "std")]
    pub(crate) fn id(&self) -> u32 {
        self.id
    }

    /// Whether one of these directions has been shut.
    pub(crate) fn is_shut(&self, directions: u8) -> bool {
        self.shut.load(Ordering::Acquire) & directions != 0
    }

    /// Shuts these directions, and closes the connection when that leaves none.
    pub(crate) fn shut(&self, directions: u8) {
        let before = self.shut.fetch_or(directions, Ordering::AcqRel);
        if before != BOTH && before | directions == BOTH {
            P::close(&self.host, self.id);
        }
    }

    /// Sends the first `len` bytes of a block. `None` if the host sent nothing.
    ///
    /// It is for the caller to see that the direction is not shut.
    pub(crate) fn send(&self, block: &Block<H>, len: usize) -> Option<usize> {
        let sent = P::send(&self.host, self.id, block.offset(), len as u64) as usize;
        // A host that says it sent more than there was sent all there was.
        if sent == 0 { None } else { Some(sent.min(len)) }
    }

    /// Asks the host for up to `max` bytes, once. `None` is the host's "nothing".
    ///
    /// It is for the caller to see that the direction is not shut.
    pub(crate) fn receive(&self, max: usize) -> Option<Block<H>> {
        let max = most(max) as u32;
        Block::adopt_in(self.host.clone(), P::receive(&self.host, self.id, max))
    }

    /// Whether the kernel has memory for what a [`receive`](Connection::receive) of up to `max` bytes may
    /// bring.
    pub(crate) fn has_memory(&self, max: usize) -> bool {
        let offset = self.host.alloc(most(max) as u64);
        if offset != 0 {
            self.host.free(offset);
        }
        offset != 0
    }
}

/// How many bytes to ask the host for.
fn most(max: usize) -> usize {
    max.clamp(1, MOST_PER_CALL)
}

impl<P: Protocol, H: Host> Drop for Connection<P, H> {
    fn drop(&mut self) {
        if *self.shut.get_mut() != BOTH {
            P::close(&self.host, self.id);
        }
    }
}
