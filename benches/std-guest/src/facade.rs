//! Each operation, written as with `std::net`.

use bench_guests::frame::{Job, MOST, Outcome};
use bench_guests::work::{Datagrams, LINE, SLICES, Stream};
use harness_wasi_sockets::{IcmpSocket, TcpStream, UdpSocket};
use std::io::{BufRead, BufReader, IoSlice, Read, Write};
use std::sync::Mutex;

/// The stream that is kept between calls.
pub static KEPT: Mutex<Option<Tcp>> = Mutex::new(None);

/// A connection.
pub struct Tcp(TcpStream);

/// A socket.
pub struct Udp(UdpSocket);

impl Stream for Tcp {
    fn open(address: &str) -> Option<Self> {
        TcpStream::connect(address).ok().map(Tcp)
    }

    fn write_whole(&mut self, from: &[u8]) -> Option<()> {
        self.0.write_all(from).ok()
    }

    fn read_whole(&mut self, into: &mut [u8]) -> Option<()> {
        self.0.read_exact(into).ok()
    }

    fn read_some(&mut self, into: &mut [u8]) -> Option<usize> {
        self.0.read(into).ok()
    }

    fn write_gathered(&mut self, slices: &[&[u8]; SLICES]) -> Option<()> {
        let slices = slices.map(IoSlice::new);
        let len: usize = slices.iter().map(|slice| slice.len()).sum();
        (self.0.write_vectored(&slices).ok()? == len).then_some(())
    }
}

impl Datagrams for Udp {
    fn open(address: &str) -> Option<Self> {
        UdpSocket::connect(address).ok().map(Udp)
    }

    fn send(&mut self, datagram: &[u8]) -> Option<()> {
        self.0.send(datagram).ok().map(drop)
    }

    fn receive(&mut self, into: &mut [u8]) -> Option<usize> {
        self.0.recv(into).ok()
    }
}

/// Reads `count` lines with `BufReader`.
pub fn tcp_lines(job: &Job<'_>, _: &mut [u8; MOST]) -> Option<Outcome> {
    let mut outcome = Outcome::new(job);
    let mut stream = BufReader::new(TcpStream::connect(job.tcp).ok()?);
    let mut line = Vec::with_capacity(LINE);
    for _ in 0..job.count {
        line.clear();
        if stream.read_until(b'\n', &mut line).ok()? == 0 {
            return None;
        }
        outcome.add(&line);
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
        outcome.add(&packet.data);
    }
    Some(outcome)
}
