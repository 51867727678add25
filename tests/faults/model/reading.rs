//! The allowed outcomes of a read, a peek or a look at the buffer.

use super::super::host::{Call, Clock, HOST_WAIT, pattern};
use super::{Before, Model};
use harness_wasi_sockets::{Error, Silence};
use std::time::Duration;

/// A shorter duration counts as at once.
const AT_ONCE: Duration = Duration::from_millis(50);
/// More than a step of the coarsest clock.
const COARSE: Duration = Duration::from_millis(16);
/// How long "forever" is without a clock.
const WITHOUT_END: Duration = Duration::from_secs(3_600);

impl<const N: usize> Model<N> {
    /// Checks bytes that the caller was shown.
    #[track_caller]
    fn shown(&self, bytes: &[u8]) {
        let expected = (self.taken..).map(pattern);
        assert!(bytes.iter().copied().eq(expected.take(bytes.len())));
        assert!(bytes.len() <= self.host.given() - self.taken);
    }

    /// Checks that a read had a reason to return this instead of data. `None` is EOF.
    #[track_caller]
    fn no_bytes(&mut self, before: Before, error: Option<Error>) {
        let asked = self.host.calls(Call::TcpRecv) - before.calls;
        assert_eq!(self.host.given(), before.given, "bytes came, and {error:?}");
        if self.shut_read {
            assert_eq!((error, asked), (None, 0), "the read half is shut");
            return;
        }
        assert_eq!(before.buffered, 0, "bytes are there, and {error:?}");
        if let Some(gap) = before.gap {
            assert_eq!((error, asked), (Some(gap), 0), "behind a gap");
        } else if std::mem::take(&mut self.end_is_next) {
            assert_eq!((error, asked), (None, 0), "it was said to be ready");
        } else if self.memory_is_missing(before) {
            assert_eq!(error, Some(Error::OutOfMemory));
        } else {
            self.no_bytes_from_the_host(error);
        }
    }

    /// Goes through the host's results, and checks that the last of them, and no earlier one, was the reason to return
    /// this.
    #[track_caller]
    fn no_bytes_from_the_host(&self, error: Option<Error>) {
        let state = self.host.state();
        let (clock, nothings) = (state.clock, &state.nothings);
        let timeout = self.timeout.unwrap_or(Duration::MAX);
        let coarse = matches!(clock, Clock::Coarse(_));
        // How far the library's measurement may be from this one.
        let blur = if coarse {
            COARSE
        } else {
            Duration::from_millis(1)
        };
        let mut waited = Duration::ZERO;
        for (i, took) in nothings.iter().enumerate() {
            let last = i + 1 == nothings.len();
            let what = || format!("{error:?} after {nothings:?}[..={i}], {clock:?}, {timeout:?}");
            let soon = *took < AT_ONCE;
            if soon && clock.shows_ends() {
                assert!(last && error.is_none(), "{}: an end", what());
                continue;
            }
            if soon && coarse && last && error.is_none() {
                // Its step happened just then.
                continue;
            }
            let told = !soon && clock.shows_waits();
            let (wait, most, slack, verdict) = if told {
                (*took, Duration::MAX, *took / 16, Some(Error::TimedOut))
            } else {
                let silent =
                    (self.stream.silence() == Silence::TimedOut).then_some(Error::TimedOut);
                (HOST_WAIT, WITHOUT_END, Duration::ZERO, silent)
            };
            waited += wait;
            let timeout = timeout.min(most);
            let blur = blur * (i as u32 + 1);
            let may_stop = waited + slack + blur >= timeout;
            let must_stop = waited + slack >= timeout.saturating_add(blur);
            assert!(!must_stop || last, "{}: too late", what());
            assert!(
                !last || may_stop && error == verdict,
                "{}: too early, or {verdict:?}",
                what()
            );
        }
        assert!(
            !nothings.is_empty(),
            "{error:?}, and the host was not asked"
        );
    }

    /// Returns whether a look has since shown that the kernel had no memory for possibly received data.
    pub(super) fn memory_is_missing(&self, before: Before) -> bool {
        let state = self.host.state();
        let undelivered = state.undelivered - before.undelivered;
        state.kernel.failed - before.allocations_failed > undelivered
    }

    /// Checks the outcome of a read, a peek or a look at the buffer, that may show this many bytes.
    #[track_caller]
    fn outcome(&mut self, before: Before, bytes: Result<&[u8], Error>, wanted: usize) {
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
        // A read ends where the buffered bytes are no longer contiguous.
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
        if result
            .as_ref()
            .is_err_and(|error| *error == Error::OutOfMemory)
            && before.buffered > 0
        {
            assert!(self.host.state().kernel.failed > before.allocations_failed);
            return;
        }
        let block = result.map(|block| {
            block.map_or(Vec::new(), |block| {
                let mut bytes = vec![0; block.len()];
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

    /// It calls the host at most once, and its result is true of the next read.
    #[track_caller]
    pub(super) fn ready(&mut self) {
        let before = self.before();
        let known =
            before.buffered > 0 || self.shut_read || before.gap.is_some() || self.end_is_next;
        let ready = self.stream.read_ready().unwrap();
        let asked = self.host.calls(Call::TcpRecv) - before.calls;
        assert_eq!(asked, u32::from(!known), "asks");
        if known || self.host.given() > before.given || self.memory_is_missing(before) {
            assert!(ready, "there is something to read");
            return;
        }
        let state = self.host.state();
        let at_once = state.nothings.iter().all(|took| *took < AT_ONCE);
        if ready {
            assert!(at_once || !state.clock.shows_waits(), "a silence is no end");
            self.end_is_next = true;
        } else {
            assert!(!(at_once && state.clock.shows_ends()), "an end is an end");
        }
    }
}
