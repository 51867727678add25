//! Every clock: a real one, none, and wrong ones.

use crate::host::{Call, Clock, Reply, Scripted};
use crate::{icmp, udp};
use harness_wasi_sockets::embedded::TcpStream;
use harness_wasi_sockets::{Error, Silence};
use std::time::Duration;

type Stream = TcpStream<64, Scripted>;

fn stream(host: &Scripted) -> Stream {
    Stream::connect_in(host.clone(), "peer.example:80").unwrap()
}

/// How a read interprets EOF and silence, and how often it calls the host.
#[test]
fn the_end_and_a_silence_in_every_clock() {
    for clock in Clock::ALL {
        for silence in [Silence::EndOfStream, Silence::TimedOut] {
            let what = format!("{clock:?}, {silence:?}");
            // If nobody can tell, the host is called for the whole timeout.
            let untold = match silence {
                Silence::TimedOut => (Err(Error::TimedOut), 6),
                _ => (Ok(0), 6),
            };
            let end = if clock.shows_ends() {
                (Ok(0), 1)
            } else {
                untold
            };
            let host = Scripted::new(clock);
            let mut ended = stream(&host);
            ended.set_silence(silence);
            assert_eq!(ended.silence(), silence);
            let read = ended.read(&mut [0; 8]);
            assert_eq!((read, host.calls(Call::TcpRecv)), end, "{what}, the end");

            let waited = if clock.shows_waits() {
                (Err(Error::TimedOut), 6)
            } else {
                untold
            };
            let host = Scripted::new(clock).tcp(vec![Reply::Silence; 20]);
            let mut silent = stream(&host);
            silent.set_silence(silence);
            let read = silent.read(&mut [0; 8]);
            assert_eq!(
                (read, host.calls(Call::TcpRecv)),
                waited,
                "{what}, a silence"
            );
            drop(silent);
            host.finish("a silence");
        }
    }
}

/// A busy host reports EOF late.
#[test]
fn an_end_that_the_host_reports_slowly_is_the_end() {
    for clock in Clock::ALL.into_iter().filter(|clock| clock.shows_ends()) {
        for (ms, timeout, asked) in [
            (12, Some(30), 1),
            (12, None, 1),
            (30, None, 1),
            // A longer one may be the wait of a test's host. But no read runs forever.
            (60, None, 720),
            (900, None, 720),
            (900, Some(3_600), 720),
        ] {
            let late = Reply::Late(Duration::from_millis(ms));
            let host = Scripted::new(clock).tcp(vec![late; 1_000]);
            let mut stream = stream(&host);
            stream
                .set_read_timeout(timeout.map(Duration::from_secs))
                .unwrap();
            let what = format!("{clock:?}, {ms} ms, {timeout:?} s");
            assert_eq!(stream.read(&mut [0; 8]), Ok(0), "{what}");
            assert_eq!(host.calls(Call::TcpRecv), asked, "{what}");
        }
    }
}

/// On every clock a stream may wait forever for data, if its user sets that.
#[test]
fn a_silence_that_times_out_truncates_nothing() {
    for clock in Clock::ALL {
        let host = Scripted::new(clock).tcp(vec![Reply::Silence; 40]);
        let host = host.tcp([Reply::Come(8)]);
        let mut stream = stream(&host);
        stream.set_silence(Silence::TimedOut);
        let mut reads = (0..8).map(|_| stream.read(&mut [0; 9]));
        let read = reads.find(|read| *read != Err(Error::TimedOut));
        assert_eq!(read, Some(Ok(8)), "{clock:?}");
        drop(stream);
        host.finish("a long silence");
    }
}

/// A stall shorter than the timeout truncates nothing.
#[test]
fn a_stall_is_never_the_end() {
    for clock in Clock::ALL {
        let stall = vec![Reply::Silence; 5];
        let host = Scripted::new(clock).tcp(stall).tcp([Reply::Come(8)]);
        let mut stream = stream(&host);
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
            let host = Scripted::new(clock);
            let mut stream = stream(&host);
            stream.set_read_timeout(timeout).unwrap();
            let read = stream.read(&mut [0; 8]);
            assert_eq!(read, Ok(0), "{clock:?}, {timeout:?}");
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
            let nothing = if clock.shows_ends() && reply == Reply::Nothing {
                Error::WouldBlock
            } else {
                Error::TimedOut
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
            let nothing = if clock.shows_ends() && reply == Reply::Nothing {
                Error::NotHeard
            } else {
                Error::TimedOut
            };
            let heard = icmp::socket(&host).recv(5_000);
            assert_eq!(heard, Err(nothing), "{clock:?}, {reply:?}");
            host.finish("an ICMP receive");
        }
    }
}

/// However short the wait: a host that has waited has listened.
#[test]
fn an_icmp_receive_that_waited_has_timed_out() {
    for clock in Clock::ALL {
        for timeout_ms in (0..200).chain([5_000, u32::MAX]) {
            let host = Scripted::new(clock).icmp([Reply::Silence]);
            let heard = icmp::socket(&host).recv(timeout_ms);
            assert_eq!(heard, Err(Error::TimedOut), "{clock:?}, {timeout_ms}");
            host.finish("a short wait");
        }
    }
}

#[test]
fn no_round_trip_is_claimed_on_a_clock_that_is_none() {
    for clock in Clock::ALL {
        let replies = [Reply::Silence, icmp::reply("10.0.0.1", 8_193, b"mine")];
        let host = Scripted::new(clock).icmp(replies);
        let pinged = icmp::socket(&host).ping("10.0.0.1", b"mine", 1, 5_000);
        let pinged = pinged.unwrap();
        assert_eq!((pinged.seq, pinged.requests), (8_193, 2), "{clock:?}");
        let claims = clock.shows_ends() && clock != Clock::Leaps;
        assert_eq!(pinged.round_trip.is_some(), claims, "{clock:?}");
        host.finish("a ping");
    }
}
