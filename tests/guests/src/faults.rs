//! How a plugin handles a failing host: each function continues as far as it can, returns how far that was, and checks
//! that the received data is right.

use crate::{outcome, panics, pattern};
use extism_pdk::{FnResult, plugin_fn};
use harness_wasi_sockets::{Block, IcmpSocket, TcpStream, UdpSocket, embedded};
use std::io::{Read as _, Write as _};
use std::sync::OnceLock;

/// Over an echo server: sends `pattern(LEN)` and reads it back, `ADDRESS LEN READ`, with reads of READ bytes. Returns
/// how both ended: `wrote N OUTCOME, read N OUTCOME`.
#[plugin_fn]
pub fn faults_tcp(input: String) -> FnResult<String> {
    panics::report();
    let (address, len, size) = parse(&input);
    let mut stream = TcpStream::connect(address)?;
    let stream = &mut stream;
    Ok(there_and_back(
        len,
        size,
        stream,
        |s, b| s.write(b),
        |s, b| s.read(b),
    ))
}

/// The same over the core.
#[plugin_fn]
pub fn faults_tcp_embedded(input: String) -> FnResult<String> {
    panics::report();
    let (address, len, size) = parse(&input);
    let mut stream = embedded::TcpStream::connect(address)?;
    use embedded_io::{Read, Write};
    Ok(there_and_back(
        len,
        size,
        &mut stream,
        |s, b| Ok(Write::write(s, b)?),
        |s, b| Ok(Read::read(s, b)?),
    ))
}

fn there_and_back<S>(
    len: usize,
    size: usize,
    stream: &mut S,
    mut write: impl FnMut(&mut S, &[u8]) -> std::io::Result<usize>,
    mut read: impl FnMut(&mut S, &mut [u8]) -> std::io::Result<usize>,
) -> String {
    let sent = pattern(len);
    let (mut wrote, mut wrote_how) = (0, "ok".to_owned());
    while wrote < len {
        match write(stream, &sent[wrote..]) {
            Ok(n) => wrote += n,
            error => {
                wrote_how = outcome(error);
                break;
            }
        }
    }
    let (mut came, mut came_how) = (0, "ok".to_owned());
    let mut buf = vec![0; size];
    while came < wrote {
        match read(stream, &mut buf) {
            Ok(n) if n > 0 => {
                assert!(sent.get(came..came + n) == Some(&buf[..n]), "from {came}");
                came += n;
            }
            how => {
                came_how = outcome(how);
                break;
            }
        }
    }
    format!("wrote {wrote} {wrote_how}, read {came} {came_how}")
}

/// Over an echo server: sends this many datagrams, `ADDRESS COUNT 0`, and receives a reply to each. Returns each
/// result.
#[plugin_fn]
pub fn faults_udp(input: String) -> FnResult<String> {
    panics::report();
    let (address, count, _) = parse(&input);
    let socket = UdpSocket::connect(address)?;
    let mut buf = vec![0; 1_000];
    let mut one = |number: usize| -> std::io::Result<usize> {
        let sent = pattern(100 + number);
        socket.send(&sent)?;
        let n = socket.recv(&mut buf)?;
        assert!(buf[..n] == sent, "datagram {number}");
        Ok(n)
    };
    let outcomes: Vec<_> = (0..count).map(|number| outcome(one(number))).collect();
    Ok(outcomes.join(" "))
}

/// Over an echo server: sends one datagram, receives once, and then until it arrives, for a minute of the host's waits.
#[plugin_fn]
pub fn faults_udp_late(address: String) -> FnResult<String> {
    panics::report();
    let socket = UdpSocket::connect(address)?;
    socket.send(b"late")?;
    let receive = || socket.recv(&mut [0; 8]);
    let first = outcome(receive());
    let later = (0..600)
        .map(|_| receive())
        .find(|received| received.is_ok());
    Ok(format!("{first} {}", outcome(later.expect("a datagram"))))
}

/// Over an echo server: peeks twice, the second time with a larger buffer, and then reads: `ADDRESS LEN READ`. All data
/// is in order.
#[plugin_fn]
pub fn faults_peeks(input: String) -> FnResult<String> {
    panics::report();
    let (address, len, size) = parse(&input);
    let mut stream = TcpStream::connect(address)?;
    let sent = pattern(len);
    stream.write_all(&sent)?;
    let mut buf = vec![0; size];
    let mut came = 0;
    loop {
        for part in [size / 2, size] {
            match stream.peek(&mut buf[..part]) {
                Ok(n) => assert_eq!(buf[..n], sent[came..came + n], "a peek from {came}"),
                error => return Ok(format!("read {came} {}", outcome(error))),
            }
        }
        match stream.read(&mut buf[..size / 3]) {
            Ok(n) if n > 0 => {
                assert_eq!(buf[..n], sent[came..came + n], "a read from {came}");
                came += n;
            }
            how => return Ok(format!("read {came} {}", outcome(how))),
        }
    }
}

/// Over a server that sends much: one read of 100 bytes with the facade, and one peek. Returns how many pages of memory
/// that took.
#[plugin_fn]
pub fn faults_memory_taken(address: String) -> FnResult<String> {
    panics::report();
    let mut stream = TcpStream::connect(&address)?;
    let before = core::arch::wasm32::memory_size(0);
    let read = outcome(stream.read(&mut [0; 100]));
    let peek = outcome(stream.peek(&mut [0; 100]));
    let taken = core::arch::wasm32::memory_size(0) - before;
    Ok(format!("{read} {peek} {taken}"))
}

/// The same for a datagram.
#[plugin_fn]
pub fn faults_memory_taken_udp(address: String) -> FnResult<String> {
    panics::report();
    let socket = UdpSocket::connect(&address)?;
    socket.send(b"much")?;
    let before = core::arch::wasm32::memory_size(0);
    let peek = outcome(socket.peek(&mut [0; 100]));
    let read = outcome(socket.recv(&mut [0; 100]));
    let taken = core::arch::wasm32::memory_size(0) - before;
    Ok(format!("{peek} {read} {taken}"))
}

/// Allocates this many bytes of the kernel's memory.
#[plugin_fn]
pub fn faults_block(len: String) -> FnResult<String> {
    panics::report();
    let block = Block::new(len.parse().expect("a number"));
    Ok(outcome(block.map(|block| block.len()).map_err(Into::into)))
}

/// Sends an echo request and listens: returns both results.
#[plugin_fn]
pub fn faults_icmp(target: String) -> FnResult<String> {
    panics::report();
    let socket = IcmpSocket::new();
    let sent = outcome(socket.send(&target, b"x", 1));
    let heard = outcome(socket.recv(100).map(drop));
    Ok(format!("{sent} {heard}"))
}

static STREAM: OnceLock<TcpStream> = OnceLock::new();
static SOCKET: OnceLock<UdpSocket> = OnceLock::new();

/// Connects to a TCP server for the following calls.
#[plugin_fn]
pub fn faults_keep_stream(address: String) -> FnResult<()> {
    panics::report();
    STREAM.set(TcpStream::connect(address)?).expect("the first");
    Ok(())
}

/// Reads from the kept stream, peeks, and writes to it.
#[plugin_fn]
pub fn faults_use_stream() -> FnResult<String> {
    panics::report();
    let mut stream = STREAM.get().expect("kept");
    let read = outcome(stream.read(&mut [0; 10]));
    let vectored = outcome(stream.read_vectored(&mut [std::io::IoSliceMut::new(&mut [0; 10])]));
    let peek = outcome(stream.peek(&mut [0; 10]));
    let write = outcome(stream.write(b"x"));
    Ok(format!("{read} {vectored} {peek} {write}"))
}

/// Creates a socket, and sends to an address through it: twice, counting the previous call.
#[plugin_fn]
pub fn faults_use_socket(address: String) -> FnResult<String> {
    panics::report();
    let bind = || UdpSocket::bind("0.0.0.0:0").expect("a socket");
    Ok(outcome(SOCKET.get_or_init(bind).send_to(b"x", address)))
}

/// Parses `ADDRESS NUMBER NUMBER`.
fn parse(input: &str) -> (&str, usize, usize) {
    let words: Vec<&str> = input.split(' ').collect();
    let [address, one, other] = words[..] else {
        panic!("ADDRESS NUMBER NUMBER");
    };
    let number = |word: &str| word.parse().expect("a number");
    (address, number(one), number(other))
}
