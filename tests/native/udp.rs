use crate::{Turn, WAIT, pattern, v4};
use harness_host::peers::{UdpEcho, has_ipv6};
use harness_wasi_sockets::UdpSocket;
use harness_wasi_sockets::host::Native;
use std::io::ErrorKind;

#[test]
fn datagrams_come_back_whole_and_apart() {
    let _turn = Turn::take();
    let echo = UdpEcho::v4().unwrap();
    let socket = UdpSocket::connect(echo.addr()).unwrap();
    let mut buf = vec![0; 70_000];
    for size in (1..=40).chain([1_472, 9_000, 65_507]) {
        let sent = pattern(size);
        assert_eq!(socket.send(&sent).unwrap(), size);
        let n = socket.recv(&mut buf).unwrap();
        assert!(buf[..n] == sent, "{size} bytes");
    }
    socket.send(b"one").unwrap();
    socket.send(b"two").unwrap();
    assert_eq!(socket.recv_from(&mut buf).unwrap(), (3, echo.addr()));
    assert_eq!(&buf[..3], b"one");
    assert_eq!(socket.recv(&mut buf).unwrap(), 3);
    assert_eq!(&buf[..3], b"two");
}

#[test]
fn what_does_not_fit_is_lost() {
    let _turn = Turn::take();
    let echo = UdpEcho::v4().unwrap();
    let socket = UdpSocket::connect(echo.addr()).unwrap();
    socket.send(b"too long for it").unwrap();
    let mut short = [0; 8];
    assert_eq!(socket.recv(&mut short).unwrap(), 8);
    assert_eq!(&short, b"too long");
    socket.send(b"no room at all").unwrap();
    assert_eq!(socket.recv(&mut []).unwrap(), 0);
    socket.send(b"next").unwrap();
    assert_eq!(socket.recv(&mut short).unwrap(), 4);
    let error = socket.send(&[0; 65_508]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}

#[test]
fn an_empty_datagram_goes_out_and_comes_back_as_nothing() {
    let _turn = Turn::take();
    let echo = UdpEcho::v4().unwrap();
    let socket = UdpSocket::connect(echo.addr()).unwrap();
    assert_eq!(socket.send(&[]).unwrap(), 0);
    let error = socket.recv(&mut [0; 8]).unwrap_err();
    // `WouldBlock`, if the echo was quicker than the tenth of a wait that counts as one.
    assert!(
        matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
        "{error}"
    );
}

#[test]
fn addresses_and_names() {
    let _turn = Turn::take();
    let echo = UdpEcho::v4().unwrap();
    for socket in [
        UdpSocket::connect(echo.addr()),
        UdpSocket::connect(echo.addr().to_string()),
        UdpSocket::connect(("localhost", echo.addr().port())),
    ] {
        let socket = socket.unwrap();
        assert_eq!(socket.peer_addr().unwrap(), echo.addr());
        assert_eq!(
            socket.local_addr().unwrap_err().kind(),
            ErrorKind::Unsupported
        );
        socket.send(b"who?").unwrap();
        assert_eq!(socket.recv_from(&mut [0; 8]).unwrap(), (4, echo.addr()));
    }
    if has_ipv6() {
        let echo = UdpEcho::v6().unwrap();
        let socket = UdpSocket::connect(echo.addr()).unwrap();
        socket.send(b"six").unwrap();
        assert_eq!(socket.recv_from(&mut [0; 8]).unwrap(), (3, echo.addr()));
    } else {
        harness_host::skipped(
            "addresses_and_names, its IPv6 part",
            "this machine has no ::1",
        );
    }
}

#[test]
fn silence_times_out() {
    let _turn = Turn::take();
    let silent = std::net::UdpSocket::bind((v4(), 0)).unwrap();
    let socket = UdpSocket::connect(silent.local_addr().unwrap()).unwrap();
    socket.send(b"anybody?").unwrap();
    assert_eq!(
        socket.recv(&mut [0; 8]).unwrap_err().kind(),
        ErrorKind::TimedOut
    );
    socket.set_read_timeout(Some(WAIT * 3)).unwrap();
    let before = std::time::Instant::now();
    assert_eq!(
        socket.recv(&mut [0; 8]).unwrap_err().kind(),
        ErrorKind::TimedOut
    );
    assert!(before.elapsed() >= WAIT * 2, "it waited more than once");
}

#[test]
fn one_socket_and_several_peers() {
    let _turn = Turn::take();
    let echoes = [(); 3].map(|()| UdpEcho::v4().unwrap());
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    assert_eq!(
        socket.send(b"x").unwrap_err().kind(),
        ErrorKind::NotConnected
    );
    assert_eq!(
        socket.recv(&mut [0; 8]).unwrap_err().kind(),
        ErrorKind::NotConnected
    );
    assert_eq!(
        socket.peer_addr().unwrap_err().kind(),
        ErrorKind::NotConnected
    );
    for (i, echo) in echoes.iter().enumerate() {
        assert_eq!(socket.send_to(&[i as u8; 3], echo.addr()).unwrap(), 3);
    }
    // Every answer comes, whichever order the peers are asked in, and no peer is waited for twice.
    let mut from = [false; 3];
    for _ in 0..3 {
        let mut buf = [9; 8];
        let (n, addr) = socket.recv_from(&mut buf).unwrap();
        let i = echoes.iter().position(|echo| echo.addr() == addr).unwrap();
        assert_eq!(buf[..n], [i as u8; 3]);
        from[i] = true;
    }
    assert_eq!(from, [true; 3]);
    assert_eq!(
        socket.recv_from(&mut [0; 8]).unwrap_err().kind(),
        ErrorKind::TimedOut
    );

    // Connected to one of them, it hears that one only.
    socket.send_to(b"unheard", echoes[0].addr()).unwrap();
    socket.connect_to(echoes[1].addr()).unwrap();
    assert_eq!(socket.peer_addr().unwrap(), echoes[1].addr());
    let shown = format!("UdpSocket {{ peer: {}, .. }}", echoes[1].addr());
    assert_eq!(format!("{socket:?}"), shown);
    socket.send(b"heard").unwrap();
    assert_eq!(
        socket.recv_from(&mut [0; 8]).unwrap(),
        (5, echoes[1].addr())
    );
    assert_eq!(
        socket.recv(&mut [0; 8]).unwrap_err().kind(),
        ErrorKind::TimedOut
    );
}

#[test]
fn a_full_table_is_said_to_be() {
    let _turn = Turn::take();
    let echo = UdpEcho::v4().unwrap();
    let socket = UdpSocket::bind("[::]:0").unwrap();
    for port in 1..=16 {
        socket.send_to(b"x", (v4(), port)).unwrap();
    }
    let error = socket.send_to(b"x", echo.addr()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::QuotaExceeded, "{error}");
    assert!(error.to_string().contains("bind another"), "{error}");
    // Those it has can still be sent to. (Word that nobody listens there may make it an error.)
    let again = socket
        .send_to(b"x", (v4(), 16))
        .map_err(|error| error.kind());
    assert!(matches!(again, Ok(1) | Err(ErrorKind::Other)), "{again:?}");
}

#[test]
fn what_cannot_be_bound_to() {
    let _turn = Turn::take();
    for bad in [
        "0.0.0.0:53",
        "127.0.0.1:0",
        "[::1]:0",
        "localhost:0",
        "example.org:0",
    ] {
        let error = UdpSocket::bind(bad).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AddrNotAvailable, "{bad}");
    }
    assert_eq!(
        UdpSocket::bind("0.0.0.0").unwrap_err().kind(),
        ErrorKind::InvalidInput
    );
}

#[test]
fn a_peek_takes_nothing() {
    let _turn = Turn::take();
    let echo = UdpEcho::v4().unwrap();
    let socket = UdpSocket::connect(echo.addr()).unwrap();
    socket.send(b"one and only").unwrap();
    let mut short = [0; 3];
    assert_eq!(socket.peek(&mut short).unwrap(), 3);
    assert_eq!(&short, b"one");
    assert_eq!(socket.peek_from(&mut short).unwrap(), (3, echo.addr()));
    let mut whole = [0; 32];
    let clone = socket.try_clone().unwrap();
    assert_eq!(clone.recv_from(&mut whole).unwrap(), (12, echo.addr()));
    assert_eq!(&whole[..12], b"one and only");
    assert_eq!(
        socket.recv(&mut whole).unwrap_err().kind(),
        ErrorKind::TimedOut
    );
}

/// What has been peeked at and may not be received now hides nothing else, and stays.
#[test]
fn a_peeked_datagram_waits_for_who_may_have_it() {
    let _turn = Turn::take();
    let [named, first, second] = [(); 3].map(|()| UdpEcho::v4().unwrap());
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    let mut buf = [0; 16];
    // Short for 127.0.0.1 to the system's resolver, and to nobody an address.
    socket
        .send_to(b"from a name", ("127.1", named.addr().port()))
        .unwrap();
    assert_eq!(socket.peek(&mut buf).unwrap(), 11);
    socket.send_to(b"first", first.addr()).unwrap();
    assert_eq!(socket.recv_from(&mut buf).unwrap(), (5, first.addr()));
    assert_eq!(socket.recv(&mut buf).unwrap(), 11);
    assert_eq!(&buf[..11], b"from a name");

    socket.send_to(b"first", first.addr()).unwrap();
    assert_eq!(socket.peek_from(&mut buf).unwrap(), (5, first.addr()));
    socket.connect_to(second.addr()).unwrap();
    socket.send(b"second").unwrap();
    assert_eq!(socket.recv_from(&mut buf).unwrap(), (6, second.addr()));
    socket.connect_to(first.addr()).unwrap();
    assert_eq!(socket.recv_from(&mut buf).unwrap(), (5, first.addr()));
}

/// A datagram that cannot be sent to anybody makes nobody a peer.
#[test]
fn what_is_too_long_takes_no_place() {
    let _turn = Turn::take();
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    let error = socket.send_to(&[0; 65_508], (v4(), 9)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(Native::open_connections(), 0);
}

#[test]
fn one_thread_receives_while_another_sends() {
    let _turn = Turn::take();
    let echo = UdpEcho::v4().unwrap();
    let socket = UdpSocket::connect(echo.addr()).unwrap();
    socket
        .set_read_timeout(Some(std::time::Duration::from_secs(30)))
        .unwrap();
    std::thread::scope(|scope| {
        let receiver = scope.spawn(|| socket.recv(&mut [0; 8]).unwrap());
        std::thread::sleep(WAIT / 2);
        socket.send(b"at last").unwrap();
        assert_eq!(receiver.join().unwrap(), 7);
    });
}

#[test]
fn options() {
    let _turn = Turn::take();
    let echo = UdpEcho::v4().unwrap();
    crate::options::udp(&UdpSocket::connect(echo.addr()).unwrap()).unwrap();
}
