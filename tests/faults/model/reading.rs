//! What a read, a peek or a look at the buffer may come to.

use super::super::host::{Call, Clock, HOST_WAIT, pattern};
use super::{Before, Model};
use embedded_io::{BufRead, Read, ReadReady};
use harness_wasi_sockets::Error;
use std::time::Duration;

impl<const N: usize> Model<N> {
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
    pub(super) fn read(&mut self, n: usize) {
        let before = self.before();
        let mut into = vec![0; n];
        // A read ends where what is buffered lies side by side no longer.
        let shown = if before.buffered > 0 {
            self.stream.fill_buf().map_or(0, <[u8]>::len)
        } else {
            0
        };
        let result = self.stream.read(&mut into);
        self.outcome(before, result.map(|n| &into[..n]), n);
        let read = result.unwrap_or(0);
        if read > 0 {
            let there = self.host.given() - self.taken;
            let there = if before.buffered > 0 {
                assert_eq!(self.host.calls(Call::TcpRecv), before.calls, "asked early");
                shown
            } else {
                there
            };
            assert_eq!(read, n.min(there));
            self.taken += read;
        }
    }

    #[track_caller]
    pub(super) fn peek(&mut self, n: usize) {
        let before = self.before();
        let mut into = vec![0; n];
        let result = self.stream.peek(&mut into);
        self.outcome(before, result.map(|n| &into[..n]), n);
        if let Ok(peeked @ 1..) = result {
            assert_eq!(peeked, n.min(N).min(self.buffered()));
            let asked = self.host.calls(Call::TcpRecv) - before.calls;
            assert!(before.buffered == 0 || asked <= 1, "asked {asked} times");
            if before.buffered > 0 && asked > 0 {
                let known = self.taken + before.buffered;
                assert!(
                    self.peeked >= known,
                    "asked for more before it has shown all"
                );
            }
            self.peeked = self.taken + peeked;
        }
    }

    #[track_caller]
    pub(super) fn fill(&mut self) {
        let before = self.before();
        let result = self.stream.fill_buf().map(<[u8]>::to_vec);
        let bytes = result.as_deref().map_err(|error| *error);
        self.outcome(before, bytes, N);
        if before.buffered > 0 {
            assert_eq!(self.host.calls(Call::TcpRecv), before.calls, "asked early");
        }
    }

    #[track_caller]
    pub(super) fn read_block(&mut self, n: usize) {
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
    pub(super) fn ready(&mut self) {
        let known = self.buffered() > 0 || self.shut_read || self.lost_at.is_some();
        match self.stream.read_ready() {
            Ok(true) => assert!(known || self.nothing, "ready, and nobody knows why"),
            other => assert_eq!((other, known), (Ok(false), false)),
        }
    }
}
