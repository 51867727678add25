//! What a stream must be like after every operation, whatever the host answers.
//!
//! The reference is the stream of bytes that the host gave: [`pattern`], as far as it has been given.
//! A stream hands it out in order, keeps at most `N` bytes of it, and loses none but what a host
//! gave beyond what was asked for and beyond those `N`; then it says so at the very place. The
//! property tests run this, and so does a fuzz target.

mod reading;
mod writing;

use super::host::{Call, Clock, Fault, Reply, Scripted};
use harness_wasi_sockets::embedded::{Shutdown, TcpStream};
use harness_wasi_sockets::{Error, Silence};
use std::time::Duration;

/// What the caller does, or the host, or the kernel.
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
    /// What comes next.
    Reply(Reply),
    /// What goes wrong at the call after so many others.
    Break(Call, u8, Fault),
    /// The allocation after so many others fails, or that and all later ones.
    OutOfMemory(u8, bool),
    /// There is memory again.
    MemoryIsBack,
    Silence(Silence),
    ResetKernel,
    Clock(Clock),
}

/// Runs operations on a stream that keeps `N` bytes, and checks each.
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
    /// How much of what was given the caller has taken.
    taken: usize,
    /// How much of what was given a peek has shown.
    peeked: usize,
    /// From where on bytes were lost, since the host gave more than there is room for.
    lost_at: Option<usize>,
    /// What a read behind all bytes that are left must say: bytes are missing there.
    gap: Option<Error>,
    /// It was said to be ready, for its end.
    end_is_next: bool,
    shut_read: bool,
    shut_write: bool,
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
            sent: Vec::new(),
        }
    }

    /// How many bytes there are for the caller without asking the host.
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
        // An hour of waits, and those whose length a clock has told.
        let nothings = self.host.state().nothings.clone();
        let told = nothings.iter().filter(|took| !took.is_zero()).count();
        assert!(asked as usize <= 720 + told, "asked {asked} times");
        assert!(asked == 0 || !lost, "asked for more behind a gap");
        assert_eq!(self.host.live_blocks(), 0, "blocks left over after {op:?}");
        let state = self.host.state();
        assert_eq!(state.wrongs(), Vec::<String>::new(), "after {op:?}");
        let closed = state.still_open().is_empty();
        assert_eq!(closed, self.shut_read && self.shut_write, "after {op:?}");
        // What is in front of that has been compared after an earlier operation.
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

/// How things were before an operation.
#[derive(Clone, Copy)]
struct Before {
    calls: u32,
    given: usize,
    buffered: usize,
    gap: Option<Error>,
    undelivered: u32,
    allocations_failed: u32,
}
