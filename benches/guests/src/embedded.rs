//! Over the library's core.

use crate::frame::{Job, MOST, Outcome};
use crate::slot::Slot;
use crate::work::{Datagrams, LINE, SLICES, Stream};
use embedded_io::Write;
use harness_wasi_sockets::Block;
use harness_wasi_sockets::embedded::{IcmpSocket, TcpStream, UdpSocket};
use harness_wasi_sockets::host::DefaultHost;

/// The size of `BufReader`'s buffer, for comparison with it.
const BUFFER: usize = 8_192;

/// The stream that is kept between calls.
pub static KEPT: Slot<TcpStream> = Slot::new();

impl Stream for TcpStream {
    fn open(address: &str) -> Option<Self> {
        TcpStream::connect(address).ok()
    }

    fn write_whole(&mut self, from: &[u8]) -> Option<()> {
        self.write_all(from).ok()
    }

    fn read_whole(&mut self, into: &mut [u8]) -> Option<()> {
        self.read_exact(into).ok()
    }

    fn read_some(&mut self, into: &mut [u8]) -> Option<usize> {
        self.read(into).ok()
    }

    fn write_gathered(&mut self, slices: &[&[u8]; SLICES]) -> Option<()> {
        let len = slices.iter().map(|slice| slice.len()).sum();
        let block = Block::new(len).ok()?;
        let mut at = 0;
        for slice in slices {
            at += block.store(at, slice);
        }
        (self.write_block(&block).ok()? == len).then_some(())
    }
}

impl Datagrams for UdpSocket {
    fn open(address: &str) -> Option<Self> {
        UdpSocket::connect(address).ok()
    }

    fn send(&mut self, datagram: &[u8]) -> Option<()> {
        UdpSocket::send(self, datagram).ok().map(drop)
    }

    fn receive(&mut self, into: &mut [u8]) -> Option<usize> {
        self.recv(into).ok()
    }
}

/// Reads `count` lines with `BufRead`.
pub fn tcp_lines(job: &Job<'_>, _: &mut [u8; MOST]) -> Option<Outcome> {
    let mut outcome = Outcome::new(job);
    let mut stream = TcpStream::<BUFFER>::connect_in(DefaultHost, job.tcp).ok()?;
    for _ in 0..job.count {
        let mut line = [0; LINE];
        let mut len = 0;
        loop {
            let there = stream.fill_buf().ok().filter(|there| !there.is_empty())?;
            let end = there.iter().position(|byte| *byte == b'\n');
            let part = there.get(..end.map_or(there.len(), |end| end + 1))?;
            line.get_mut(len..len + part.len())?.copy_from_slice(part);
            len += part.len();
            let used = part.len();
            stream.consume(used);
            if end.is_some() {
                break;
            }
        }
        outcome.add(line.get(..len)?);
    }
    Some(outcome)
}

/// Receives `count` ICMP packets.
pub fn icmp(job: &Job<'_>, _: &mut [u8; MOST]) -> Option<Outcome> {
    let mut outcome = Outcome::new(job);
    let socket = IcmpSocket::new();
    for _ in 0..job.count {
        let packet = socket.recv(1_000).ok()?;
        if packet.icmp_type != 0 || packet.seq != Some(1) {
            return None;
        }
        outcome.add(packet.data());
    }
    Some(outcome)
}
