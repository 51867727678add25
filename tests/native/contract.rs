//! The contracts of embedded-io's traits, case by case, for every type that implements them.

use crate::{Turn, WAIT, pattern, v4};
use embedded_io::{BufRead, ErrorKind, Read, ReadReady, Write};
use harness_host::peers::{TcpEcho, TcpPeer};
use harness_wasi_sockets::embedded::Shutdown;
use harness_wasi_sockets::host::Native;
use harness_wasi_sockets::{Error, TcpStream, embedded};
use std::io::Write as _;
use std::net::SocketAddr;
use std::thread::sleep;

/// A peer that is silent for some of the host's waits between these two.
fn stalling() -> TcpPeer {
    TcpPeer::start(v4(), |mut stream, _| {
        stream.write_all(b"before")?;
        sleep(WAIT * 5 / 2);
        stream.write_all(b"after")
    })
    .unwrap()
}

fn silent() -> TcpPeer {
    TcpPeer::start(v4(), |_, stop| {
        while !stop.is_set() {
            sleep(WAIT / 10);
        }
        Ok(())
    })
    .unwrap()
}

/// The contract of `Read` and `ReadReady`.
fn reading<S: Read<Error = Error> + ReadReady>(connect: impl Fn(SocketAddr) -> S) {
    // An empty buffer never blocks, and does not mean EOF.
    let peer = silent();
    let mut stream = connect(peer.addr());
    // (Had it waited for this peer, it would have been `TimedOut`.)
    assert_eq!(stream.read(&mut []), Ok(0));
    assert_eq!(
        stream.read_ready(),
        Ok(false),
        "nothing is known to be there"
    );

    // It blocks only for the first byte, and a stall loses nothing.
    let peer = stalling();
    let mut stream = connect(peer.addr());
    let mut buf = [0; 11];
    let n = stream.read(&mut buf[..8]).unwrap();
    assert!((1..=6).contains(&n), "only what was there: {n}");
    stream.read_exact(&mut buf[n..]).unwrap();
    assert_eq!(&buf, b"beforeafter");

    // `Ok(0)` means only EOF; EOF is ready to be read.
    assert_eq!(stream.read(&mut buf), Ok(0));
    assert_eq!(stream.read_ready(), Ok(true));
    assert_eq!(stream.read(&mut buf), Ok(0));
    let error = stream.read_exact(&mut buf).unwrap_err();
    assert_eq!(error, embedded_io::ReadExactError::UnexpectedEof);

    // Ready means that the next read does not block.
    let peer = TcpPeer::start(v4(), |mut stream, stop| {
        stream.write_all(b"abc")?;
        while !stop.is_set() {
            sleep(WAIT / 10);
        }
        Ok(())
    })
    .unwrap();
    let mut stream = connect(peer.addr());
    assert_eq!(stream.read(&mut buf[..1]), Ok(1));
    if stream.read_ready() == Ok(true) {
        let n = stream.read(&mut buf).unwrap();
        assert!((1..=2).contains(&n), "{n}");
    }
}

/// The contract of `Write`.
fn writing<S: Write<Error = Error>>(connect: impl Fn(SocketAddr) -> S) {
    let echo = TcpEcho::v4().unwrap();
    let mut stream = connect(echo.addr());
    assert_eq!(stream.write(&[]), Ok(0));
    for len in [1, 7, 8, 9, 70_000] {
        let n = stream.write(&pattern(len)).unwrap();
        assert!((1..=len).contains(&n), "{n} of {len} bytes");
    }
    stream.write_all(&pattern(70_000)).unwrap();
    stream.write_all(&[]).unwrap();
    stream.flush().unwrap();
    write!(stream, "formatted {}", 1).unwrap();
}

/// Never returns `Ok(0)` for bytes, even if no more can be written.
fn writing_in_vain<S: Write<Error = Error>>(mut shut: S) {
    for _ in 0..3 {
        let error = shut.write(b"x").unwrap_err();
        assert_eq!(embedded_io::Error::kind(&error), ErrorKind::BrokenPipe);
        assert!(shut.write_all(b"x").is_err());
    }
}

#[test]
fn of_the_core() {
    let _turn = Turn::take();
    let connect = |addr: SocketAddr| embedded::TcpStream::connect(addr).unwrap();
    reading(connect);
    writing(connect);
    reading(|addr| embedded::TcpStream::<1>::connect_in(Native, addr).unwrap());
    let echo = TcpEcho::v4().unwrap();
    let mut stream = connect(echo.addr());
    stream.shutdown(Shutdown::Write);
    writing_in_vain(&stream);
    writing_in_vain(&mut stream);
    writing_in_vain(stream);
}

#[test]
fn of_the_facade() {
    let _turn = Turn::take();
    let connect = |addr: SocketAddr| TcpStream::connect(addr).unwrap();
    reading(connect);
    writing(connect);
    let echo = TcpEcho::v4().unwrap();
    let stream = connect(echo.addr());
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    writing_in_vain(&stream);
    writing_in_vain(stream);
}

#[test]
fn of_a_reference_to_the_facade() {
    let _turn = Turn::take();
    let streams = std::cell::RefCell::new(Vec::new());
    // A reference must refer to something that outlives it.
    let connect = |addr: SocketAddr| -> &'static TcpStream {
        let stream: &'static TcpStream = Box::leak(Box::new(TcpStream::connect(addr).unwrap()));
        streams.borrow_mut().push(stream);
        stream
    };
    reading(connect);
    writing(connect);
    for stream in streams.into_inner() {
        stream.shutdown(std::net::Shutdown::Both).unwrap();
    }
}

#[test]
fn of_bufread() {
    let _turn = Turn::take();
    let peer = stalling();
    buffered(embedded::TcpStream::connect(peer.addr()).unwrap());
}

/// The contract of `BufRead`, for a stream that receives `before` and then `after`.
fn buffered(mut stream: impl BufRead<Error = Error>) {
    let first = stream.fill_buf().unwrap().to_vec();
    assert!(
        !first.is_empty() && b"before".starts_with(&first),
        "{first:?}"
    );
    // It shows everything buffered, repeatedly, and does not block if there is data.
    assert_eq!(stream.fill_buf(), Ok(&first[..]));
    stream.consume(1);
    if first.len() > 1 {
        assert_eq!(stream.fill_buf(), Ok(&first[1..]));
    }
    // Consuming more than there is must be harmless.
    stream.consume(usize::MAX);
    let mut all = first;
    loop {
        let more = stream.fill_buf().unwrap();
        if more.is_empty() {
            break;
        }
        all.extend_from_slice(more);
        let len = more.len();
        stream.consume(len);
    }
    assert_eq!(all, b"beforeafter");
    assert_eq!(stream.fill_buf(), Ok(&[][..]), "the end stays the end");
}

/// `read_ready` never waits, not even for another thread that reads.
#[test]
fn of_readready_beside_a_read_that_waits() {
    let _turn = Turn::take();
    let (go, wait_for_go) = std::sync::mpsc::channel::<()>();
    let wait_for_go = std::sync::Mutex::new(wait_for_go);
    let peer = TcpPeer::start(v4(), move |mut stream, _| {
        let _ = wait_for_go.lock().unwrap().recv();
        stream.write_all(b"x")
    });
    let peer = peer.unwrap();
    let stream = TcpStream::connect(peer.addr()).unwrap();
    let mut clone = stream.try_clone().unwrap();
    std::thread::scope(|scope| {
        let reader = scope.spawn(move || Read::read(&mut &stream, &mut [0; 1]));
        sleep(WAIT / 4);
        // The peer sends only after this has returned.
        assert_eq!(clone.read_ready(), Ok(false));
        go.send(()).unwrap();
        assert_eq!(reader.join().unwrap(), Ok(1));
    });
}
