//! The work, the same for all guests: it makes the calls that a user of each layer would make.

use crate::frame::{Job, MOST, Outcome};

/// The operations of a stream.
pub trait Stream: Sized {
    /// Connects.
    fn open(address: &str) -> Option<Self>;
    /// Writes all of `from`.
    fn write_whole(&mut self, from: &[u8]) -> Option<()>;
    /// Fills `into`.
    fn read_whole(&mut self, into: &mut [u8]) -> Option<()>;
    /// Reads once; 0 is end of stream.
    fn read_some(&mut self, into: &mut [u8]) -> Option<usize>;
    /// Writes these slices together.
    fn write_gathered(&mut self, slices: &[&[u8]; SLICES]) -> Option<()>;
}

/// The operations of a UDP socket.
pub trait Datagrams: Sized {
    /// Creates one for this peer.
    fn open(address: &str) -> Option<Self>;
    /// Sends a datagram.
    fn send(&mut self, datagram: &[u8]) -> Option<()>;
    /// Receives one.
    fn receive(&mut self, into: &mut [u8]) -> Option<usize>;
}

/// How many slices are written together.
pub const SLICES: usize = 64;
/// The maximum bytes to request for a datagram.
const DATAGRAM: usize = 2_048;
/// The longest line, including its end.
pub const LINE: usize = 64;

/// Does nothing: measures the cost of the frame.
pub fn nothing(job: &Job<'_>, _: &mut [u8; MOST]) -> Option<Outcome> {
    Some(Outcome::new(job))
}

/// Sends `count` bytes to an echo server, `size` at a time, and waits for each piece to come back.
pub fn tcp_echo<S: Stream>(job: &Job<'_>, room: &mut [u8; MOST]) -> Option<Outcome> {
    let mut outcome = Outcome::new(job);
    let chunk = room.get_mut(..job.size)?;
    fill(chunk, job.seed);
    let mut stream = S::open(job.tcp)?;
    for number in 0..rounds(job)? {
        mark(chunk, number);
        stream.write_whole(chunk)?;
        stream.read_whole(chunk)?;
        outcome.add(chunk);
    }
    Some(outcome)
}

/// Sends `count` bytes, `size` at a time.
pub fn tcp_send<S: Stream>(job: &Job<'_>, room: &mut [u8; MOST]) -> Option<Outcome> {
    let mut outcome = Outcome::new(job);
    let chunk = room.get_mut(..job.size)?;
    fill(chunk, job.seed);
    let mut stream = S::open(job.tcp)?;
    for number in 0..rounds(job)? {
        mark(chunk, number);
        stream.write_whole(chunk)?;
        outcome.add(chunk);
    }
    Some(outcome)
}

/// Receives `count` bytes, `size` at a time.
pub fn tcp_receive<S: Stream>(job: &Job<'_>, room: &mut [u8; MOST]) -> Option<Outcome> {
    let mut outcome = Outcome::new(job);
    let chunk = room.get_mut(..job.size)?;
    let mut stream = S::open(job.tcp)?;
    for _ in 0..rounds(job)? {
        stream.read_whole(chunk)?;
        outcome.add(chunk);
    }
    Some(outcome)
}

/// Reads `count` lines, byte by byte.
pub fn tcp_bytes<S: Stream>(job: &Job<'_>, _: &mut [u8; MOST]) -> Option<Outcome> {
    let mut outcome = Outcome::new(job);
    let mut stream = S::open(job.tcp)?;
    for _ in 0..job.count {
        let mut line = [0; LINE];
        let mut len = 0;
        loop {
            let mut byte = [0];
            if stream.read_some(&mut byte)? == 0 {
                return None;
            }
            *line.get_mut(len)? = byte[0];
            len += 1;
            if byte[0] == b'\n' {
                break;
            }
        }
        outcome.add(line.get(..len)?);
    }
    Some(outcome)
}

/// Writes [`SLICES`] slices of `size` bytes together, `count` times.
pub fn tcp_gather<S: Stream>(job: &Job<'_>, room: &mut [u8; MOST]) -> Option<Outcome> {
    let mut outcome = Outcome::new(job);
    let all = room.get_mut(..job.size.checked_mul(SLICES)?)?;
    fill(all, job.seed);
    let mut slices: [&[u8]; SLICES] = [&[]; SLICES];
    for (slice, part) in slices.iter_mut().zip(all.chunks_exact(job.size)) {
        *slice = part;
    }
    let mut stream = S::open(job.tcp)?;
    for _ in 0..job.count {
        stream.write_gathered(&slices)?;
        outcome.add(all);
    }
    Some(outcome)
}

/// Connects and closes `count` times.
pub fn tcp_connects<S: Stream>(job: &Job<'_>, _: &mut [u8; MOST]) -> Option<Outcome> {
    for _ in 0..job.count {
        drop(S::open(job.tcp)?);
    }
    Some(Outcome::new(job))
}

/// Sends `count` datagrams of `size` bytes to an echo server, and waits for each to come back.
pub fn udp_ping_pong<D: Datagrams>(job: &Job<'_>, room: &mut [u8; MOST]) -> Option<Outcome> {
    let mut outcome = Outcome::new(job);
    let (sent, rest) = room.split_at_mut_checked(job.size)?;
    let reply = rest.get_mut(..DATAGRAM)?;
    fill(sent, job.seed);
    let mut socket = D::open(job.udp)?;
    for number in 0..job.count {
        mark(sent, number);
        ping_pong(&mut socket, sent, reply, &mut outcome)?;
    }
    Some(outcome)
}

fn ping_pong<D: Datagrams>(
    socket: &mut D,
    sent: &[u8],
    reply: &mut [u8],
    outcome: &mut Outcome,
) -> Option<()> {
    socket.send(sent)?;
    let len = socket.receive(reply)?;
    if len != sent.len() {
        return None;
    }
    outcome.add(reply.get(..len)?);
    Some(())
}

/// Does `count` operations of random kinds and sizes, up to `size` bytes: half of them datagrams, most of the rest
/// chunks to an echo server, some single bytes, and one in a hundred connects and closes.
pub fn mixed<S: Stream, D: Datagrams>(job: &Job<'_>, room: &mut [u8; MOST]) -> Option<Outcome> {
    let mut outcome = Outcome::new(job);
    let (sent, rest) = room.split_at_mut_checked(job.size)?;
    let reply = rest.get_mut(..DATAGRAM)?;
    fill(sent, job.seed);
    let mut random = Random(job.seed | 1);
    let mut stream = S::open(job.tcp)?;
    let mut socket = D::open(job.udp)?;
    for _ in 0..job.count {
        let kind = random.below(100)?;
        let len = 1 + random.below(job.size as u64)? as usize;
        let sent = sent.get_mut(..if kind < 10 { 1 } else { len })?;
        mark(sent, random.0);
        match kind {
            0 => drop(S::open(job.tcp)?),
            1..50 => {
                stream.write_whole(sent)?;
                let reply = reply.get_mut(..sent.len())?;
                stream.read_whole(reply)?;
                outcome.add(reply);
            }
            _ => ping_pong(&mut socket, sent, reply, &mut outcome)?,
        }
    }
    Some(outcome)
}

/// Opens the stream that is kept.
pub fn keep<S: Stream>(job: &Job<'_>, slot: &mut Option<S>) -> Option<Outcome> {
    *slot = Some(S::open(job.tcp)?);
    Some(Outcome::new(job))
}

/// Sends `size` bytes over the stream that was opened in an earlier call, and reads them back.
pub fn kept<S: Stream>(
    job: &Job<'_>,
    room: &mut [u8; MOST],
    slot: &mut Option<S>,
) -> Option<Outcome> {
    let mut outcome = Outcome::new(job);
    let chunk = room.get_mut(..job.size)?;
    fill(chunk, job.seed);
    let stream = slot.as_mut()?;
    stream.write_whole(chunk)?;
    stream.read_whole(chunk)?;
    outcome.add(chunk);
    Some(outcome)
}

/// Closes it.
pub fn close_kept<S>(job: &Job<'_>, slot: &mut Option<S>) -> Option<Outcome> {
    *slot = None;
    Some(Outcome::new(job))
}

/// Fills with bytes that differ from their neighbours. In words, since this is not measured.
fn fill(bytes: &mut [u8], seed: u64) {
    let mut random = Random(seed | 1);
    let (words, rest) = bytes.as_chunks_mut::<8>();
    for word in words {
        *word = random.next().to_le_bytes();
    }
    for byte in rest {
        *byte = random.next() as u8;
    }
}

/// Makes a chunk differ from the previous one.
fn mark(bytes: &mut [u8], number: u64) {
    if let Some(start) = bytes.first_chunk_mut::<8>() {
        *start = number.to_le_bytes();
    } else if let Some(first) = bytes.first_mut() {
        *first = number as u8;
    }
}

fn rounds(job: &Job<'_>) -> Option<u64> {
    job.count.checked_div(job.size as u64)
}

/// Random numbers that are the same everywhere (xorshift).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: u64) -> Option<u64> {
        (self.next() >> 16).checked_rem(limit)
    }
}
