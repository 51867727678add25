//! The peers: their addresses, and how to send them commands through a host that may misbehave in any way.

use crate::calls::{self, Block, Kind};
use std::cell::Cell;

/// The maximum number of attempts.
const TRIES: u32 = 3;

/// The addresses in the line of `kit peers`, as text.
pub struct Peers {
    pub tcp: String,
    pub udp: String,
    /// A port without a listener.
    pub closed_tcp: String,
    pub closed_udp: String,
    /// On `::1`, if the peers' machine has it.
    pub tcp6: Option<String>,
    pub udp6: Option<String>,
    /// Whether to ask for the time over UDP.
    over_udp: Cell<bool>,
}

impl Peers {
    pub fn parse(line: &str) -> Option<Self> {
        let value = |key: &str| {
            let mut pairs = line
                .split_whitespace()
                .filter_map(|word| word.split_once('='));
            Some(pairs.find(|(k, _)| *k == key)?.1.to_owned())
        };
        Some(Self {
            tcp: value("tcp")?,
            udp: value("udp")?,
            closed_tcp: value("closed-tcp")?,
            closed_udp: value("closed-udp")?,
            tcp6: value("tcp6"),
            udp6: value("udp6"),
            over_udp: Cell::new(true),
        })
    }

    /// Returns the port of the TCP peer.
    pub fn port(&self) -> &str {
        self.tcp.rsplit(':').next().unwrap_or_default()
    }

    /// Opens a connection, and sends the peer a command.
    pub fn tell(&self, what: &str) -> Option<Connection> {
        let connection = Connection::open(Kind::Tcp, &self.tcp)?;
        connection
            .send_all(format!("{what}\n").as_bytes())
            .then_some(connection)
    }

    /// Sends a command, and returns the line that the peer replies.
    pub fn ask(&self, what: &str) -> Option<String> {
        let connection = self.tell(what)?;
        let mut answer = Vec::new();
        let mut silences = 0;
        while !answer.contains(&b'\n') {
            match connection.receive(1_000) {
                Some(more) => answer.extend(more),
                None if silences == TRIES => return None,
                None => silences += 1,
            }
        }
        let line = String::from_utf8(answer).ok()?;
        Some(line.lines().next()?.to_owned())
    }

    /// Returns the time of the peer's clock, in milliseconds: a host need not have a clock. Uses UDP, or TCP after UDP
    /// has failed once, since each attempt may take long.
    pub fn now(&self) -> Option<u64> {
        let over_udp = || {
            let connection = Connection::open(Kind::Udp, &self.udp)?;
            (0..TRIES).find_map(|_| {
                connection.send(b"!clock");
                let answer = connection.receive(100)?;
                String::from_utf8(answer).ok()?.parse().ok()
            })
        };
        let time = if self.over_udp.get() {
            over_udp()
        } else {
            None
        };
        self.over_udp.set(time.is_some());
        time.or_else(|| self.ask("clock")?.parse().ok())
    }
}

/// A connection of either kind, closed on drop.
pub struct Connection {
    pub kind: Kind,
    pub id: u32,
}

impl Connection {
    pub fn open(kind: Kind, address: &str) -> Option<Self> {
        let id = Block::new(address.as_bytes()).connect(kind);
        (id != 0).then_some(Self { kind, id })
    }

    pub fn send(&self, bytes: &[u8]) -> u32 {
        calls::send(self.kind, self.id, bytes)
    }

    /// Sends all bytes, in as many calls as needed.
    pub fn send_all(&self, mut bytes: &[u8]) -> bool {
        while !bytes.is_empty() {
            match self.send(bytes) as usize {
                0 => return false,
                sent => bytes = bytes.get(sent..).unwrap_or_default(),
            }
        }
        true
    }

    pub fn receive(&self, most: u32) -> Option<Vec<u8>> {
        calls::receive(self.kind, self.id, most)
    }

    /// Receives until `length` bytes have arrived, or until the host has no data for some time.
    pub fn receive_all(&self, length: usize) -> Vec<u8> {
        let mut got = Vec::new();
        let mut silences = 0;
        while got.len() < length && silences < TRIES {
            match self.receive(8_192) {
                Some(more) => got.extend(more),
                None => silences += 1,
            }
        }
        got
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        calls::close(self.kind, self.id);
    }
}

/// Returns the bytes that the peers send: a pattern in which positions are distinguishable.
pub fn pattern(length: usize) -> Vec<u8> {
    (0..length)
        .map(|i| (i ^ (i >> 8) ^ (i >> 16)) as u8)
        .collect()
}

/// Returns the peers' digest of bytes (FNV-1a), as text.
pub fn digest(bytes: &[u8]) -> String {
    let digest = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |digest, byte| {
            (digest ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
    format!("{} bytes, {digest:016x}", bytes.len())
}
