//! The allowed outcomes of a write.

use super::super::host::{Call, pattern};
use super::{Before, Model};
use harness_wasi_sockets::{Block, Error};

/// The most bytes of one call to the host.
const MOST_PER_CALL: usize = 65_536;

impl<const N: usize> Model<N> {
    /// Checks the outcome of one write of `data`, which may be sent whole.
    #[track_caller]
    fn written(&mut self, before: Before, calls: u32, data: &[u8], result: Result<usize, Error>) {
        let asked = self.host.calls(Call::TcpSend) - calls;
        match result {
            Ok(n) => {
                assert!(!self.refuses());
                assert_eq!(asked, u32::from(!data.is_empty()));
                assert!(n <= data.len() && (n > 0 || data.is_empty()));
                self.sent.extend_from_slice(&data[..n]);
            }
            Err(Error::Shutdown) => assert_eq!((self.refuses(), asked), (true, 0)),
            Err(Error::OutOfMemory) => {
                assert_eq!(asked, 0);
                assert!(self.host.state().kernel.failed > before.allocations_failed);
            }
            Err(Error::SendFailed) => {
                assert_eq!((self.refuses(), asked), (false, 1));
                self.failed = true;
            }
            Err(error) => panic!("{error:?} for no reason"),
        }
    }

    #[track_caller]
    pub(super) fn write(&mut self, n: usize) {
        let (before, calls) = (self.before(), self.host.calls(Call::TcpSend));
        let data = self.data(n);
        let result = self.stream.write(&data);
        self.written(before, calls, &data[..n.min(MOST_PER_CALL)], result);
    }

    #[track_caller]
    pub(super) fn write_block(&mut self, n: usize) {
        let (before, calls) = (self.before(), self.host.calls(Call::TcpSend));
        let data = self.data(n.max(1));
        let Ok(block) = Block::copy_of_in(self.host.clone(), &data) else {
            return;
        };
        let result = self.stream.write_block(&block);
        self.written(before, calls, &data, result);
    }

    #[track_caller]
    pub(super) fn write_all(&mut self, n: usize) {
        let data = self.data(n);
        let result = self.stream.write_all(&data);
        let sent = self.host.state().sent[self.sent.len()..].to_vec();
        assert!(data.starts_with(&sent), "sent {} bytes", sent.len());
        self.sent.extend(&sent);
        match result {
            Ok(()) => assert_eq!(sent.len(), n),
            Err(Error::Shutdown) => assert!(self.refuses() && sent.is_empty()),
            Err(Error::SendFailed) => self.failed = true,
            Err(error) => assert_eq!(error, Error::OutOfMemory),
        }
    }

    /// Whether no write is possible any more.
    fn refuses(&self) -> bool {
        self.shut_write || self.failed
    }

    /// Returns the data of the next write: it differs from earlier data.
    fn data(&self, n: usize) -> Vec<u8> {
        let from = self.sent.len();
        (from..from + n).map(|at| pattern(at) ^ 0x5a).collect()
    }
}
