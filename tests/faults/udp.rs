//! UDP over a faulty host.

use crate::host::{Call, Clock, Fault, Reply, Scripted, pattern};
use crate::tcp::NO_BLOCK;
use embedded_nal_async::{ConnectedUdp, UdpStack, UnconnectedUdp};
use harness_wasi_sockets::Error;
use harness_wasi_sockets::embedded::{Stack, UdpSocket};
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

#[track_caller]
pub fn connect(host: &Scripted) -> UdpSocket<Scripted> {
    UdpSocket::connect_in(host.clone(), "peer.example:53").unwrap()
}

fn packet(bytes: &[u8]) -> Reply {
    Reply::Packet(bytes.to_vec())
}

/// Polls a future once: it must be ready.
pub fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it is not ready at its first poll"),
    }
}

#[test]
fn a_socket_is_refused_with_0() {
    let host = Scripted::new(Clock::Real).fault(Call::UdpConnect, 1, Fault::Zero);
    let refused = UdpSocket::connect_in(host.clone(), "peer.example:53");
    assert_eq!(refused.unwrap_err(), Error::ConnectFailed);
    assert_eq!(host.calls(Call::UdpClose), 0);
    host.finish("no socket");
}

#[test]
fn a_datagram_that_was_not_sent_is_an_error_and_the_socket_goes_on() {
    for fault in [Fault::Zero, Fault::Takes(0), Fault::Says(0)] {
        let host =
            Scripted::new(Clock::Real)
                .udp([packet(b"answer")])
                .fault(Call::UdpSend, 1, fault);
        let socket = connect(&host);
        assert_eq!(socket.send(b"lost"), Err(Error::NotSent), "{fault:?}");
        assert_eq!(socket.send(b"sent"), Ok(4), "{fault:?}");
        assert_eq!(socket.recv(&mut [0; 9]), Ok(6), "{fault:?}");
        drop(socket);
        assert_eq!(host.calls(Call::UdpClose), 1);
        host.finish("not sent");
    }
}

#[test]
fn no_more_of_a_datagram_is_sent_than_the_host_says() {
    let cases = [
        (Fault::Says(u32::MAX), 5),
        (Fault::Says(6), 5),
        (Fault::Says(4), 4),
        (Fault::Takes(1), 1),
    ];
    for (fault, sent) in cases {
        let host = Scripted::new(Clock::Real).fault(Call::UdpSend, 1, fault);
        let socket = connect(&host);
        assert_eq!(socket.send(b"hello"), Ok(sent), "{fault:?}");
        drop(socket);
        host.finish("sent more or less");
    }
    // Of an empty one, nothing can be more or less.
    let host = Scripted::new(Clock::Real).fault(Call::UdpSend, 1, Fault::Says(7));
    assert_eq!(connect(&host).send(b""), Ok(0));
    host.finish("an empty datagram");
}

#[test]
fn a_datagram_in_no_block_is_no_datagram() {
    for fault in NO_BLOCK {
        for clock in Clock::ALL {
            let host = Scripted::new(clock)
                .udp([packet(b"one"), packet(b"two")])
                .fault(Call::UdpRecv, 2, fault);
            let socket = connect(&host);
            let mut buf = [0; 8];
            assert_eq!(socket.recv(&mut buf), Ok(3));
            let nothing = if clock.shows_ends() {
                Error::WouldBlock
            } else {
                Error::TimedOut
            };
            assert_eq!(socket.recv(&mut buf), Err(nothing), "{fault:?}, {clock:?}");
            assert_eq!(socket.recv(&mut buf), Ok(3));
            assert_eq!(&buf[..3], b"two");
            drop(socket);
            assert_eq!(host.calls(Call::UdpRecv), 3, "{fault:?}, {clock:?}");
            host.finish("no block");
        }
    }
}

#[test]
fn an_empty_datagram_reads_as_none() {
    let host = Scripted::new(Clock::Real).udp([packet(b""), packet(b"x")]);
    let socket = connect(&host);
    assert_eq!(socket.recv(&mut [0; 8]), Err(Error::WouldBlock));
    assert_eq!(socket.recv(&mut [0; 8]), Ok(1));
    drop(socket);
    host.finish("an empty datagram");
}

#[test]
fn a_datagram_longer_than_asked_for_is_cut_and_the_next_is_whole() {
    for longer in [1, 64, 3_000_000] {
        let host = Scripted::new(Clock::Real).udp([packet(b"next")]).fault(
            Call::UdpRecv,
            1,
            Fault::Longer(longer),
        );
        let socket = connect(&host);
        let mut buf = [0xee; 9];
        assert_eq!(socket.recv(&mut buf[..8]), Ok(8), "{longer} too long");
        assert!(buf[..8].iter().copied().eq((0..8).map(pattern)));
        assert_eq!(buf[8], 0xee, "nothing is written behind the slice");
        assert_eq!(socket.recv(&mut buf), Ok(4));
        assert_eq!(&buf[..4], b"next");

        // As a block, it is what the host gave.
        host.break_at(Call::UdpRecv, 1, Fault::Longer(longer));
        assert_eq!(socket.recv_block(8).unwrap().len(), 8 + longer as usize);
        drop(socket);
        host.finish("longer");
    }
}

#[test]
fn an_empty_slice_takes_a_datagram_however_long() {
    let host = Scripted::new(Clock::Real).udp([packet(b"next")]).fault(
        Call::UdpRecv,
        1,
        Fault::Longer(3_000_000),
    );
    let socket = connect(&host);
    assert_eq!(socket.recv(&mut []), Ok(0));
    assert_eq!(socket.recv(&mut [0; 8]), Ok(4));
    drop(socket);
    host.finish("an empty slice");
}

/// The async traits' socket with several peers.
#[test]
fn a_socket_with_several_peers_survives_each_fault() {
    let peer = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let any = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
    let faults = [
        (Call::UdpConnect, Fault::Zero, Err(Error::ConnectFailed)),
        (Call::UdpSend, Fault::Zero, Ok(())), // it is sent a second time
        (Call::UdpSend, Fault::Says(2), Err(Error::NotSent)),
        (Call::UdpSend, Fault::Takes(1), Err(Error::NotSent)),
        (Call::UdpSend, Fault::Says(u32::MAX), Ok(())),
        (Call::UdpConnect, Fault::Says(u32::MAX), Ok(())),
        (Call::UdpConnect, Fault::Says(1), Ok(())), // the first peer's, a second time
    ];
    for (call, fault, outcome) in faults {
        let host = Scripted::new(Clock::Real).udp([packet(b"answer")]);
        let stack = Stack::<64, _>::new_in(host.clone());
        let (_, mut socket) = now(stack.bind_single(any)).unwrap();
        assert_eq!(now(socket.send(any, peer(1), b"one")), Ok(()));
        host.break_at(call, 1, fault);
        let second = now(socket.send(any, peer(2), b"two"));
        assert_eq!(second, outcome, "{call:?} {fault:?}");
        // It says how long the datagram was, and writes no more than there is room for.
        host.break_at(Call::UdpRecv, 1, Fault::Longer(3));
        let mut buf = [0xee; 4];
        let received = now(socket.receive_into(&mut buf[..3]));
        assert_eq!(received.map(|(n, ..)| n), Ok(65_538));
        assert_eq!(buf[3], 0xee);
        for fault in NO_BLOCK {
            let tries = host.calls(Call::UdpConnect);
            host.state().udp.clear();
            for nth in 1..=tries {
                host.break_at(Call::UdpRecv, nth, fault);
            }
            let received = now(socket.receive_into(&mut buf));
            assert_eq!(received, Err(Error::WouldBlock), "{fault:?}");
        }
        drop(socket);
        host.finish("several peers");
    }
}

/// The report of a closed port uses up one attempt. A datagram that fails twice was not sent, and a partially sent
/// datagram is not sent again.
#[test]
fn a_datagram_to_one_of_several_peers_is_tried_twice() {
    let peer = SocketAddr::from((Ipv4Addr::LOCALHOST, 9));
    let any = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
    let cases = [
        (&[Fault::Zero][..], Ok(()), 2),
        (&[Fault::Zero, Fault::Zero], Err(Error::NotSent), 2),
        (&[Fault::Zero, Fault::Takes(3)], Err(Error::NotSent), 2),
        (&[Fault::Takes(3)], Err(Error::NotSent), 1),
    ];
    for (faults, outcome, calls) in cases {
        let host = Scripted::new(Clock::Real);
        for (nth, fault) in (1..).zip(faults) {
            host.break_at(Call::UdpSend, nth, *fault);
        }
        let stack = Stack::<64, _>::new_in(host.clone());
        let mut socket = now(stack.bind_multiple(any)).unwrap();
        assert_eq!(now(socket.send(any, peer, b"hello")), outcome, "{faults:?}");
        assert_eq!(host.calls(Call::UdpSend), calls, "{faults:?}");
        // The host never reports that it has sent an empty one.
        assert_eq!(now(socket.send(any, peer, b"")), Ok(()));
        drop(socket);
        host.finish("tried twice");
    }
    // As with std's connected socket, the report of a closed port is an error.
    let host = Scripted::new(Clock::Real).fault(Call::UdpSend, 1, Fault::Zero);
    let mut socket = connect(&host);
    let mut send = |data| now(ConnectedUdp::send(&mut socket, data));
    assert_eq!(send(b"hello"), Err(Error::NotSent));
    assert_eq!(send(b"hello"), Ok(()));
    host.break_at(Call::UdpSend, 1, Fault::Says(4));
    assert_eq!(send(b"hello"), Err(Error::NotSent));
    drop(socket);
    host.finish("a connected socket");
}

/// It waits for one peer after the other; a silent one is not waited for first again.
#[test]
fn of_several_peers_the_silent_ones_come_last() {
    let peer = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let any = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
    let host = Scripted::new(Clock::Real);
    let stack = Stack::<64, _>::new_in(host.clone());
    let (_, mut socket) = now(stack.bind_single(any)).unwrap();
    for port in [1, 2, 3] {
        assert_eq!(now(socket.send(any, peer(port), b"hello")), Ok(()));
    }
    let mut heard = |replies: &[Reply]| {
        host.state().udp.extend(replies.iter().cloned());
        let from = now(socket.receive_into(&mut [0; 9])).map(|(_, _, from)| from.port());
        assert!(host.state().udp.is_empty(), "{from:?}");
        from
    };
    let (silence, nothing, answer) = (Reply::Silence, Reply::Nothing, packet(b"answer"));
    assert_eq!(heard(&[silence.clone(), answer.clone()]), Ok(2));
    // The first one owes an answer still; the second has given all that it owed.
    assert_eq!(heard(&[silence.clone(), answer.clone()]), Ok(2));
    assert_eq!(heard(&[silence.clone(), answer.clone()]), Ok(3));
    assert_eq!(
        heard(&[nothing.clone(), silence, nothing.clone()]),
        Err(Error::TimedOut),
        "one was waited for"
    );
    // All were silent then, the third of them before the first and the second.
    assert_eq!(heard(&[nothing.clone(), answer]), Ok(1));
    let nobody = [nothing.clone(), nothing.clone(), nothing];
    assert_eq!(heard(&nobody), Err(Error::WouldBlock));
    drop(socket);
    host.finish("several peers, some silent");
}
