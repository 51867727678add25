//! A kernel without memory, and one that frees everything.

use crate::host::{Call, Clock, Reply, Scripted, pattern};
use crate::{icmp, udp};
use harness_wasi_sockets::embedded::{IcmpSocket, Shutdown, TcpStream, UdpSocket};
use harness_wasi_sockets::{Block, Error};

/// The result of a scenario: how it ended, and what the caller received.
type Outcome = (Result<(), Error>, Vec<u8>);

type Stream = TcpStream<16, Scripted>;

/// The length of the data in each direction in [`tcp`].
const LONG: usize = 100;

fn tcp(host: &Scripted) -> Outcome {
    let mut got = Vec::new();
    let result = (|| {
        let mut stream = Stream::connect_in(host.clone(), "peer.example:80")?;
        stream.write_all(b"question")?;
        let block = Block::copy_of_in(host.clone(), b" and more")?;
        stream.write_block(&block)?;
        drop(block);
        let mut buf = [0; 10];
        let n = stream.read(&mut buf)?;
        got.extend_from_slice(&buf[..n]);
        if let Some(block) = stream.read_block(3)? {
            let n = block.load(0, &mut buf);
            got.extend_from_slice(&buf[..n]);
        }
        stream.peek(&mut buf)?;
        while let Some(n) = Some(stream.fill_buf()?.len()).filter(|n| *n > 0) {
            got.extend_from_slice(stream.fill_buf()?);
            stream.consume(n);
        }
        stream.shutdown(Shutdown::Both);
        Ok(())
    })();
    (result, got)
}

fn datagrams(host: &Scripted) -> Outcome {
    let mut got = Vec::new();
    let result = (|| {
        let socket = UdpSocket::connect_in(host.clone(), "peer.example:53")?;
        for _ in 0..3 {
            socket.send(b"question")?;
            let mut buf = [0; 64];
            let n = socket.recv(&mut buf)?;
            got.extend_from_slice(&buf[..n]);
        }
        Ok(())
    })();
    (result, got)
}

fn echo(host: &Scripted) -> Outcome {
    let mut got = Vec::new();
    let result = (|| {
        let socket = IcmpSocket::new_in(host.clone());
        socket.send("10.0.0.1", b"first", 1)?;
        got.extend_from_slice(socket.recv(5_000)?.data());
        let reply = socket.ping("10.0.0.1", b"mine", 1, 5_000)?;
        got.extend_from_slice(&reply.seq.to_le_bytes());
        Ok(())
    })();
    (result, got)
}

/// Runs a scenario with each of its allocations failing, once or permanently; then checks the result, and runs it again
/// in the same host, with memory.
fn every_allocation_fails(
    name: &str,
    host: impl Fn() -> Scripted,
    scenario: fn(&Scripted) -> Outcome,
    allowed: &[Error],
) {
    let well = host();
    let (result, whole) = scenario(&well);
    assert_eq!(result, Ok(()), "{name}");
    let allocations = well.allocations();
    assert!(allocations > 3, "{name}: {allocations} allocations");
    let mut refused = 0;
    for nth in 1..=allocations {
        for for_good in [false, true] {
            let what = format!("{name}, allocation {nth}, for good: {for_good}");
            let host = host();
            host.out_of_memory(nth, for_good);
            let (result, got) = scenario(&host);
            assert!(host.state().kernel.failed > 0, "{what}");
            assert!(whole.starts_with(&got), "{what}: other bytes");
            match result {
                // The host's own allocation: for the library it had no data, as at EOF.
                Ok(()) => {}
                Err(Error::OutOfMemory) => refused += 1,
                Err(error) => assert!(allowed.contains(&error), "{what}: {error:?}"),
            }
            host.finish(&what);
        }
    }
    assert!(refused > 0, "{name}: nothing was out of memory");
}

#[test]
fn every_allocation_of_a_stream_fails_once() {
    let host = || Scripted::new(Clock::Real).tcp([Reply::Come(LONG as u32)]);
    every_allocation_fails("a stream", host, tcp, &[]);
    let whole: Vec<u8> = (0..LONG).map(pattern).collect();
    assert_eq!(tcp(&host()), (Ok(()), whole));
}

#[test]
fn every_allocation_of_a_udp_socket_fails_once() {
    let packet = |bytes: &[u8]| Reply::Packet(bytes.to_vec());
    let host = || {
        let answers = [packet(b"one"), packet(b"two"), packet(b"three")];
        Scripted::new(Clock::Real).udp(answers)
    };
    let allowed = [Error::WouldBlock];
    every_allocation_fails("a UDP socket", host, datagrams, &allowed);
}

#[test]
fn every_allocation_of_a_ping_fails_once() {
    let host = || {
        let first = icmp::reply("10.0.0.1", 1, b"first");
        Scripted::new(Clock::Real).icmp([first, icmp::reply("10.0.0.1", 1, b"mine")])
    };
    every_allocation_fails("a ping", host, echo, &[Error::NotHeard]);
}

#[test]
fn a_write_without_memory_sends_nothing_and_can_be_tried_again() {
    let host = Scripted::new(Clock::Real);
    let stream = Stream::connect_in(host.clone(), "peer.example:80").unwrap();
    for _ in 0..3 {
        host.out_of_memory(1, false);
        assert_eq!(stream.write(b"hello"), Err(Error::OutOfMemory));
        assert_eq!(host.calls(Call::TcpSend), 0);
    }
    assert_eq!(stream.write(b"hello"), Ok(5));
    assert_eq!(host.state().sent, b"hello");
    drop(stream);
    host.finish("no memory");
}

#[test]
fn what_is_buffered_stays_when_there_is_no_memory_for_its_block() {
    let host = Scripted::new(Clock::Real).tcp([Reply::Come(16)]);
    let mut stream = Stream::connect_in(host.clone(), "peer.example:80").unwrap();
    assert_eq!(stream.peek(&mut [0; 4]), Ok(4));
    host.out_of_memory(1, false);
    assert_eq!(stream.read_block(16).unwrap_err(), Error::OutOfMemory);
    assert_eq!(stream.read_block(16).unwrap().unwrap().len(), 16);
    drop(stream);
    host.finish("no memory for a block");
}

/// Received data that the kernel had no memory for is not EOF, on any clock, and later data does not take its place.
#[test]
fn bytes_that_were_lost_for_want_of_memory_are_not_the_end() {
    for clock in Clock::ALL {
        for silence in [None, Some(Reply::Silence)] {
            let host = Scripted::new(clock).tcp([Reply::Come(16)]);
            let mut stream = Stream::connect_in(host.clone(), "peer.example:80").unwrap();
            let mut buf = [0; 16];
            assert_eq!(stream.read(&mut buf), Ok(16), "{clock:?}");
            host.state().tcp.extend(silence);
            host.state().tcp.push_back(Reply::Come(16));
            host.out_of_memory(1, true);
            for _ in 0..2 {
                assert_eq!(stream.read(&mut buf), Err(Error::OutOfMemory), "{clock:?}");
            }
            host.memory_is_back();
            host.state().tcp.push_back(Reply::Come(16));
            assert_eq!(stream.read(&mut buf), Err(Error::OutOfMemory), "{clock:?}");
            assert_eq!(stream.peek(&mut buf), Err(Error::OutOfMemory), "{clock:?}");
            assert_eq!(stream.write(b"usable"), Ok(6));
            drop(stream);
            host.finish("lost bytes");
        }
    }
}

/// A second peek requests more. Buffered data is still shown, and the loss is reported after it.
#[test]
fn a_peek_shows_what_is_there_before_what_was_lost() {
    let host = Scripted::new(Clock::Real).tcp([Reply::Come(4)]);
    let mut stream = Stream::connect_in(host.clone(), "peer.example:80").unwrap();
    let mut buf = [0; 16];
    assert_eq!(stream.peek(&mut buf), Ok(4));
    host.state().tcp.push_back(Reply::Come(4));
    host.out_of_memory(1, true);
    assert_eq!(stream.peek(&mut buf), Ok(4));
    host.memory_is_back();
    assert_eq!(stream.read(&mut buf), Ok(4));
    assert_eq!(stream.read(&mut buf), Err(Error::OutOfMemory));
    drop(stream);
    host.finish("lost bytes");
}

/// The sockets live on in statics; the kernel is reset at the end of every call of a plugin.
#[test]
fn a_reset_kernel_costs_no_byte_and_no_block() {
    let host = Scripted::new(Clock::Real)
        .tcp([Reply::Come(LONG as u32)])
        .udp([
            Reply::Packet(b"one".to_vec()),
            Reply::Packet(b"two".to_vec()),
        ])
        .icmp([icmp::reply("10.0.0.1", 1, b"mine")]);
    let mut stream = Stream::connect_in(host.clone(), "peer.example:80").unwrap();
    let socket = udp::connect(&host);
    let echoes = icmp::socket(&host);
    let mut got = Vec::new();
    while got.len() < LONG {
        host.reset_kernel();
        let mut buf = [0; 7];
        // Another block is where the previous call's was.
        let other = Block::copy_of_in(host.clone(), &[0xff; 40]).unwrap();
        let n = stream.read(&mut buf).unwrap();
        got.extend_from_slice(&buf[..n]);
        assert_eq!(stream.write(b"x"), Ok(1));
        assert_eq!(host.live_blocks(), 1, "the other block");
        drop(other);
    }
    assert!(got.iter().copied().eq((0..LONG).map(pattern)));
    for answer in [b"one", b"two"] {
        host.reset_kernel();
        let mut buf = [0; 3];
        assert_eq!(socket.send(b"question"), Ok(8));
        host.reset_kernel();
        assert_eq!(socket.recv(&mut buf), Ok(3));
        assert_eq!(&buf, answer);
    }
    assert_eq!(echoes.send("10.0.0.1", b"mine", 1), Ok(()));
    host.reset_kernel();
    assert_eq!(echoes.recv(5_000).unwrap().data(), b"mine");
    host.reset_kernel();
    drop((stream, socket));
    host.finish("a reset kernel");
}
