//! A TCP connection of the soak, to a server that echoes.

use super::bytes::{Digest, fill};
use super::{Outcome, Shared, Step};
use harness_wasi_sockets::TcpStream;
use std::io::{ErrorKind, IoSlice, Read, Write};
use std::time::Duration;

/// The maximum bytes in transit: they must fit into the buffers up to the server, which reads nothing while its own
/// write waits.
const MOST_ON_THE_WAY: u64 = 32_768;
/// Far longer than any fault lasts.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Stream {
    stream: TcpStream,
    key: u64,
    sent: u64,
    received: u64,
    sent_digest: Digest,
    received_digest: Digest,
    /// A write has failed: there will be no more writes.
    ending: bool,
}

impl Stream {
    pub fn open(address: &str, shared: &mut Shared) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Stream {
            stream,
            key: shared.random.next(),
            sent: 0,
            received: 0,
            sent_digest: Digest::EMPTY,
            received_digest: Digest::EMPTY,
            ending: false,
        })
    }

    fn on_the_way(&self) -> u64 {
        self.sent - self.received
    }

    /// Does one operation, and returns whether the connection is still usable.
    pub fn step(&mut self, shared: &mut Shared) -> (Step, bool) {
        if self.ending {
            let outcome = self.drain(shared);
            return (
                Step {
                    what: "drain",
                    outcome,
                },
                false,
            );
        }
        let room = MOST_ON_THE_WAY - self.on_the_way();
        let (what, outcome) = match shared.random.below(200) {
            0..80 if room > 0 => ("write", self.write(shared, room)),
            80..160 if self.on_the_way() > 0 => ("read", self.read(shared)),
            160..180 if self.on_the_way() > 0 => ("peek", self.peek(shared)),
            180..190 => ("clone", self.replace()),
            190..192 if self.on_the_way() == 0 => ("wait", self.wait()),
            192..198 => {
                let outcome = self.drain(shared);
                let what = "drain";
                return (Step { what, outcome }, false);
            }
            // Everything in transit is lost.
            198 => {
                let (what, outcome) = ("abandon", Outcome::Ok);
                return (Step { what, outcome }, false);
            }
            _ => ("rest", Outcome::Ok),
        };
        // After a failed write, earlier data must still arrive.
        self.ending = what == "write" && !matches!(outcome, Outcome::Ok);
        let open = self.ending || matches!(outcome, Outcome::Ok);
        (Step { what, outcome }, open)
    }

    fn write(&mut self, shared: &mut Shared, room: u64) -> Outcome {
        let size = shared.random.size(room.min(20_000) as usize);
        let bytes = &mut shared.expected[..size];
        fill(self.key, self.sent, bytes);
        let written = if shared.random.below(4) == 0 {
            let (one, other) = bytes.split_at(shared.random.below(size));
            let slices = [IoSlice::new(one), IoSlice::new(&[]), IoSlice::new(other)];
            self.stream.write_vectored(&slices)
        } else {
            self.stream.write(bytes)
        };
        match written {
            Ok(n) => {
                assert!((1..=size).contains(&n), "{n} of {size} bytes written");
                self.sent_digest.add(&bytes[..n]);
                self.sent += n as u64;
                shared.sent += n as u64;
                Outcome::Ok
            }
            Err(error) => error.into(),
        }
    }

    fn read(&mut self, shared: &mut Shared) -> Outcome {
        let size = shared.random.size(20_000);
        match self.stream.read(&mut shared.got[..size]) {
            Ok(0) => Outcome::End,
            Ok(n) => {
                self.check(shared, n);
                self.received += n as u64;
                self.received_digest.add(&shared.got[..n]);
                shared.checked += n as u64;
                Outcome::Ok
            }
            Err(error) => error.into(),
        }
    }

    fn peek(&mut self, shared: &mut Shared) -> Outcome {
        let most = self.on_the_way().min(4_096) as usize;
        let size = 1 + shared.random.below(most);
        match self.stream.peek(&mut shared.got[..size]) {
            Ok(0) => Outcome::End,
            Ok(n) => {
                self.check(shared, n);
                Outcome::Ok
            }
            Err(error) => error.into(),
        }
    }

    /// Checks that the `n` received bytes are the next of the stream.
    fn check(&self, shared: &mut Shared, n: usize) {
        assert!(n as u64 <= self.on_the_way(), "{n} bytes, some invented");
        let expected = &mut shared.expected[..n];
        fill(self.key, self.received, expected);
        let wrong = expected.iter().zip(&shared.got).position(|(a, b)| a != b);
        assert_eq!(wrong, None, "bytes from {} of {n}", self.received);
    }

    /// Replaces the stream with a clone.
    fn replace(&mut self) -> Outcome {
        match self.stream.try_clone() {
            Ok(clone) => {
                self.stream = clone;
                Outcome::Ok
            }
            Err(error) => error.into(),
        }
    }

    /// Reads when no data is expected: that must time out, without bytes or EOF.
    fn wait(&mut self) -> Outcome {
        let impatient = self.stream.set_read_timeout(Some(Duration::from_millis(1)));
        impatient.expect("a timeout");
        let read = self.stream.read(&mut [0; 16]);
        let patient = self.stream.set_read_timeout(Some(PATIENCE));
        patient.expect("a timeout");
        match read {
            Ok(0) => Outcome::End,
            Ok(n) => panic!("{n} bytes that nobody has sent"),
            Err(error) if error.kind() == ErrorKind::TimedOut => Outcome::Ok,
            Err(error) => error.into(),
        }
    }

    /// Reads everything that is still to arrive.
    pub fn drain(&mut self, shared: &mut Shared) -> Outcome {
        while self.on_the_way() > 0 {
            match self.read(shared) {
                Outcome::Ok => {}
                other => return other,
            }
        }
        assert_eq!(self.sent_digest, self.received_digest);
        shared.digests += 1;
        Outcome::Ok
    }
}
