//! TCP over a host that goes wrong.

use crate::host::{Call, Clock, Fault, Reply, Scripted, pattern};
use embedded_io::Read;
use harness_wasi_sockets::Error;
use harness_wasi_sockets::embedded::TcpStream;

/// A stream that keeps 64 bytes.
type Stream = TcpStream<64, Scripted>;

#[track_caller]
fn connect(host: &Scripted) -> Stream {
    Stream::connect_in(host.clone(), "peer.example:80").unwrap()
}

/// These many bytes of what the peer sends, from `at` on.
fn part(at: usize, len: usize) -> Vec<u8> {
    (at..at + len).map(pattern).collect()
}

/// A peek once asked for more after the host had overrun the buffer: bytes were missing in the
/// middle, and nobody was told.
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
