//! TCP over a faulty host.

use crate::host::{Call, Clock, Fault, Reply, Scripted, pattern};
use harness_wasi_sockets::embedded::{Shutdown, TcpStream};
use harness_wasi_sockets::{Block, Error};

/// A stream with a buffer of 64 bytes.
type Stream = TcpStream<64, Scripted>;

#[track_caller]
fn connect(host: &Scripted) -> Stream {
    Stream::connect_in(host.clone(), "peer.example:80").unwrap()
}

/// Returns this range of what the peer sends.
fn part(at: usize, len: usize) -> Vec<u8> {
    (at..at + len).map(pattern).collect()
}

/// Regression: a peek asked for more after the host had overrun the buffer, so bytes were lost in the middle without an
/// error.
#[test]
fn nothing_is_put_behind_the_gap_that_an_overrun_leaves() {
    let host = Scripted::new(Clock::Real).tcp([Reply::Come(1_000)]).fault(
        Call::TcpRecv,
        1,
        Fault::Longer(7),
    );
    let mut stream = connect(&host);
    let mut seen = [0; 64];
    assert_eq!(stream.peek(&mut seen), Ok(64));
    assert_eq!(stream.read(&mut seen[..4]), Ok(4));
    for _ in 0..3 {
        assert_eq!(stream.peek(&mut seen), Ok(60));
        assert_eq!(seen[..60], part(4, 60));
    }
    assert_eq!(stream.read(&mut seen), Ok(60));
    assert_eq!(seen[..60], part(4, 60));
    assert_eq!(stream.read(&mut seen), Err(Error::Overrun));
    assert_eq!(stream.peek(&mut seen), Err(Error::Overrun));
    assert_eq!(host.calls(Call::TcpRecv), 1);
    drop(stream);
    host.finish("an overrun");
}

/// Regression: after a short peek, a longer one waited for the host although data was buffered.
#[test]
fn a_longer_peek_shows_what_a_shorter_one_has_left() {
    let host = Scripted::new(Clock::Real).tcp([Reply::Come(10), Reply::Come(5), Reply::Come(3)]);
    let stream = &mut connect(&host);
    let mut seen = [0; 64];
    for len in [1, 4, 10, 10] {
        assert_eq!(stream.peek(&mut seen[..len]), Ok(len));
        assert_eq!(host.calls(Call::TcpRecv), 1);
    }
    // All of it has been shown: whoever looks again waits for more.
    assert_eq!(stream.peek(&mut seen), Ok(15));
    assert_eq!(seen[..15], part(0, 15));
    assert_eq!(host.calls(Call::TcpRecv), 2);
    // There is no gap behind it.
    assert_eq!(stream.read(&mut seen), Ok(15));
    assert_eq!(stream.read(&mut seen), Ok(3));
    assert_eq!(seen[..3], part(15, 3));
}

/// There is no room for what would come.
#[test]
fn a_peek_past_a_full_buffer_shows_the_buffer_and_asks_for_no_more() {
    let host = Scripted::new(Clock::Real).tcp([Reply::Come(100)]);
    let mut stream = connect(&host);
    let mut seen = [0; 100];
    for _ in 0..3 {
        assert_eq!(stream.peek(&mut seen), Ok(64));
        assert_eq!(seen[..64], part(0, 64));
        assert_eq!(host.calls(Call::TcpRecv), 1);
    }
    assert_eq!(stream.read_exact(&mut seen), Ok(()));
    assert_eq!(seen, *part(0, 100), "nothing is lost");
    drop(stream);
    host.finish("a full buffer");
}

/// Results of a receive that name no block.
pub const NO_BLOCK: [Fault; 4] = [Fault::Zero, Fault::Dangling, Fault::Inside, Fault::Empty];

#[test]
fn a_connection_is_refused_with_0() {
    let host = Scripted::new(Clock::Real).fault(Call::TcpConnect, 1, Fault::Zero);
    let refused = Stream::connect_in(host.clone(), "peer.example:80");
    assert_eq!(refused.unwrap_err(), Error::ConnectFailed);
    assert_eq!(host.calls(Call::TcpClose), 0);
    host.finish("no connection");
}

/// With a real clock it reads as the end; without one the host is asked again. No byte that comes later
/// is lost.
#[test]
fn a_receive_in_no_block_is_nothing() {
    for fault in NO_BLOCK {
        for clock in Clock::ALL {
            let host = Scripted::new(clock)
                .tcp([Reply::Come(8)])
                .fault(Call::TcpRecv, 1, fault);
            let mut stream = connect(&host);
            let mut buf = [0; 8];
            if clock.shows_ends() {
                assert_eq!(stream.read(&mut buf), Ok(0), "{fault:?}, {clock:?}");
            }
            assert_eq!(stream.read(&mut buf), Ok(8), "{fault:?}, {clock:?}");
            assert_eq!(buf, *part(0, 8));
            assert_eq!(stream.write(b"usable"), Ok(6));
            drop(stream);
            assert_eq!(host.calls(Call::TcpRecv), 2, "{fault:?}, {clock:?}");
            host.finish("no block");
        }
    }
}

/// Regression: after a block had taken some of the peeked bytes, the next peek called the host although data was
/// buffered.
#[test]
fn a_peek_behind_a_block_shows_what_is_there() {
    let host = Scripted::new(Clock::Real).tcp([Reply::Come(5)]);
    let mut stream = connect(&host);
    let mut seen = [0; 64];
    assert_eq!(stream.peek(&mut seen), Ok(5));
    assert_eq!(stream.read_block(3).unwrap().unwrap().len(), 3);
    assert_eq!(stream.peek(&mut seen), Ok(2));
    assert_eq!(seen[..2], part(3, 2));
    assert_eq!(host.calls(Call::TcpRecv), 1);
}

/// There is a byte behind an empty block, in the kernel. It is nobody's.
#[test]
fn an_empty_block_sends_nothing() {
    let host = Scripted::new(Clock::Real);
    let stream = connect(&host);
    let socket = crate::udp::connect(&host);
    for block in [
        Block::copy_of_in(host.clone(), b""),
        Block::new_in(host.clone(), 0),
    ] {
        let block = block.unwrap();
        assert_eq!(stream.write_block(&block), Ok(0));
        assert_eq!(socket.send_block(&block), Ok(0));
    }
    assert_eq!(host.calls(Call::TcpSend), 0);
    assert_eq!(host.state().datagrams, [b"", b""]);
    drop((stream, socket));
    host.finish("an empty block");
}

/// What has come may be anybody's password.
#[test]
fn what_debug_shows_is_not_what_has_come() {
    let host = Scripted::new(Clock::Real).tcp([Reply::Come(40)]);
    let mut stream = TcpStream::<1_024, _>::connect_in(host, "peer.example:80").unwrap();
    assert_eq!(stream.peek(&mut [0; 64]), Ok(40));
    let shown = format!("{stream:?}");
    let reader = shown.split_once("reader").unwrap().1;
    assert!(
        shown.contains("len: 40") && shown.contains("capacity: 1024"),
        "{shown}"
    );
    assert!(reader.len() < 300, "{} characters: {reader}", reader.len());
}

/// Of what is too much, as much as there is room for is delivered in order; if that is not all, the
/// stream says so and nothing follows.
#[test]
fn a_block_longer_than_asked_for_is_delivered_as_far_as_there_is_room() {
    for longer in [1, 60, 63, 64, 65, 3_000_000] {
        for slice in [1, 63, 64, 65, 100] {
            let asked = slice.max(64);
            let given = asked + longer;
            let room = slice + 64;
            let what = format!("{given} bytes for {asked}, {slice} at once");
            let host = Scripted::new(Clock::Real).tcp([Reply::Come(5)]).fault(
                Call::TcpRecv,
                1,
                Fault::Longer(longer as u32),
            );
            let mut stream = connect(&host);
            let mut got = Vec::new();
            let mut buf = vec![0; slice];
            while got.len() < given.min(room) {
                let n = stream.read(&mut buf).unwrap();
                assert!(n > 0, "{what}");
                got.extend_from_slice(&buf[..n]);
            }
            assert_eq!(got, part(0, given.min(room)), "{what}");
            if given > room {
                for _ in 0..2 {
                    assert_eq!(stream.read(&mut buf), Err(Error::Overrun), "{what}");
                    assert_eq!(stream.read_ready(), Ok(true), "{what}");
                }
                assert_eq!(host.calls(Call::TcpRecv), 1, "{what}");
            } else {
                let mut five = [0; 5];
                assert_eq!(stream.read_exact(&mut five), Ok(()), "{what}");
                assert_eq!(five, *part(given, 5), "{what}");
            }
            assert_eq!(stream.write(b"still"), Ok(5), "{what}");
            drop(stream);
            host.finish(&what);
        }
    }
}

#[test]
fn a_longer_block_that_is_wanted_as_a_block_is_whole() {
    for longer in [1, 64, 3_000_000] {
        let host = Scripted::new(Clock::Real).tcp([Reply::Come(5)]).fault(
            Call::TcpRecv,
            1,
            Fault::Longer(longer),
        );
        let mut stream = connect(&host);
        let block = stream.read_block(8).unwrap().unwrap();
        let mut bytes = vec![0; block.len() as usize];
        assert_eq!(block.load(0, &mut bytes), 8 + longer as usize);
        assert!(bytes == part(0, 8 + longer as usize), "by {longer}");
        drop(block);
        let mut five = [0; 5];
        assert_eq!(stream.read_exact(&mut five), Ok(()));
        assert_eq!(five, *part(bytes.len(), 5));
        drop(stream);
        host.finish("a longer block");
    }
}

#[test]
fn after_a_send_that_fails_the_stream_only_reads() {
    for fault in [Fault::Zero, Fault::Says(0), Fault::Takes(0)] {
        let host = Scripted::new(Clock::Real)
            .tcp([Reply::Come(5)])
            .fault(Call::TcpSend, 2, fault);
        let mut stream = connect(&host);
        assert_eq!(stream.write(b"before"), Ok(6));
        assert_eq!(stream.write(b"broken"), Err(Error::SendFailed), "{fault:?}");
        for _ in 0..2 {
            assert_eq!(stream.write(b"after"), Err(Error::Shutdown), "{fault:?}");
        }
        assert_eq!(host.state().sent, b"before");
        let mut five = [0; 5];
        assert_eq!(stream.read_exact(&mut five), Ok(()), "{fault:?}");
        stream.shutdown(Shutdown::Read);
        assert_eq!(host.calls(Call::TcpClose), 0, "nobody shut the other half");
        assert_eq!(stream.read(&mut five), Ok(0));
        stream.shutdown(Shutdown::Both);
        assert_eq!(host.calls(Call::TcpClose), 1);
        drop(stream);
        assert_eq!(host.calls(Call::TcpClose), 1);
        host.finish("a send that failed");
    }
}

/// A write never says that more was written than it was given, and a short one is gone on with
/// where it stopped.
#[test]
fn a_send_that_says_more_or_less_is_believed_as_far_as_it_can_be() {
    let cases = [
        (Fault::Says(u32::MAX), 10),
        (Fault::Says(11), 10),
        (Fault::Says(9), 9),
        (Fault::Says(1), 1),
        (Fault::Takes(3), 3),
    ];
    for (fault, sent) in cases {
        let host = Scripted::new(Clock::Real).fault(Call::TcpSend, 1, fault);
        let stream = connect(&host);
        assert_eq!(stream.write(b"0123456789"), Ok(sent), "{fault:?}");
        host.break_at(Call::TcpSend, 1, fault);
        assert_eq!(stream.write_all(b"0123456789"), Ok(()), "{fault:?}");
        let expected = [&b"0123456789"[..sent], b"0123456789"].concat();
        assert_eq!(host.state().sent, expected, "{fault:?}");
        drop(stream);
        host.finish("sent more or less");
    }
}
