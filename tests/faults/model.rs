//! What a stream must be like after every operation, whatever the host answers.
//!
//! The reference is the stream of bytes that the host gave: [`pattern`], as far as it has been given.
//! A stream hands it out in order, keeps at most `N` bytes of it, and loses none but what a host
//! gave beyond what was asked for and beyond those `N`; then it says so at the very place. The
//! property tests run this, and so does a fuzz target.

use super::host::{Call, Clock, Fault, HOST_WAIT, Reply, Scripted, pattern};
use embedded_io::{BufRead, Read, ReadReady, Write};
use harness_wasi_sockets::embedded::{Shutdown, TcpStream};
use harness_wasi_sockets::{Block, Error};
use std::time::Duration;

/// The most bytes of one call to the host.
const MOST_PER_CALL: usize = 65_536;

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
    /// The allocation after so many others fails.
    OutOfMemory(u8),
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
    /// From where on bytes were lost, since the host gave more than there is room for.
    lost_at: Option<usize>,
    /// Whether the host's last answer to a receive was nothing.
    nothing: bool,
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
            lost_at: None,
            nothing: false,
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
        self.host.state().nothings = Default::default();
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
            Op::OutOfMemory(after) => self.host.out_of_memory(u32::from(after) + 1, false),
            Op::ResetKernel => self.host.reset_kernel(),
            Op::Clock(clock) => self.host.state().clock = clock,
        }
        if self.lost_at.is_none() && self.host.given() - self.taken > N {
            self.lost_at = Some(self.taken + N);
        }
        let asked = self.host.calls(Call::TcpRecv) - calls;
        assert!(asked <= 720, "asked {asked} times");
        assert!(asked == 0 || !lost, "asked for more behind a gap");
        let nothings = self.host.state().nothings;
        if asked > 0 {
            self.nothing = nothings.at_once + nothings.after_a_wait == asked;
        }
        assert_eq!(self.host.live_blocks(), 0, "blocks left over after {op:?}");
        let state = self.host.state();
        assert_eq!(state.wrongs(), Vec::<String>::new(), "after {op:?}");
        let closed = state.still_open().is_empty();
        assert_eq!(closed, self.shut_read && self.shut_write, "after {op:?}");
        // What is in front of that has been compared after an earlier operation.
        let same = state.sent.len() == self.sent.len() && state.sent[sent..] == self.sent[sent..];
        assert!(same, "other bytes sent than written, after {op:?}");
    }

    /// Checks bytes that the caller was shown.
    #[track_caller]
    fn shown(&self, bytes: &[u8]) {
        let expected = (self.taken..).map(pattern);
        assert!(bytes.iter().copied().eq(expected.take(bytes.len())));
        assert!(bytes.len() <= self.host.given() - self.taken);
    }

    /// Checks that a read had reason to say this instead of giving a byte. `None` is the end.
    #[track_caller]
    fn no_bytes(&self, before: Before, error: Option<Error>) {
        let asked = self.host.calls(Call::TcpRecv) - before.calls;
        let nothings = self.host.state().nothings;
        let clock = self.host.state().clock;
        assert_eq!(self.host.given(), before.given, "bytes came, and {error:?}");
        if self.shut_read {
            assert_eq!((error, asked), (None, 0), "the read half is shut");
            return;
        }
        assert_eq!(before.buffered, 0, "bytes are there, and {error:?}");
        if self.lost_at.is_some() {
            assert_eq!((error, asked), (Some(Error::Overrun), 0));
            return;
        }
        assert_eq!(asked, nothings.at_once + nothings.after_a_wait);
        let waits = HOST_WAIT * nothings.after_a_wait;
        match error {
            None if clock == Clock::Real => assert_eq!(nothings.at_once, 1),
            None => {
                let for_ever = Duration::from_secs(3_600);
                let timeout = self.timeout.unwrap_or(for_ever).min(for_ever);
                let most = timeout.as_micros().div_ceil(HOST_WAIT.as_micros()).max(1);
                assert_eq!(u128::from(asked), most, "waits without a clock");
            }
            Some(Error::TimedOut) => {
                let timeout = self.timeout.expect("a timeout");
                let slack = HOST_WAIT / 16;
                assert_eq!((clock, nothings.at_once), (Clock::Real, 0));
                // The clock has gone on a little by being read.
                let readings = Duration::from_millis(1);
                assert!(waits + slack + readings >= timeout, "too early");
                let late = nothings.after_a_wait > 1 && waits - HOST_WAIT + slack >= timeout;
                assert!(!late, "too late");
            }
            Some(error) => panic!("{error:?} for no reason"),
        }
    }

    fn before(&self) -> Before {
        Before {
            calls: self.host.calls(Call::TcpRecv),
            given: self.host.given(),
            buffered: self.buffered(),
            allocations_failed: self.host.state().kernel.failed,
        }
    }

    /// Checks the outcome of a read, a peek or a look at the buffer, that may show this many bytes.
    #[track_caller]
    fn outcome(&self, before: Before, bytes: Result<&[u8], Error>, wanted: usize) {
        match bytes {
            Ok([]) if wanted == 0 => {
                assert_eq!(self.host.calls(Call::TcpRecv), before.calls);
            }
            Ok([]) => self.no_bytes(before, None),
            Err(error) => self.no_bytes(before, Some(error)),
            Ok(bytes) => {
                assert!(!self.shut_read, "bytes of a half that is shut");
                self.shown(bytes);
            }
        }
    }

    #[track_caller]
    fn read(&mut self, n: usize) {
        let before = self.before();
        let mut into = vec![0; n];
        let result = self.stream.read(&mut into);
        self.outcome(before, result.map(|n| &into[..n]), n);
        let read = result.unwrap_or(0);
        if read > 0 {
            let there = self.host.given() - self.taken;
            let there = if before.buffered > 0 {
                assert_eq!(self.host.calls(Call::TcpRecv), before.calls, "asked early");
                before.buffered
            } else {
                there
            };
            assert_eq!(read, n.min(there));
            self.taken += read;
        }
    }

    #[track_caller]
    fn peek(&mut self, n: usize) {
        let before = self.before();
        let mut into = vec![0; n];
        let result = self.stream.peek(&mut into);
        self.outcome(before, result.map(|n| &into[..n]), n);
        if result.is_ok_and(|peeked| peeked > 0) {
            assert_eq!(result, Ok(n.min(N).min(self.buffered())));
            let asked = self.host.calls(Call::TcpRecv) - before.calls;
            assert!(before.buffered == 0 || asked <= 1, "asked {asked} times");
        }
    }

    #[track_caller]
    fn fill(&mut self) {
        let before = self.before();
        let result = self.stream.fill_buf().map(<[u8]>::to_vec);
        let bytes = result.as_deref().map_err(|error| *error);
        self.outcome(before, bytes, N);
        if before.buffered > 0 {
            assert_eq!(self.host.calls(Call::TcpRecv), before.calls, "asked early");
        }
    }

    #[track_caller]
    fn read_block(&mut self, n: usize) {
        let before = self.before();
        let result = self.stream.read_block(n);
        if let Err(Error::OutOfMemory) = result {
            assert!(before.buffered > 0);
            assert!(self.host.state().kernel.failed > before.allocations_failed);
            return;
        }
        let block = result.map(|block| {
            block.map_or(Vec::new(), |block| {
                let mut bytes = vec![0; block.len() as usize];
                assert_eq!(block.load(0, &mut bytes), bytes.len());
                bytes
            })
        });
        let bytes = block.as_deref().map_err(|error| *error);
        self.outcome(before, bytes, usize::MAX);
        if before.buffered > 0 && block.as_ref().is_ok_and(|bytes| bytes.len() > n.max(1)) {
            panic!("more than was asked for of what is there");
        }
        self.taken += block.map_or(0, |bytes| bytes.len());
    }

    #[track_caller]
    fn ready(&mut self) {
        let known = self.buffered() > 0 || self.shut_read || self.lost_at.is_some();
        match self.stream.read_ready() {
            Ok(true) => assert!(known || self.nothing, "ready, and nobody knows why"),
            other => assert_eq!((other, known), (Ok(false), false)),
        }
    }

    /// Checks the outcome of one write of `data`, which may be sent whole.
    #[track_caller]
    fn written(&mut self, before: Before, calls: u32, data: &[u8], result: Result<usize, Error>) {
        let asked = self.host.calls(Call::TcpSend) - calls;
        match result {
            Ok(n) => {
                assert!(!self.shut_write);
                assert_eq!(asked, u32::from(!data.is_empty()));
                assert!(n <= data.len() && (n > 0 || data.is_empty()));
                self.sent.extend_from_slice(&data[..n]);
            }
            Err(Error::Shutdown) => assert_eq!((self.shut_write, asked), (true, 0)),
            Err(Error::OutOfMemory) => {
                assert_eq!(asked, 0);
                assert!(self.host.state().kernel.failed > before.allocations_failed);
            }
            Err(Error::SendFailed) => {
                assert_eq!((self.shut_write, asked), (false, 1));
                self.shut_write = true;
            }
            Err(error) => panic!("{error:?} for no reason"),
        }
    }

    #[track_caller]
    fn write(&mut self, n: usize) {
        let (before, calls) = (self.before(), self.host.calls(Call::TcpSend));
        let data = self.data(n);
        let result = self.stream.write(&data);
        self.written(before, calls, &data[..n.min(MOST_PER_CALL)], result);
    }

    #[track_caller]
    fn write_block(&mut self, n: usize) {
        let (before, calls) = (self.before(), self.host.calls(Call::TcpSend));
        let data = self.data(n.max(1));
        let Ok(block) = Block::copy_of_in(self.host.clone(), &data) else {
            return;
        };
        let result = self.stream.write_block(&block);
        self.written(before, calls, &data, result.map(|n| n as usize));
    }

    #[track_caller]
    fn write_all(&mut self, n: usize) {
        let data = self.data(n);
        let result = self.stream.write_all(&data);
        let sent = self.host.state().sent[self.sent.len()..].to_vec();
        assert!(data.starts_with(&sent), "sent {} bytes", sent.len());
        self.sent.extend(&sent);
        match result {
            Ok(()) => assert_eq!(sent.len(), n),
            Err(Error::Shutdown) => assert!(self.shut_write && sent.is_empty()),
            Err(Error::SendFailed) => self.shut_write = true,
            Err(error) => assert_eq!(error, Error::OutOfMemory),
        }
    }

    /// What to write next: it differs from what was written before.
    fn data(&self, n: usize) -> Vec<u8> {
        let from = self.sent.len();
        (from..from + n).map(|at| pattern(at) ^ 0x5a).collect()
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
    allocations_failed: u32,
}
