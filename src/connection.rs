//! An open connection at the host, TCP or UDP: opened once, closed once.

use crate::Error;
use crate::address::Address;
use crate::block::Block;
use crate::host::Host;
use core::marker::PhantomData;
use core::sync::atomic::{AtomicBool, AtomicU8, Ordering};

/// The maximum number of bytes per call to the host.
///
/// The host allocates a buffer of the requested size for each receive, and each send needs a block of its size in the
/// kernel. So larger buffers take several calls.
pub(crate) const MOST_PER_CALL: usize = 65_536;

/// The host's four functions for one protocol.
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

/// The directions of a connection: the bits of [`Connection::shut`].
pub(crate) const READ: u8 = 1;
/// See [`READ`].
pub(crate) const WRITE: u8 = 2;
/// See [`READ`].
pub(crate) const BOTH: u8 = READ | WRITE;

/// A connection at the host. It is closed once both directions are shut, or on drop.
#[derive(Debug)]
pub(crate) struct Connection<P: Protocol, H: Host> {
    host: H,
    id: u32,
    /// The directions that are shut on this side. With both of them the connection is closed. The host may have reused
    /// its id, so it must not be passed to the host again. Atomic, so that one thread can shut what another reads from.
    shut: AtomicU8,
    /// Whether a send has failed: later ones would follow a gap. Not a direction of `shut`: an atomic read-modify-write in
    /// every plugin that sends made those without a buffer 343 bytes larger. A store costs nothing.
    failed: AtomicBool,
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
                failed: AtomicBool::new(false),
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

    /// Whether one of these directions is shut.
    pub(crate) fn is_shut(&self, directions: u8) -> bool {
        self.shut.load(Ordering::Acquire) & directions != 0
    }

    /// Shuts these directions. Closes the connection once both are shut.
    pub(crate) fn shut(&self, directions: u8) {
        let before = self.shut.fetch_or(directions, Ordering::AcqRel);
        if before != BOTH && before | directions == BOTH {
            P::close(&self.host, self.id);
        }
    }

    /// Refuses every later write.
    pub(crate) fn fail(&self) {
        self.failed.store(true, Ordering::Relaxed);
    }

    /// Whether a write is refused: its direction is shut, or one before has failed.
    pub(crate) fn refuses(&self) -> bool {
        self.is_shut(WRITE) || self.failed.load(Ordering::Relaxed)
    }

    /// Sends the first `len` bytes of a block. Returns `None` if the host sent nothing.
    ///
    /// The caller must check that the direction is open.
    pub(crate) fn send(&self, block: &Block<H>, len: usize) -> Option<usize> {
        let sent = P::send(&self.host, self.id, block.offset(), len as u64) as usize;
        // A host that claims to have sent more than `len` has sent all of it.
        if sent == 0 { None } else { Some(sent.min(len)) }
    }

    /// Requests up to `max` bytes from the host, once. `None` means that the host returned 0.
    ///
    /// The caller must check that the direction is open.
    pub(crate) fn receive(&self, max: usize) -> Option<Block<H>> {
        let max = most(max) as u32;
        Block::adopt_in(self.host.clone(), P::receive(&self.host, self.id, max))
    }

    /// Whether the kernel has memory for the result of a [`receive`](Connection::receive) of up to `max` bytes.
    pub(crate) fn has_memory(&self, max: usize) -> bool {
        let offset = self.host.alloc(most(max) as u64);
        if offset != 0 {
            self.host.free(offset);
        }
        offset != 0
    }
}

/// Returns how many bytes to request from the host.
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
