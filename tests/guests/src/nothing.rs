//! How a read interprets the host's 0: in both layers, with whatever clock there is.

use crate::{digest, outcome, panics};
use extism_pdk::{FnResult, plugin_fn};
use harness_wasi_sockets::{TcpStream, UdpSocket, embedded};
use std::io::Read as _;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Reads a stream to EOF: `ADDRESS`. Returns the number of bytes and their digest.
#[plugin_fn]
pub fn nothing_read_to_end(address: String) -> FnResult<String> {
    panics::report();
    let mut got = Vec::new();
    TcpStream::connect(address)?.read_to_end(&mut got)?;
    Ok(format!("{} {:x}", got.len(), digest(&got)))
}

/// The same over the core.
#[plugin_fn]
pub fn nothing_read_to_end_embedded(address: String) -> FnResult<String> {
    panics::report();
    let mut stream = embedded::TcpStream::connect(&*address)?;
    let (mut got, mut buf) = (Vec::new(), [0; 700]);
    loop {
        let n = stream.read(&mut buf)?;
        if n == 0 {
            return Ok(format!("{} {:x}", got.len(), digest(&got)));
        }
        got.extend_from_slice(&buf[..n]);
    }
}

/// Reads one byte at a time this many times, and returns the result of each read: `ADDRESS TIMEOUT READS`, with a
/// timeout of `default`, `none` or a number of milliseconds.
#[plugin_fn]
pub fn nothing_reads(input: String) -> FnResult<String> {
    panics::report();
    let (address, timeout, reads) = parse(&input);
    let mut stream = TcpStream::connect(address)?;
    if let Some(timeout) = timeout {
        stream.set_read_timeout(timeout)?;
    }
    let one = |_| outcome(stream.read(&mut [0; 1]));
    Ok((0..reads).map(one).collect::<Vec<_>>().join(" "))
}

/// The same over the core.
#[plugin_fn]
pub fn nothing_reads_embedded(input: String) -> FnResult<String> {
    panics::report();
    let (address, timeout, reads) = parse(&input);
    let mut stream = embedded::TcpStream::connect(address)?;
    if let Some(timeout) = timeout {
        stream.set_read_timeout(timeout)?;
    }
    let mut read = || embedded_io::Read::read(&mut stream, &mut [0; 1]);
    let one = |_| outcome(read().map_err(std::io::Error::from));
    Ok((0..reads).map(one).collect::<Vec<_>>().join(" "))
}

/// Receives from a silent UDP peer, this many times: `ADDRESS TIMEOUT READS`.
#[plugin_fn]
pub fn nothing_receives(input: String) -> FnResult<String> {
    panics::report();
    let (address, timeout, reads) = parse(&input);
    let socket = UdpSocket::connect(address)?;
    if let Some(timeout) = timeout {
        socket.set_read_timeout(timeout)?;
    }
    socket.send(b"anybody?")?;
    let one = |_| outcome(socket.recv(&mut [0; 8]));
    Ok((0..reads).map(one).collect::<Vec<_>>().join(" "))
}

/// Parses `ADDRESS TIMEOUT READS`.
fn parse(input: &str) -> (&str, Option<Option<Duration>>, usize) {
    let mut words = input.split(' ');
    let mut word = || words.next().expect("ADDRESS TIMEOUT READS");
    let address = word();
    let timeout = match word() {
        "default" => None,
        "none" => Some(None),
        ms => Some(Some(Duration::from_millis(
            ms.parse().expect("milliseconds"),
        ))),
    };
    (address, timeout, word().parse().expect("a number"))
}

/// Returns the clocks' state: the second since 1970, and how far each advances from one reading to the next.
#[plugin_fn]
pub fn nothing_clocks(_: String) -> FnResult<String> {
    panics::report();
    let began = Instant::now();
    let passed = Instant::now().duration_since(began);
    let day = SystemTime::now().duration_since(UNIX_EPOCH)?;
    let next = SystemTime::now().duration_since(UNIX_EPOCH)?;
    Ok(format!("{} {:?} {:?}", day.as_secs(), next - day, passed))
}

/// Polls a stream until it is ready, reads, and repeats that: `ADDRESS`. Returns the results of the two reads.
#[plugin_fn]
pub fn nothing_ready(address: String) -> FnResult<String> {
    panics::report();
    let mut stream = TcpStream::connect(address)?;
    let mut read = |_| {
        until_ready(&mut stream);
        outcome(stream.read(&mut [0; 8]))
    };
    Ok([read(()), read(())].join(" "))
}

/// The same over the core.
#[plugin_fn]
pub fn nothing_ready_embedded(address: String) -> FnResult<String> {
    panics::report();
    let mut stream = embedded::TcpStream::connect(&*address)?;
    let mut read = |_| {
        until_ready(&mut stream);
        let read = embedded_io::Read::read(&mut stream, &mut [0; 8]);
        outcome(read.map_err(std::io::Error::from))
    };
    Ok([read(()), read(())].join(" "))
}

/// Polls like clients that receive only if there is data.
fn until_ready(stream: &mut impl embedded_io::ReadReady) {
    while !stream.read_ready().expect("an answer") {}
}
