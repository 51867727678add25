//! The expected state of a stream after every operation, whatever the host returns.
//!
//! The reference is the bytes that the host has returned: [`pattern`], as far as it has been delivered. A stream
//! returns them in order, buffers at most `N` bytes of them, and loses none except what a host returned beyond the
//! requested length and beyond those `N`; then it reports that at the exact position. The property tests run this, and
//! so does a fuzz target.

mod reading;
mod writing;

use super::host::{Call, Clock, Fault, Reply, Scripted};
use harness_wasi_sockets::embedded::{Shutdown, TcpStream};
use harness_wasi_sockets::{Error, Silence};
use std::time::Duration;

/// An action of the caller, the host, or the kernel.
#[derive(Debug, Clone)]
pub enum Op {
    Read(u32),
    Peek(u32),
    Fill,
    Consume(u32),
    ReadBlock(u32),
    Ready,
    Write(u32),
    WriteAll(u32),
    WriteBlock(u32),
    Shut(Shutdown),
    /// In milliseconds.
    Timeout(Option<u32>),
    /// The next result of the host.
    Reply(Reply),
    /// This fault happens after this many calls of the function.
    Break(Call, u8, Fault),
    /// The allocation fails after this many others, once or permanently.
    OutOfMemory(u8, bool),
    /// There is memory again.
    MemoryIsBack,
    Silence(Silence),
    ResetKernel,
    Clock(Clock),
}

/// Runs operations on a stream with a buffer of `N` bytes, and checks each.
#[track_caller]
pub fn run<const N: usize>(connecting: Option<Fault>, ops: &[Op]) {
    let host = Scripted::new(Clock::Real);
    if let Some(fault) = connecting {
        host.break_at(Call::TcpConnect, 1, fault);
    }
    match TcpStream::<N, _>::connect_in(host.clone(), "peer.example:80") {
        Ok(stream) => {
            let mut model = Model::new(host.clone(), stream);
            for op in ops {
                model.step(op);
            }
        }
        Err(error) => {
            assert_eq!(error, Error::ConnectFailed);
            assert!(connecting.is_some_and(|fault| fault != Fault::Says(1)));
        }
    }
    host.finish("when all is dropped");
}

struct Model<const N: usize> {
    host: Scripted,
    stream: TcpStream<N, Scripted>,
    /// How many of the returned bytes the caller has read.
    taken: usize,
    /// How many of the returned bytes a peek has shown.
    peeked: usize,
    /// The position from which bytes were lost, since the host returned more than fits.
    lost_at: Option<usize>,
    /// The error of a read after all remaining bytes: bytes are missing there.
    gap: Option<Error>,
    /// The stream was reported ready, because of its EOF.
    end_is_next: bool,
    shut_read: bool,
    shut_write: bool,
    /// A write has failed.
    failed: bool,
    timeout: Option<Duration>,
    sent: Vec<u8>,
}

impl<const N: usize> Model<N> {
    fn new(host: Scripted, stream: TcpStream<N, Scripted>) -> Self {
        Self {
            host,
            timeout: stream.read_timeout(),
            stream,
            taken: 0,
            peeked: 0,
            lost_at: None,
            gap: None,
            end_is_next: false,
            shut_read: false,
            shut_write: false,
            failed: false,
            sent: Vec::new(),
        }
    }

    /// Returns how many bytes the caller can get without a host call.
    fn buffered(&self) -> usize {
        self.lost_at.unwrap_or(self.host.given()) - self.taken
    }

    #[track_caller]
    fn step(&mut self, op: &Op) {
        let calls = self.host.calls(Call::TcpRecv);
        let lost = self.lost_at.is_some();
        let sent = self.sent.len();
        let before = self.before();
        self.host.state().nothings.clear();
        match *op {
            Op::Read(n) => self.read(n as usize),
            Op::Peek(n) => self.peek(n as usize),
            Op::Fill => self.fill(),
            Op::Consume(n) => {
                self.stream.consume(n as usize);
                self.taken += self.buffered().min(n as usize);
            }
            Op::ReadBlock(n) => self.read_block(n as usize),
            Op::Ready => self.ready(),
            Op::Write(n) => self.write(n as usize),
            Op::WriteAll(n) => self.write_all(n as usize),
            Op::WriteBlock(n) => self.write_block(n as usize),
            Op::Shut(how) => self.shut(how),
            Op::Timeout(ms) => self.set_timeout(ms),
            Op::Reply(ref reply) => self.host.state().tcp.push_back(reply.clone()),
            Op::Break(call, after, fault) => self.host.break_at(call, u32::from(after) + 1, fault),
            Op::OutOfMemory(after, for_good) => {
                self.host.out_of_memory(u32::from(after) + 1, for_good);
            }
            Op::MemoryIsBack => self.host.memory_is_back(),
            Op::Silence(silence) => self.stream.set_silence(silence),
            Op::ResetKernel => self.host.reset_kernel(),
            Op::Clock(clock) => self.host.state().clock = clock,
        }
        if self.lost_at.is_none() && self.host.given() - self.taken > N {
            self.lost_at = Some(self.taken + N);
            self.gap = Some(Error::Overrun);
        }
        let received = self.host.calls(Call::TcpRecv) > before.calls;
        if received && self.memory_is_missing(before) && !self.shut_read {
            self.lost_at.get_or_insert(self.host.given());
            self.gap.get_or_insert(Error::OutOfMemory);
        }
        let asked = self.host.calls(Call::TcpRecv) - calls;
        // An hour of waits, and those whose duration a clock has shown.
        let nothings = self.host.state().nothings.clone();
        let told = nothings.iter().filter(|took| !took.is_zero()).count();
        assert!(asked as usize <= 720 + told, "asked {asked} times");
        assert!(asked == 0 || !lost, "asked for more behind a gap");
        assert_eq!(self.host.live_blocks(), 0, "blocks left over after {op:?}");
        let state = self.host.state();
        assert_eq!(state.wrongs(), Vec::<String>::new(), "after {op:?}");
        let closed = state.still_open().is_empty();
        assert_eq!(closed, self.shut_read && self.shut_write, "after {op:?}");
        // The bytes before that were compared after an earlier operation.
        let same = state.sent.len() == self.sent.len() && state.sent[sent..] == self.sent[sent..];
        assert!(same, "other bytes sent than written, after {op:?}");
    }

    fn before(&self) -> Before {
        let buffered = self.buffered();
        let state = self.host.state();
        Before {
            calls: state.calls(Call::TcpRecv),
            given: state.given,
            buffered,
            gap: self.gap,
            undelivered: state.undelivered,
            allocations_failed: state.kernel.failed,
        }
    }

    fn shut(&mut self, how: Shutdown) {
        self.stream.shutdown(how);
        self.shut_read |= how != Shutdown::Write;
        self.shut_write |= how != Shutdown::Read;
    }

    #[track_caller]
    fn set_timeout(&mut self, ms: Option<u32>) {
        let timeout = ms.map(|ms| Duration::from_millis(ms.into()));
        let result = self.stream.set_read_timeout(timeout);
        if ms == Some(0) {
            assert_eq!(result, Err(Error::InvalidInput));
        } else {
            assert_eq!(result, Ok(()));
            self.timeout = timeout;
        }
    }
}

/// The state before an operation.
#[derive(Clone, Copy)]
struct Before {
    calls: u32,
    given: usize,
    buffered: usize,
    gap: Option<Error>,
    undelivered: u32,
    allocations_failed: u32,
}
