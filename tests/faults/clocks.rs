//! Every clock: one that tells the time, none, and those that lie.

use crate::host::{Call, Clock, Reply, Scripted};
use crate::{icmp, udp};
use embedded_io::Read;
use harness_wasi_sockets::Error;
use harness_wasi_sockets::embedded::TcpStream;
use std::time::Duration;

type Stream = TcpStream<64, Scripted>;

fn stream(host: &Scripted) -> Stream {
    Stream::connect_in(host.clone(), "peer.example:80").unwrap()
}

/// What a read makes of an end and of silences, and how often the host is asked.
#[test]
fn the_end_and_a_silence_in_every_clock() {
    for clock in Clock::ALL {
        // Where it cannot be told from a silence, it is asked for as long as the timeout is.
        let (end, asked) = match clock {
            Clock::Real => (Ok(0), 1),
            Clock::Leaps => (Err(Error::TimedOut), 1),
            _ => (Ok(0), 6),
        };
        let host = Scripted::new(clock);
        assert_eq!(stream(&host).read(&mut [0; 8]), end, "{clock:?}, the end");
        assert_eq!(host.calls(Call::TcpRecv), asked, "{clock:?}, the end");

        let (silence, asked) = match clock {
            Clock::Real => (Err(Error::TimedOut), 6),
            Clock::Leaps => (Err(Error::TimedOut), 1),
            _ => (Ok(0), 6),
        };
        let host = Scripted::new(clock).tcp(vec![Reply::Silence; 20]);
        let read = stream(&host).read(&mut [0; 8]);
        assert_eq!(read, silence, "{clock:?}, a silence");
        assert_eq!(host.calls(Call::TcpRecv), asked, "{clock:?}, a silence");
        host.finish("a silence");
    }
}

/// A stall that is shorter than the timeout truncates nothing.
#[test]
fn a_stall_is_never_the_end() {
    for clock in Clock::ALL {
        let stall = vec![Reply::Silence; 5];
        let host = Scripted::new(clock).tcp(stall).tcp([Reply::Come(8)]);
        let mut stream = stream(&host);
        // On a clock that leaps, every silence is longer than any timeout, but not an end.
        let mut reads = (0..6).map(|_| stream.read(&mut [0; 9]));
        let read = reads.find(|read| *read != Err(Error::TimedOut));
        assert_eq!(read, Some(Ok(8)), "{clock:?}");
        drop(stream);
        host.finish("a stall");
    }
}

#[test]
fn every_clock_comes_to_an_end_with_every_timeout() {
    let timeouts = [
        Some(Duration::from_nanos(1)),
        Some(Duration::from_millis(5_001)),
        Some(Duration::from_secs(3_599)),
        Some(Duration::MAX),
        None,
    ];
    for clock in Clock::ALL {
        for timeout in timeouts {
            let for_ever = timeout.is_none_or(|timeout| timeout == Duration::MAX);
            // A leaping clock takes the end for a silence. For ever is for ever, then.
            if for_ever && clock == Clock::Leaps {
                continue;
            }
            let host = Scripted::new(clock);
            let mut stream = stream(&host);
            stream.set_read_timeout(timeout).unwrap();
            let end = match clock {
                Clock::Leaps => Err(Error::TimedOut),
                _ => Ok(0),
            };
            assert_eq!(stream.read(&mut [0; 8]), end, "{clock:?}, {timeout:?}");
            assert!(host.calls(Call::TcpRecv) <= 720, "{clock:?}, {timeout:?}");
            drop(stream);
            host.finish("the end");
        }
    }
}

#[test]
fn a_receive_comes_to_an_end_in_every_clock() {
    for clock in Clock::ALL {
        for reply in [Reply::Silence, Reply::Nothing] {
            let host = Scripted::new(clock).udp([reply.clone(), Reply::Packet(b"x".to_vec())]);
            let socket = udp::connect(&host);
            let nothing = match (clock, &reply) {
                (Clock::Real, Reply::Nothing) => Error::WouldBlock,
                _ => Error::TimedOut,
            };
            let received = socket.recv(&mut [0; 8]);
            assert_eq!(received, Err(nothing), "{clock:?}, {reply:?}");
            assert_eq!(socket.recv(&mut [0; 8]), Ok(1), "{clock:?}, {reply:?}");
            drop(socket);
            host.finish("a receive");
        }
    }
}

#[test]
fn an_icmp_receive_comes_to_an_end_in_every_clock() {
    for clock in Clock::ALL {
        for reply in [Reply::Silence, Reply::Nothing] {
            let host = Scripted::new(clock).icmp([reply.clone()]);
            let nothing = match (clock, &reply) {
                (Clock::Real, Reply::Nothing) => Error::NotHeard,
                _ => Error::TimedOut,
            };
            let heard = icmp::socket(&host).recv(5_000);
            assert_eq!(heard, Err(nothing), "{clock:?}, {reply:?}");
            host.finish("an ICMP receive");
        }
    }
}

#[test]
fn no_round_trip_is_claimed_on_a_clock_that_is_none() {
    for clock in Clock::ALL {
        let replies = [Reply::Silence, icmp::reply("10.0.0.1", 2, b"mine")];
        let host = Scripted::new(clock).icmp(replies);
        let pinged = icmp::socket(&host).ping("10.0.0.1", b"mine", 1, 5_000);
        let pinged = pinged.unwrap();
        assert_eq!((pinged.seq, pinged.requests), (2, 2), "{clock:?}");
        // A clock that leaps goes on, and so is taken for one.
        let claims = matches!(clock, Clock::Real | Clock::Leaps);
        assert_eq!(pinged.round_trip.is_some(), claims, "{clock:?}");
        host.finish("a ping");
    }
}
