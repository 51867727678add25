//! A host that follows a script, and can break the contract at any call.
//!
//! [`Scripted::tcp`], [`udp`](Scripted::udp) and [`icmp`](Scripted::icmp) queue data; [`Scripted::fault`] adds a fault
//! at the n-th call of a function. The host records everything that the library does: blocks, ids, bytes. It records
//! what the library must never do as a [wrong](Scripted::finish).
//!
//! The fuzz targets use this folder too.
#![allow(dead_code, reason = "each user of this folder takes what it needs")]

mod clock;
mod kernel;
mod state;

#[allow(unused_imports, reason = "as above")]
pub use clock::{AT_ONCE, Clock, HOST_WAIT};

use harness_wasi_sockets::host::Host;
#[allow(unused_imports, reason = "as above")]
pub use state::{Logged, State};
use std::cell::{RefCell, RefMut};
use std::rc::Rc;
use std::time::Duration;

/// The host's functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Call {
    TcpConnect,
    TcpSend,
    TcpRecv,
    TcpClose,
    UdpConnect,
    UdpSend,
    UdpRecv,
    UdpClose,
    IcmpSend,
    IcmpRecv,
    HttpRequest,
}

/// A fault of a host in one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It does nothing and returns 0.
    Zero,
    /// It does its work, and returns this number: as an id, or as the number of bytes sent.
    Says(u32),
    /// It sends this many bytes and reports that, however many there were.
    Takes(u32),
    /// It returns an offset without a block.
    Dangling,
    /// It returns the offset of a byte inside a block.
    Inside,
    /// It returns a block of length 0.
    Empty,
    /// Its block is longer than requested, by this many bytes.
    Longer(u32),
}

/// The data of the next receive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// On a stream: the next bytes of [`pattern`], this many, in as many pieces as are requested.
    Come(u32),
    /// A datagram, or an ICMP report.
    Packet(Vec<u8>),
    /// Nothing, after a wait.
    Silence,
    /// Nothing, after this time: a slow host, or an EOF in the middle of a wait.
    Late(Duration),
    /// Nothing, at once.
    Nothing,
}

/// Returns the byte at this position of every stream. Neighbours differ, and so do distant positions.
pub fn pattern(at: usize) -> u8 {
    ((at as u32).wrapping_mul(0x9e37_79b1) >> 24) as u8
}

/// The host. Clones share its state.
#[derive(Debug, Clone, Default)]
pub struct Scripted(Rc<RefCell<State>>);

impl Scripted {
    /// Creates a host with this clock, without data and without faults.
    pub fn new(clock: Clock) -> Self {
        let host = Self::default();
        host.state().clock = clock;
        host
    }

    pub fn state(&self) -> RefMut<'_, State> {
        self.0.borrow_mut()
    }

    /// Queues data of a TCP stream. When the queue is empty, the stream has ended.
    #[must_use]
    pub fn tcp(self, replies: impl IntoIterator<Item = Reply>) -> Self {
        self.state().tcp.extend(replies);
        self
    }

    /// Queues data of a UDP socket.
    #[must_use]
    pub fn udp(self, replies: impl IntoIterator<Item = Reply>) -> Self {
        self.state().udp.extend(replies);
        self
    }

    /// Queues received ICMP reports.
    #[must_use]
    pub fn icmp(self, replies: impl IntoIterator<Item = Reply>) -> Self {
        self.state().icmp.extend(replies);
        self
    }

    /// Makes the `nth` call of a function from now on, counted from 1, fail with this fault.
    #[must_use]
    pub fn fault(self, call: Call, nth: u32, fault: Fault) -> Self {
        self.break_at(call, nth, fault);
        self
    }

    /// Like [`fault`](Scripted::fault), during a test.
    pub fn break_at(&self, call: Call, nth: u32, fault: Fault) {
        let mut state = self.state();
        let at = state.calls(call) + nth;
        state.faults.insert((call, at), fault);
    }

    /// Returns how often a function has been called.
    pub fn calls(&self, call: Call) -> u32 {
        self.state().calls(call)
    }

    /// Returns how many bytes of the stream the host has returned, in valid blocks.
    pub fn given(&self) -> usize {
        self.state().given
    }

    /// Returns how many blocks the library owns. Those that the host itself has hidden do not count.
    pub fn live_blocks(&self) -> usize {
        self.state().kernel.live()
    }

    /// Does what the kernel does between two calls of a plugin: frees all blocks.
    pub fn reset_kernel(&self) {
        self.state().kernel.reset();
    }

    /// Makes the `nth` allocation from now on fail, or that and all later ones.
    pub fn out_of_memory(&self, nth: u32, for_good: bool) {
        self.state().kernel.fail(nth, for_good);
    }

    /// There is memory again.
    pub fn memory_is_back(&self) {
        self.state().kernel.heal();
    }

    /// Returns the number of allocations, by the library and the host.
    pub fn allocations(&self) -> u32 {
        self.state().kernel.allocations()
    }

    /// Checks the final state, after everything has been dropped: no block is left, every id has been closed exactly as
    /// often as it was returned, and nothing forbidden was done in between.
    #[track_caller]
    pub fn finish(&self, what: &str) {
        let state = self.state();
        assert_eq!(state.wrongs(), Vec::<String>::new(), "{what}");
        assert_eq!(state.kernel.live(), 0, "{what}: blocks left over");
        assert!(
            state.still_open().is_empty(),
            "{what}: never closed: {:?}",
            state.still_open()
        );
    }
}

impl Host for Scripted {
    fn tcp_connect(&self, addr: u64) -> u32 {
        self.state().connect(Call::TcpConnect, addr)
    }
    fn tcp_send(&self, id: u32, data: u64, len: u64) -> u32 {
        self.state().send(Call::TcpSend, id, data, len)
    }
    fn tcp_recv(&self, id: u32, max: u32) -> u64 {
        self.state().receive(Call::TcpRecv, id, max)
    }
    fn tcp_close(&self, id: u32) {
        self.state().close(Call::TcpClose, id);
    }
    fn udp_connect(&self, addr: u64) -> u32 {
        self.state().connect(Call::UdpConnect, addr)
    }
    fn udp_send(&self, id: u32, data: u64, len: u64) -> u32 {
        self.state().send(Call::UdpSend, id, data, len)
    }
    fn udp_recv(&self, id: u32, max: u32) -> u64 {
        self.state().receive(Call::UdpRecv, id, max)
    }
    fn udp_close(&self, id: u32) {
        self.state().close(Call::UdpClose, id);
    }
    fn icmp_send(&self, target: u64, payload: u64, len: u64, seq: u16) -> u32 {
        self.state().ping(target, payload, len, seq)
    }
    fn icmp_recv(&self, timeout_ms: u32) -> u64 {
        self.state().hear(timeout_ms)
    }
    fn alloc(&self, len: u64) -> u64 {
        self.state().kernel.alloc(vec![0; len as usize], true)
    }
    fn free(&self, offset: u64) {
        self.state().kernel.free(offset);
    }
    fn length(&self, offset: u64) -> u64 {
        self.state().kernel.length(offset)
    }
    fn load_u8(&self, offset: u64) -> u8 {
        let [byte] = self.state().kernel.load(offset);
        byte
    }
    fn load_u64(&self, offset: u64) -> u64 {
        u64::from_le_bytes(self.state().kernel.load(offset))
    }
    fn store_u8(&self, offset: u64, value: u8) {
        self.state().kernel.store(offset, [value]);
    }
    fn store_u64(&self, offset: u64, value: u64) {
        self.state().kernel.store(offset, value.to_le_bytes());
    }
    fn now(&self) -> Option<Duration> {
        self.state().now()
    }
}
