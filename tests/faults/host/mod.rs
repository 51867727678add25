//! A host that answers the contract from a script, and can break it at any call.
//!
//! What is to come is queued with [`Scripted::tcp`], [`udp`](Scripted::udp) and
//! [`icmp`](Scripted::icmp); what is to go wrong with [`Scripted::fault`], at the n-th call of a
//! function. The host keeps account of everything that the library does: blocks, ids, bytes. What
//! the library must never do is kept as a [wrong](Scripted::finish).
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

/// What a host can do wrong in one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It does nothing and answers 0.
    Zero,
    /// It does its part, and answers this number: as an id, or as how many bytes were sent.
    Says(u32),
    /// It sends this many bytes and says so, however many there were.
    Takes(u32),
    /// It answers with an offset where there is no block.
    Dangling,
    /// It answers with the offset of a byte inside a block.
    Inside,
    /// It answers with a block of the length 0.
    Empty,
    /// Its block is longer than asked for, by this many bytes.
    Longer(u32),
}

/// What the next receive finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// On a stream: the next so many bytes of [`pattern`], in as many pieces as are asked for.
    Come(u32),
    /// A datagram, or an ICMP report.
    Packet(Vec<u8>),
    /// Nothing, and it waits for it.
    Silence,
    /// Nothing, after this time: a host that is slow, or an end that comes in the middle of a wait.
    Late(Duration),
    /// Nothing, at once.
    Nothing,
}

/// What stands at this place of every stream. Neighbours differ, and so do places far apart.
pub fn pattern(at: usize) -> u8 {
    ((at as u32).wrapping_mul(0x9e37_79b1) >> 24) as u8
}

/// The host. A clone is the same host.
#[derive(Debug, Clone, Default)]
pub struct Scripted(Rc<RefCell<State>>);

impl Scripted {
    /// A host with this clock, on which nothing has come and everything works.
    pub fn new(clock: Clock) -> Self {
        let host = Self::default();
        host.state().clock = clock;
        host
    }

    pub fn state(&self) -> RefMut<'_, State> {
        self.0.borrow_mut()
    }

    /// Queues what a TCP stream gives. When the queue is empty, the stream has ended.
    #[must_use]
    pub fn tcp(self, replies: impl IntoIterator<Item = Reply>) -> Self {
        self.state().tcp.extend(replies);
        self
    }

    /// Queues what a UDP socket gives.
    #[must_use]
    pub fn udp(self, replies: impl IntoIterator<Item = Reply>) -> Self {
        self.state().udp.extend(replies);
        self
    }

    /// Queues what is heard of ICMP.
    #[must_use]
    pub fn icmp(self, replies: impl IntoIterator<Item = Reply>) -> Self {
        self.state().icmp.extend(replies);
        self
    }

    /// Has the `nth` call of a function from now on, counted from 1, go wrong.
    #[must_use]
    pub fn fault(self, call: Call, nth: u32, fault: Fault) -> Self {
        self.break_at(call, nth, fault);
        self
    }

    /// As [`fault`](Scripted::fault), in the middle of things.
    pub fn break_at(&self, call: Call, nth: u32, fault: Fault) {
        let mut state = self.state();
        let at = state.calls(call) + nth;
        state.faults.insert((call, at), fault);
    }

    /// How often a function has been called.
    pub fn calls(&self, call: Call) -> u32 {
        self.state().calls(call)
    }

    /// How many bytes of the stream the host has given away, in blocks that are blocks.
    pub fn given(&self) -> usize {
        self.state().given
    }

    /// How many blocks the library has and has not freed. What the host itself has made away with
    /// does not count.
    pub fn live_blocks(&self) -> usize {
        self.state().kernel.live()
    }

    /// What the kernel does between two calls of a plugin: it forgets everything.
    pub fn reset_kernel(&self) {
        self.state().kernel.reset();
    }

    /// The kernel has no memory at the `nth` allocation from now on, or from that one on.
    pub fn out_of_memory(&self, nth: u32, for_good: bool) {
        self.state().kernel.fail(nth, for_good);
    }

    /// There is memory again.
    pub fn memory_is_back(&self) {
        self.state().kernel.heal();
    }

    /// How many allocations there have been, the library's and the host's.
    pub fn allocations(&self) -> u32 {
        self.state().kernel.allocations()
    }

    /// Checks what must hold when everything has been dropped: no block is left, every id that was
    /// given has been closed, exactly as often as it was given, and nothing was done in between
    /// that must not be done.
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
