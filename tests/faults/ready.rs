//! `read_ready`: whether a read would return without waiting.

use crate::host::{Call, Clock, Fault, Reply, Scripted, pattern};
use harness_wasi_sockets::embedded::TcpStream;
use harness_wasi_sockets::{Error, Silence};
use std::time::Duration;

type Stream = TcpStream<64, Scripted>;

fn stream(host: &Scripted) -> Stream {
    Stream::connect_in(host.clone(), "peer.example:80").unwrap()
}

/// Clients poll until it is ready.
fn until_ready(stream: &mut Stream) -> Option<u32> {
    (1..=1_000).find(|_| stream.read_ready().unwrap())
}

#[test]
fn it_is_ready_when_the_host_has_bytes_and_asks_only_once() {
    for clock in Clock::ALL {
        let host = Scripted::new(clock).tcp([Reply::Come(7)]);
        let mut stream = stream(&host);
        assert_eq!(until_ready(&mut stream), Some(1), "{clock:?}");
        assert_eq!(stream.read_ready(), Ok(true));
        assert_eq!(host.calls(Call::TcpRecv), 1, "{clock:?}");
        let mut buf = [0; 8];
        assert_eq!(stream.read(&mut buf), Ok(7));
        assert!(buf[..7].iter().copied().eq((0..7).map(pattern)));
        assert_eq!(host.calls(Call::TcpRecv), 1, "{clock:?}");
    }
}

/// At EOF it becomes ready, on every clock, and the read then returns EOF without waiting.
#[test]
fn it_is_ready_at_the_end_at_last() {
    for clock in Clock::ALL {
        let host = Scripted::new(clock);
        let mut stream = stream(&host);
        let asked = if clock.shows_ends() { 1 } else { 6 };
        for again in 0..3 {
            let expected = if again == 0 { asked } else { 1 };
            assert_eq!(
                until_ready(&mut stream),
                Some(expected),
                "{clock:?}, {again}"
            );
            let calls = host.calls(Call::TcpRecv);
            assert_eq!(stream.read(&mut [0; 8]), Ok(0), "{clock:?}");
            assert_eq!(host.calls(Call::TcpRecv), calls, "{clock:?}");
        }
    }
}

/// Also after a read has returned EOF.
#[test]
fn it_is_ready_after_the_end() {
    for clock in Clock::ALL {
        let host = Scripted::new(clock);
        let mut stream = stream(&host);
        assert_eq!(stream.read(&mut [0; 8]), Ok(0), "{clock:?}");
        assert_eq!(until_ready(&mut stream), Some(1), "{clock:?}");
    }
}

/// Data after a false EOF is not lost, and needs no wait.
#[test]
fn it_is_ready_for_what_comes_behind_an_end_that_was_none() {
    for clock in Clock::ALL {
        let host = Scripted::new(clock).tcp([Reply::Come(7)]);
        for nth in 1..=6 {
            host.break_at(Call::TcpRecv, nth, Fault::Zero);
        }
        let mut stream = stream(&host);
        assert_eq!(stream.read(&mut [0; 8]), Ok(0), "{clock:?}");
        host.state().faults.clear();
        assert_eq!(stream.read_ready(), Ok(true), "{clock:?}");
        assert_eq!(stream.read(&mut [0; 8]), Ok(7), "{clock:?}");
    }
}

#[test]
fn it_is_not_ready_while_the_peer_is_silent() {
    for clock in Clock::ALL.into_iter().filter(|clock| clock.shows_waits()) {
        let silence = vec![Reply::Silence; 20];
        let host = Scripted::new(clock).tcp(silence).tcp([Reply::Come(7)]);
        assert_eq!(until_ready(&mut stream(&host)), Some(21), "{clock:?}");
    }
    // If nobody can tell, it waits for the whole timeout.
    let silence = vec![Reply::Silence; 20];
    let host = Scripted::new(Clock::Absent).tcp(silence.clone());
    let mut patient = stream(&host);
    patient
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    assert_eq!(until_ready(&mut patient), Some(12));
    // And forever, if silence is never EOF.
    let host = Scripted::new(Clock::Absent)
        .tcp(silence)
        .tcp([Reply::Come(7)]);
    let mut waiting = stream(&host);
    waiting.set_silence(Silence::TimedOut);
    assert_eq!(until_ready(&mut waiting), Some(21));
}

/// Bytes between two silences: the first silence does not count.
#[test]
fn a_silence_begins_anew_with_each_byte() {
    let mut replies = Vec::new();
    for _ in 0..4 {
        replies.extend(vec![Reply::Silence; 4]);
        replies.push(Reply::Come(1));
    }
    let host = Scripted::new(Clock::Absent).tcp(replies);
    let mut stream = stream(&host);
    for _ in 0..4 {
        assert_eq!(until_ready(&mut stream), Some(5));
        assert_eq!(stream.read(&mut [0; 8]), Ok(1));
    }
    assert_eq!(until_ready(&mut stream), Some(6), "the end");
}

#[test]
fn it_is_ready_when_the_read_would_fail() {
    let host = Scripted::new(Clock::Real).tcp([Reply::Come(7)]);
    let mut stream = stream(&host);
    host.out_of_memory(1, true);
    assert_eq!(stream.read_ready(), Ok(true));
    let calls = host.calls(Call::TcpRecv);
    assert_eq!(stream.read(&mut [0; 8]), Err(Error::OutOfMemory));
    assert_eq!(host.calls(Call::TcpRecv), calls);
}
