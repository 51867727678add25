use crate::{PATIENCE, Turn, WAIT, pattern, refusing_tcp, v4};
use harness_host::peers::{LineServer, TcpEcho, TcpPeer, UdpEcho, has_ipv6};
use harness_wasi_sockets::host::Native;
use harness_wasi_sockets::{
    Error, Shutdown, Silence, SocketAddr, TcpStream, ToSocketAddrs, UdpSocket,
};
use std::io::{BufRead, BufReader, ErrorKind, IoSlice, IoSliceMut, Read, Write};
use std::time::Duration;

#[test]
fn every_size_comes_back_whole() {
    let _turn = Turn::take();
    let echo = TcpEcho::v4().unwrap();
    let mut stream = TcpStream::connect(echo.addr()).unwrap();
    for size in (0..=40).chain([4_095, 4_096, 4_097, 65_535, 65_536, 65_537, 100_000]) {
        let sent = pattern(size);
        for chunk in [1, 7, 8, 9, 4_096, 70_000] {
            stream.write_all(&sent).unwrap();
            let mut got = vec![0; size];
            for part in got.chunks_mut(chunk) {
                stream.read_exact(part).unwrap();
            }
            assert!(got == sent, "{size} bytes, read {chunk} at a time");
            assert_eq!(Native::live_blocks(), 0, "between two operations");
        }
    }
}

#[test]
fn every_form_of_address_reaches_its_peer() {
    let _turn = Turn::take();
    let echo = TcpEcho::v4().unwrap();
    let port = echo.addr().port();
    let nobody = SocketAddr::from(([127, 0, 0, 1], 1));
    for stream in [
        TcpStream::connect(echo.addr()),
        TcpStream::connect(echo.addr().to_string()),
        TcpStream::connect(&*echo.addr().to_string()),
        TcpStream::connect(format!("localhost:{port}")),
        TcpStream::connect(("localhost", port)),
        TcpStream::connect((v4(), port)),
        TcpStream::connect(&[nobody, echo.addr()][..]),
    ] {
        let mut stream = stream.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), echo.addr());
        assert_eq!(
            stream.local_addr().unwrap_err().kind(),
            ErrorKind::Unsupported
        );
        stream.write_all(b"hello").unwrap();
        let mut back = [0; 5];
        stream.read_exact(&mut back).unwrap();
        assert_eq!(&back, b"hello");
    }
}

#[test]
fn ipv6_by_address_and_by_name() {
    if !has_ipv6() {
        harness_host::skipped("ipv6_by_address_and_by_name", "this machine has no ::1");
        return;
    }
    let _turn = Turn::take();
    let echo = TcpEcho::v6().unwrap();
    let stream = TcpStream::connect(echo.addr().to_string()).unwrap();
    assert_eq!(stream.peer_addr().unwrap(), echo.addr());
    // Nobody listens on this port of 127.0.0.1, so `localhost` falls back to ::1.
    let stream = TcpStream::connect(("localhost", echo.addr().port())).unwrap();
    assert_eq!(stream.peer_addr().unwrap(), echo.addr());
}

#[test]
fn lines() {
    let _turn = Turn::take();
    let server = LineServer::v4().unwrap();
    let stream = TcpStream::connect(server.addr()).unwrap();
    let mut reader = BufReader::new(&stream);
    for word in ["first", "", "the third"] {
        writeln!(&stream, "{word}").unwrap();
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        assert_eq!(line, format!("you said: {word}\n"));
    }
}

#[test]
fn to_the_end_and_after() {
    let _turn = Turn::take();
    for len in [0, 1, 8, 4_096, 4_097, 1_000_000] {
        let peer = TcpPeer::start(v4(), move |mut stream, _| stream.write_all(&pattern(len)));
        let peer = peer.unwrap();
        let mut stream = TcpStream::connect(peer.addr()).unwrap();
        let mut got = Vec::new();
        stream.read_to_end(&mut got).unwrap();
        assert!(got == pattern(len), "{} of {len} bytes", got.len());
        assert_eq!(stream.read(&mut [0; 8]).unwrap(), 0);
        assert_eq!(stream.peek(&mut [0; 8]).unwrap(), 0);
    }
}

#[test]
fn a_silent_peer_is_not_the_end() {
    let _turn = Turn::take();
    // Silent for several of the host's waits, then it sends, and is silent again before it closes.
    let peer = TcpPeer::start(v4(), |mut stream, _| {
        std::thread::sleep(WAIT * 7 / 2);
        stream.write_all(b"late")?;
        std::thread::sleep(WAIT * 3 / 2);
        Ok(())
    })
    .unwrap();

    let mut stream = TcpStream::connect(peer.addr()).unwrap();
    let mut got = Vec::new();
    stream.read_to_end(&mut got).unwrap();
    assert_eq!(got, b"late");

    // Silent until it receives something.
    let peer = TcpPeer::start(v4(), |mut stream, _| {
        stream.set_read_timeout(None)?;
        stream.read_exact(&mut [0; 1])?;
        stream.write_all(b"late")
    })
    .unwrap();
    let mut stream = TcpStream::connect(peer.addr()).unwrap();
    stream.set_read_timeout(Some(WAIT)).unwrap();
    assert_eq!(
        stream.read(&mut [0; 8]).unwrap_err().kind(),
        ErrorKind::TimedOut
    );
    stream.set_read_timeout(None).unwrap();
    stream.write_all(b"?").unwrap();
    let mut got = [0; 4];
    stream.read_exact(&mut got).unwrap();
    assert_eq!(&got, b"late", "nothing was lost to the timeout");
}

#[test]
fn timeouts() {
    let _turn = Turn::take();
    let echo = TcpEcho::v4().unwrap();
    let stream = TcpStream::connect(echo.addr()).unwrap();
    assert_eq!(
        stream.read_timeout().unwrap(),
        Some(Duration::from_secs(30))
    );
    let error = stream.set_read_timeout(Some(Duration::ZERO)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    let clone = stream.try_clone().unwrap();
    clone.set_read_timeout(None).unwrap();
    assert_eq!(stream.read_timeout().unwrap(), None);
}

#[test]
fn slices_of_no_length() {
    let _turn = Turn::take();
    let echo = TcpEcho::v4().unwrap();
    let mut stream = TcpStream::connect(echo.addr()).unwrap();
    assert_eq!(stream.write(&[]).unwrap(), 0);
    assert_eq!(stream.write_vectored(&[IoSlice::new(&[])]).unwrap(), 0);
    assert_eq!(stream.read(&mut []).unwrap(), 0);
    assert_eq!(
        stream
            .read_vectored(&mut [IoSliceMut::new(&mut [])])
            .unwrap(),
        0
    );
    assert_eq!(stream.peek(&mut []).unwrap(), 0);
    stream.flush().unwrap();
}

#[test]
fn a_half_that_is_shut() {
    let _turn = Turn::take();
    let echo = TcpEcho::v4().unwrap();
    let mut stream = TcpStream::connect(echo.addr()).unwrap();
    stream.write_all(b"echo").unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let error = stream.write(b"more").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BrokenPipe);
    let ours = error
        .get_ref()
        .and_then(|error| error.downcast_ref::<Error>());
    assert_eq!(ours, Some(&Error::Shutdown));
    let mut back = [0; 4];
    stream.read_exact(&mut back).unwrap();
    assert_eq!(&back, b"echo");
    assert_eq!(Native::open_connections(), 1);
    stream.shutdown(Shutdown::Read).unwrap();
    assert_eq!(Native::open_connections(), 0, "both halves are shut");
    assert_eq!(stream.read(&mut back).unwrap(), 0);
}

#[test]
fn the_last_clone_closes() {
    let _turn = Turn::take();
    let echo = TcpEcho::v4().unwrap();
    let mut stream = TcpStream::connect(echo.addr()).unwrap();
    let mut clone = stream.try_clone().unwrap();
    stream.write_all(b"shared bytes").unwrap();
    let mut part = [0; 6];
    stream.read_exact(&mut part).unwrap();
    assert_eq!(&part, b"shared");
    drop(stream);
    assert_eq!(Native::open_connections(), 1);
    clone.read_exact(&mut part).unwrap();
    assert_eq!(&part, b" bytes");
    drop(clone);
    assert_eq!(Native::open_connections(), 0);
}

/// A thread drops its thread-locals in an unspecified order: the stream may outlive the emulated kernel that it sends
/// through.
#[test]
fn a_stream_kept_for_a_thread_sends_its_last_bytes() {
    use std::cell::RefCell;
    use std::io::BufWriter;
    thread_local! {
        static LOG: RefCell<Option<BufWriter<TcpStream>>> = const { RefCell::new(None) };
    }
    let _turn = Turn::take();
    let (told, hear) = std::sync::mpsc::channel();
    let peer = TcpPeer::start(v4(), move |mut stream, _| {
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        told.send(text).map_err(std::io::Error::other)
    });
    let peer = peer.unwrap();
    let addr = peer.addr();
    let keeps = move || {
        // Registered first, so dropped last.
        LOG.with_borrow_mut(|log| {
            let mut stream = BufWriter::new(TcpStream::connect(addr).unwrap());
            stream.write_all(b"last words").unwrap();
            *log = Some(stream);
        });
    };
    std::thread::spawn(keeps).join().unwrap();
    assert_eq!(hear.recv().unwrap(), "last words");
}

#[test]
fn one_thread_reads_while_another_writes_and_shuts() {
    let _turn = Turn::take();
    let echo = TcpEcho::v4().unwrap();
    let stream = TcpStream::connect(echo.addr()).unwrap();
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut got = Vec::new();
            (&stream).read_to_end(&mut got).map(|_| got)
        });
        // The reader waits by now or soon; writing must not wait for it.
        for part in [&b"one "[..], b"two "] {
            (&stream).write_all(part).unwrap();
            std::thread::sleep(WAIT / 2);
        }
        stream.shutdown(Shutdown::Both).unwrap();
        let got = reader.join().unwrap().unwrap();
        assert!(b"one two ".starts_with(&got), "{got:?}");
    });
}

#[test]
fn writing_to_a_peer_that_has_gone() {
    let _turn = Turn::take();
    let peer = TcpPeer::start(v4(), |_, _| Ok(())).unwrap();
    let mut stream = TcpStream::connect(peer.addr()).unwrap();
    // The first write may still succeed; the peer replies with a reset.
    let failed = (0..10_000).find_map(|_| {
        std::thread::sleep(Duration::from_millis(5));
        stream.write(b"anybody?").err()
    });
    assert_eq!(failed.unwrap().kind(), ErrorKind::BrokenPipe);
    assert_eq!(
        stream.write(b"x").unwrap_err().kind(),
        ErrorKind::BrokenPipe
    );
    assert_eq!(stream.read(&mut [0; 8]).unwrap(), 0);
}

#[test]
fn options() {
    let _turn = Turn::take();
    let echo = TcpEcho::v4().unwrap();
    crate::options::tcp(&TcpStream::connect(echo.addr()).unwrap()).unwrap();
}

const MOMENT: Duration = Duration::from_nanos(1);

#[test]
fn connecting_within_a_time() {
    let _turn = Turn::take();
    let echo = TcpEcho::v4().unwrap();
    assert!(TcpStream::connect_timeout(&echo.addr(), PATIENCE).is_ok());
    // A successful connect succeeds, however long it took.
    assert!(TcpStream::connect_timeout(&echo.addr(), MOMENT).is_ok());
    let error = TcpStream::connect_timeout(&echo.addr(), Duration::ZERO).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    let (_port, refused) = refusing_tcp();
    let error = TcpStream::connect_timeout(&refused, PATIENCE).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    // The reply is immediate, but still later than that.
    let error = TcpStream::connect_timeout(&refused, MOMENT).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
}

#[test]
fn connecting_to_a_name_within_a_time() {
    let _turn = Turn::take();
    let echo = TcpEcho::v4().unwrap();
    let port = echo.addr().port();
    let (_port, refused) = refusing_tcp();
    for addr in [("localhost", port), ("127.1", port)] {
        let mut stream = TcpStream::connect_timeout_to(addr, PATIENCE).unwrap();
        stream.write_all(b"hello").unwrap();
        stream.read_exact(&mut [0; 5]).unwrap();
    }
    let stream = TcpStream::connect_timeout_to(&[refused, echo.addr()][..], PATIENCE).unwrap();
    assert_eq!(stream.peer_addr().unwrap(), echo.addr());

    let kind = |addr: &str, timeout| {
        let connected = TcpStream::connect_timeout_to(addr, timeout);
        connected.unwrap_err().kind()
    };
    let name = format!("127.1:{}", refused.port());
    assert_eq!(kind(&name, PATIENCE), ErrorKind::ConnectionRefused);
    assert_eq!(kind(&name, MOMENT), ErrorKind::TimedOut);
    assert_eq!(kind(&name, Duration::ZERO), ErrorKind::InvalidInput);
    // An invalid address is not a timeout, however late it is.
    assert_eq!(kind("2001:db8::1", MOMENT), ErrorKind::InvalidInput);
    let none = TcpStream::connect_timeout_to(&[][..], MOMENT).unwrap_err();
    assert_eq!(none.kind(), ErrorKind::InvalidInput);
    // After the timeout no other address is tried.
    let late = TcpStream::connect_timeout_to(&[refused, echo.addr()][..], MOMENT).unwrap_err();
    assert_eq!(late.kind(), ErrorKind::TimedOut);
}

/// The error says what to do instead.
#[test]
fn the_address_of_a_name_is_asked_for() {
    let _turn = Turn::take();
    let echo = TcpEcho::v4().unwrap();
    let name = ("127.1", echo.addr().port());
    let stream = TcpStream::connect(name).unwrap();
    let socket = UdpSocket::connect(name).unwrap();
    let bound = UdpSocket::bind("0.0.0.0:0").unwrap();
    bound.send_to(b"hello", name).unwrap();
    for error in [
        name.to_socket_addrs().unwrap_err(),
        "example.org:80".to_socket_addrs().unwrap_err(),
        stream.peer_addr().unwrap_err(),
        socket.peer_addr().unwrap_err(),
        socket.recv_from(&mut [0; 8]).unwrap_err(),
        bound.recv_from(&mut [0; 8]).unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(
            error.to_string().contains("pass the name to `connect`"),
            "{error}"
        );
        assert_eq!(error.downcast::<Error>().unwrap(), Error::NameNotResolved);
    }
}

/// The host part of a URL, as URL crates return it.
#[test]
fn an_ipv6_address_in_brackets_is_an_address() {
    if !has_ipv6() {
        harness_host::skipped(
            "an_ipv6_address_in_brackets_is_an_address",
            "this machine has no ::1",
        );
        return;
    }
    let _turn = Turn::take();
    let echo = TcpEcho::v6().unwrap();
    let stream = TcpStream::connect(("[::1]", echo.addr().port())).unwrap();
    assert_eq!(stream.peer_addr().unwrap(), echo.addr());
    let echo = UdpEcho::v6().unwrap();
    let socket = UdpSocket::connect(("[::1]", echo.addr().port())).unwrap();
    assert_eq!(socket.peer_addr().unwrap(), echo.addr());
    socket.send(b"hello").unwrap();
    assert_eq!(socket.recv_from(&mut [0; 8]).unwrap(), (5, echo.addr()));
}

/// A listener whose queue is full: the system does not reply to a connect. `None` if such a listener refuses, or has
/// unlimited room.
fn never_answering() -> Option<(std::net::TcpListener, Vec<std::net::TcpStream>)> {
    let listener = std::net::TcpListener::bind((v4(), 0)).unwrap();
    socket2::SockRef::from(&listener).listen(0).unwrap();
    let addr = listener.local_addr().unwrap();
    let mut queue = Vec::new();
    for _ in 0..16 {
        match std::net::TcpStream::connect_timeout(&addr, Duration::from_millis(200)) {
            Ok(stream) => queue.push(stream),
            Err(error) if error.kind() == ErrorKind::TimedOut => return Some((listener, queue)),
            Err(_) => return None,
        }
    }
    None
}

/// The host gives a connect 5 s. The caller's own timeout decides whether that is a timeout.
#[test]
fn a_connect_that_nobody_answers() {
    let Some((listener, _queue)) = never_answering() else {
        harness_host::skipped(
            "a_connect_that_nobody_answers",
            "this system has no listener that does not answer",
        );
        return;
    };
    let _turn = Turn::take();
    let addr = listener.local_addr().unwrap();
    let failed = |timeout| {
        TcpStream::connect_timeout(&addr, timeout)
            .unwrap_err()
            .kind()
    };
    std::thread::scope(|scope| {
        let short = scope.spawn(|| failed(Duration::from_secs(1)));
        let long = scope.spawn(|| failed(Duration::from_secs(3_600)));
        assert_eq!(short.join().unwrap(), ErrorKind::TimedOut);
        assert_eq!(long.join().unwrap(), ErrorKind::ConnectionRefused);
    });
}

#[test]
fn a_vectored_read_takes_what_is_there_and_waits_for_no_more() {
    let _turn = Turn::take();
    let peer = TcpPeer::start(v4(), |mut stream, stop| {
        stream.write_all(b"ten bytes.")?;
        while !stop.is_set() {
            std::thread::sleep(WAIT / 10);
        }
        Ok(())
    });
    let peer = peer.unwrap();
    let mut stream = TcpStream::connect(peer.addr()).unwrap();
    stream.set_read_timeout(Some(WAIT)).unwrap();
    let mut all = [0; 10];
    while stream.peek(&mut all).unwrap() < all.len() {}
    let (mut three, mut four) = ([0; 3], [0; 4]);
    let mut slices = [&mut [][..], &mut three, &mut [], &mut four].map(IoSliceMut::new);
    assert_eq!(stream.read_vectored(&mut slices).unwrap(), 7);
    assert_eq!((&three, &four), (b"ten", b" byt"));
    let mut slices = [&mut three[..], &mut four].map(IoSliceMut::new);
    assert_eq!(stream.read_vectored(&mut slices).unwrap(), 3);
    assert_eq!(&three, b"es.");
}

/// Where the buffer goes round its end, a read returns less than its slice has room for.
#[test]
fn a_vectored_read_leaves_no_hole() {
    let _turn = Turn::take();
    let sent = pattern(8_192);
    let bytes = sent.clone();
    let peer = TcpPeer::start(v4(), move |mut stream, _| stream.write_all(&bytes)).unwrap();
    let mut stream = TcpStream::connect(peer.addr()).unwrap();
    let mut seen = vec![0; 4_096];
    while stream.peek(&mut seen).unwrap() < 4_096 {}
    stream.read_exact(&mut seen[..4_000]).unwrap();
    while stream.peek(&mut seen).unwrap() < 1_000 {}
    let (mut one, mut other) = ([0; 200], [0; 50]);
    let mut slices = [&mut one[..], &mut other].map(IoSliceMut::new);
    let n = stream.read_vectored(&mut slices).unwrap();
    let read = [&one[..], &other].concat();
    assert_eq!(read[..n], sent[4_000..4_000 + n]);
}

#[test]
fn a_read_waits_for_another_threads_read() {
    let _turn = Turn::with_wait(PATIENCE);
    let echo = TcpEcho::v4().unwrap();
    let mut stream = TcpStream::connect(echo.addr()).unwrap();
    let [one, other] = [(); 2].map(|()| stream.try_clone().unwrap());
    std::thread::scope(|scope| {
        let readers = [one, other].map(|mut clone| {
            let reader = scope.spawn(move || {
                let mut byte = [0];
                clone.read(&mut byte).unwrap()
            });
            // Long enough for it to be in its read.
            std::thread::sleep(WAIT);
            reader
        });
        stream.write_all(b"ab").unwrap();
        assert_eq!(readers.map(|reader| reader.join().unwrap()), [1, 1]);
    });
}

#[test]
fn what_silence_means_is_remembered() {
    let _turn = Turn::take();
    let echo = TcpEcho::v4().unwrap();
    let stream = TcpStream::connect(echo.addr()).unwrap();
    assert_eq!(stream.silence(), Silence::EndOfStream);
    for silence in [Silence::TimedOut, Silence::EndOfStream] {
        stream.set_silence(silence);
        assert_eq!(stream.try_clone().unwrap().silence(), silence);
    }
}

#[test]
fn a_vectored_write_is_one_of_all_its_slices() {
    let _turn = Turn::take();
    let echo = TcpEcho::v4().unwrap();
    let mut stream = TcpStream::connect(echo.addr()).unwrap();
    let slices = [&b"one "[..], b"", b"two"].map(IoSlice::new);
    assert_eq!(stream.write_vectored(&slices).unwrap(), 7);
    let mut got = [0; 7];
    stream.read_exact(&mut got).unwrap();
    assert_eq!(&got, b"one two");
}

#[test]
fn streams_are_told_apart_where_they_are_shown() {
    let _turn = Turn::take();
    let echo = TcpEcho::v4().unwrap();
    let streams = [(); 3].map(|()| TcpStream::connect(echo.addr()).unwrap());
    let shown = streams.each_ref().map(|stream| format!("{stream:?}"));
    let start = format!("TcpStream {{ peer: {}, id: ", echo.addr());
    for text in &shown {
        assert!(text.starts_with(&start), "{text}");
    }
    let different: std::collections::BTreeSet<_> = shown.iter().collect();
    assert_eq!(different.len(), 3, "{shown:?}");
}
