//! A UDP socket of the soak, to a server that echoes.

use super::bytes::{Digest, fill};
use super::{Outcome, Shared, Step};
use harness_wasi_sockets::UdpSocket;
use std::collections::VecDeque;
use std::time::Duration;

/// The maximum bytes of datagrams in transit, of all sockets together.
const MOST_IN_FLIGHT: usize = 24_000;
/// The overhead of a datagram in a buffer.
const OVERHEAD: usize = 1_000;
/// The maximum number of datagrams in transit, of one socket.
const MOST_DATAGRAMS: usize = 4;
/// Far longer than any fault lasts.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Socket {
    socket: UdpSocket,
    key: u64,
    sent: u64,
    /// The number, the length and the digest of each datagram that has not come back.
    owed: VecDeque<(u64, usize, Digest)>,
}

impl Socket {
    pub fn open(address: &str, shared: &mut Shared) -> std::io::Result<Self> {
        let socket = UdpSocket::connect(address)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        Ok(Socket {
            socket,
            key: shared.random.next(),
            sent: 0,
            owed: VecDeque::with_capacity(MOST_DATAGRAMS),
        })
    }

    /// Returns the maximum that its datagrams take in the echo server's buffer.
    pub fn in_flight(&self) -> usize {
        self.owed.iter().map(|(_, len, _)| len + OVERHEAD).sum()
    }

    /// Does one operation, and returns whether the socket is still usable.
    pub fn step(&mut self, shared: &mut Shared) -> (Step, bool) {
        let (what, outcome) = match shared.random.below(100) {
            0..45 if self.owed.len() < MOST_DATAGRAMS => ("send", self.send(shared)),
            45..90 if !self.owed.is_empty() => ("recv", self.receive(shared, false)),
            90..97 if !self.owed.is_empty() => ("peek", self.receive(shared, true)),
            97 => {
                let outcome = self.drain(shared);
                let what = "drain";
                return (Step { what, outcome }, false);
            }
            _ => ("rest", Outcome::Ok),
        };
        let open = matches!(outcome, Outcome::Ok);
        (Step { what, outcome }, open)
    }

    fn send(&mut self, shared: &mut Shared) -> Outcome {
        let size = shared.random.size(60_000);
        let takes = size + OVERHEAD;
        if shared.in_flight > 0 && shared.in_flight + takes > MOST_IN_FLIGHT {
            return Outcome::Ok;
        }
        let datagram = &mut shared.expected[..size];
        fill(self.key.wrapping_add(self.sent), 0, datagram);
        match self.socket.send(datagram) {
            Ok(n) => {
                assert_eq!(n, size, "a datagram is sent whole");
                let mut digest = Digest::EMPTY;
                digest.add(datagram);
                self.owed.push_back((self.sent, size, digest));
                self.sent += 1;
                shared.sent += size as u64;
                shared.in_flight += takes;
                Outcome::Ok
            }
            Err(error) => error.into(),
        }
    }

    /// Receives the next datagram, or peeks at it; sometimes with a buffer that is too small.
    fn receive(&mut self, shared: &mut Shared, peek: bool) -> Outcome {
        let Some((number, len, digest)) = self.owed.front().copied() else {
            return Outcome::Ok;
        };
        let room = if shared.random.below(8) == 0 {
            1 + shared.random.below(len)
        } else {
            65_535
        };
        let got = &mut shared.got[..room];
        let received = if peek {
            self.socket.peek(got)
        } else {
            self.socket.recv(got)
        };
        let n = match received {
            Ok(n) => n,
            Err(error) => return error.into(),
        };
        assert_eq!(n, len.min(room), "the length of datagram {number}");
        let expected = &mut shared.expected[..n];
        fill(self.key.wrapping_add(number), 0, expected);
        assert!(got[..n] == *expected, "datagram {number} is another");
        if !peek {
            if n == len {
                let mut received = Digest::EMPTY;
                received.add(&got[..n]);
                assert_eq!(received, digest);
                shared.digests += 1;
            }
            shared.checked += n as u64;
            shared.in_flight -= len + OVERHEAD;
            self.owed.pop_front();
        }
        Outcome::Ok
    }

    /// Receives everything that is still to arrive.
    pub fn drain(&mut self, shared: &mut Shared) -> Outcome {
        while !self.owed.is_empty() {
            match self.receive(shared, false) {
                Outcome::Ok => {}
                other => return other,
            }
        }
        Outcome::Ok
    }
}
