use crate::{PATIENCE, Turn, WAIT, pattern, v4};
use harness_host::peers::{UdpEcho, has_ipv6};
use harness_wasi_sockets::UdpSocket;
use harness_wasi_sockets::host::Native;
use std::io::ErrorKind;

#[test]
fn datagrams_come_back_whole_and_apart() {
    let _turn = Turn::patient();
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
    let _turn = Turn::patient();
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
    // `WouldBlock`, if the echo took less than the tenth of a wait that counts as one.
    assert!(
        matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
        "{error}"
    );
}

#[test]
fn addresses_and_names() {
    let _turn = Turn::patient();
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
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
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
    // Every reply arrives, in whatever order the peers are polled, and no peer is waited for twice.
    let mut from = [false; 3];
    for _ in 0..3 {
        let mut buf = [9; 8];
        let (n, addr) = socket.recv_from(&mut buf).unwrap();
        let i = echoes.iter().position(|echo| echo.addr() == addr).unwrap();
        assert_eq!(buf[..n], [i as u8; 3]);
        from[i] = true;
    }
    assert_eq!(from, [true; 3]);
    socket.set_read_timeout(Some(WAIT)).unwrap();
    assert_eq!(
        socket.recv_from(&mut [0; 8]).unwrap_err().kind(),
        ErrorKind::TimedOut
    );

    // Connected to one of them, it receives only from that one.
    socket.send_to(b"unheard", echoes[0].addr()).unwrap();
    socket.connect_to(echoes[1].addr()).unwrap();
    assert_eq!(socket.peer_addr().unwrap(), echoes[1].addr());
    let shown = format!("UdpSocket {{ peer: {}, .. }}", echoes[1].addr());
    assert_eq!(format!("{socket:?}"), shown);
    socket.send(b"heard").unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    assert_eq!(
        socket.recv_from(&mut [0; 8]).unwrap(),
        (5, echoes[1].addr())
    );
    socket.set_read_timeout(Some(WAIT)).unwrap();
    assert_eq!(
        socket.recv(&mut [0; 8]).unwrap_err().kind(),
        ErrorKind::TimedOut
    );
}

/// If there are more peers than places, the least recently used one gives way: nothing more is received from it, but
/// from all others.
#[test]
fn the_peer_used_longest_ago_gives_way() {
    let _turn = Turn::take();
    let peers = [(); 17].map(|()| std::net::UdpSocket::bind((v4(), 0)).unwrap());
    let addrs = peers.each_ref().map(|peer| peer.local_addr().unwrap());
    let socket = UdpSocket::bind("[::]:0").unwrap();
    let mut buf = [0; 8];
    // The address that each of them receives from.
    let mut ask = |i: usize| {
        socket.send_to(&[i as u8], addrs[i]).unwrap();
        peers[i].recv_from(&mut buf).unwrap().1
    };
    let mut froms: Vec<_> = (0..16).map(&mut ask).collect();
    // The first is used again, and the second received from: the third is left.
    assert_eq!(ask(0), froms[0]);
    peers[1].send_to(b"1", froms[1]).unwrap();
    let mut buf = [0; 8];
    assert_eq!(socket.recv_from(&mut buf).unwrap(), (1, addrs[1]));
    froms.push(ask(16));
    assert_eq!(Native::open_connections(), 16);
    for (peer, from) in peers.iter().zip(&froms) {
        // (The third may have no listener any more.)
        let _ = peer.send_to(b"answer", from);
    }
    let mut heard: Vec<_> = (0..16)
        .map(|_| socket.recv_from(&mut buf).unwrap().1)
        .collect();
    let mut expected = addrs.to_vec();
    expected.remove(2);
    heard.sort_unstable();
    expected.sort_unstable();
    assert_eq!(heard, expected);
    // Used again, it is received from again.
    let from = ask(2);
    peers[2].send_to(b"answer", from).unwrap();
    assert_eq!(socket.recv_from(&mut buf).unwrap(), (6, addrs[2]));
    assert_eq!(Native::open_connections(), 16);
}

/// A connected socket has one connection, apart from those with which it sends elsewhere.
#[test]
fn connecting_closes_the_other_connections() {
    let _turn = Turn::take();
    let echoes = [(); 3].map(|()| UdpEcho::v4().unwrap());
    let [a, b, c] = echoes.each_ref().map(UdpEcho::addr);
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    for to in [a, b, c] {
        socket.send_to(b"hello", to).unwrap();
    }
    assert_eq!(Native::open_connections(), 3);
    socket.connect_to(a).unwrap();
    assert_eq!(Native::open_connections(), 1);
    assert_eq!(socket.recv_from(&mut [0; 8]).unwrap(), (5, a));
    for _ in 0..20 {
        for to in [b, c, a] {
            socket.connect_to(to).unwrap();
            socket.send(b"hello").unwrap();
            assert_eq!(socket.recv_from(&mut [0; 8]).unwrap(), (5, to));
            assert_eq!(Native::open_connections(), 1);
        }
    }
    // It cannot be connected there, and stays unchanged.
    let error = socket.connect_to("no name of anybody:9").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(socket.peer_addr().unwrap(), a);
    socket.send(b"hello").unwrap();
    assert_eq!(socket.recv(&mut [0; 8]).unwrap(), 5);
    drop(socket);
    assert_eq!(Native::open_connections(), 0);

    // Another thread might use the socket's original connection. It is kept until the socket is closed.
    let socket = UdpSocket::connect(a).unwrap();
    for to in [b, c] {
        socket.connect_to(to).unwrap();
        assert_eq!(Native::open_connections(), 2);
    }
    drop(socket);
    assert_eq!(Native::open_connections(), 0);
}

/// A thread waits for a peer that gives way, or that the socket is connected away from.
#[test]
fn a_thread_that_waits_survives_a_change_of_peers() {
    let _turn = Turn::take();
    let [silent, other] = [(); 2].map(|()| std::net::UdpSocket::bind((v4(), 0)).unwrap());
    let echo = UdpEcho::v4().unwrap();
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    socket
        .set_read_timeout(Some(std::time::Duration::from_secs(60)))
        .unwrap();
    socket
        .send_to(b"anybody?", silent.local_addr().unwrap())
        .unwrap();
    let wait = || {
        let mut buf = [0; 8];
        loop {
            match socket.recv_from(&mut buf) {
                Ok((n, from)) => return (buf[..n].to_vec(), from),
                // For a moment, none of its peers had a listener.
                Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
            }
        }
    };
    std::thread::scope(|scope| {
        let waiting = scope.spawn(wait);
        for port in 1..=40 {
            let _ = socket.send_to(b"x", (v4(), port));
        }
        socket.send_to(b"hello", echo.addr()).unwrap();
        assert_eq!(waiting.join().unwrap(), (b"hello".to_vec(), echo.addr()));

        // Whether or not it is already waiting, it receives nothing from the previous peer.
        for _ in 0..5 {
            socket.connect_to(other.local_addr().unwrap()).unwrap();
            socket.send(b"question").unwrap();
            let (_, from) = other.recv_from(&mut [0; 8]).unwrap();
            let waiting = scope.spawn(wait);
            std::thread::sleep(WAIT / 10);
            socket.connect_to(echo.addr()).unwrap();
            let _ = other.send_to(b"late", from);
            socket.send(b"again").unwrap();
            assert_eq!(waiting.join().unwrap(), (b"again".to_vec(), echo.addr()));
        }
    });
}

/// Without any received data, no silence shows that a name now resolves to another address.
#[test]
fn a_name_that_answers_nothing_is_looked_up_again() {
    let _turn = Turn::take();
    let silent = std::net::UdpSocket::bind((v4(), 0)).unwrap();
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    // The system's resolver accepts this as 127.0.0.1; it is not a valid address.
    let name = ("127.1", silent.local_addr().unwrap().port());
    let send = || {
        socket.send_to(b"x", name).unwrap();
        silent.recv_from(&mut [0; 8]).unwrap().1
    };
    let first = send();
    for _ in 1..1_000 {
        assert_eq!(send(), first);
    }
    // A new connection, opened while the old one was still there.
    assert_ne!(send(), first);
    assert_eq!(Native::open_connections(), 1);
}

/// Peeked datagrams are kept, but only a limited number.
#[test]
fn the_oldest_of_many_peeked_datagrams_is_lost() {
    let _turn = Turn::take();
    let echoes = [(); 17].map(|()| UdpEcho::v4().unwrap());
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    let mut buf = [0; 8];
    for echo in &echoes {
        socket.connect_to(echo.addr()).unwrap();
        socket.send(b"hello").unwrap();
        assert_eq!(socket.peek(&mut buf).unwrap(), 5);
    }
    for (i, echo) in echoes.iter().enumerate() {
        socket.connect_to(echo.addr()).unwrap();
        socket.send(b"next").unwrap();
        let first = if i == 0 { 4 } else { 5 };
        assert_eq!(socket.recv(&mut buf).unwrap(), first, "{i}");
    }
}

/// Over IPv6 there is room for 20 bytes more.
#[test]
fn the_longest_datagram_over_ipv6() {
    let _turn = Turn::take();
    if !has_ipv6() {
        let what = "the_longest_datagram_over_ipv6";
        return harness_host::skipped(what, "this machine has no ::1");
    }
    let echo = UdpEcho::v6().unwrap();
    let sent = pattern(65_527);
    let mut buf = vec![0; 65_535];
    for socket in [
        UdpSocket::connect(echo.addr()).unwrap(),
        UdpSocket::bind("[::]:0").unwrap(),
    ] {
        assert_eq!(socket.send_to(&sent, echo.addr()).unwrap(), 65_527);
        let n = socket.recv(&mut buf).unwrap();
        assert!(buf[..n] == sent, "{n} bytes");
        let error = socket.send_to(&[0; 65_528], echo.addr()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    }
    let socket = harness_wasi_sockets::embedded::UdpSocket::connect(echo.addr()).unwrap();
    assert_eq!(socket.send(&sent), Ok(65_527));
    assert_eq!(socket.recv(&mut buf), Ok(65_527));
    assert_eq!(
        socket.send(&[0; 65_528]),
        Err(harness_wasi_sockets::Error::InvalidInput)
    );
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
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket.send(b"one and only").unwrap();
    let mut short = [0; 3];
    assert_eq!(socket.peek(&mut short).unwrap(), 3);
    assert_eq!(&short, b"one");
    assert_eq!(socket.peek_from(&mut short).unwrap(), (3, echo.addr()));
    let mut whole = [0; 32];
    let clone = socket.try_clone().unwrap();
    assert_eq!(clone.recv_from(&mut whole).unwrap(), (12, echo.addr()));
    assert_eq!(&whole[..12], b"one and only");
    socket.set_read_timeout(Some(WAIT)).unwrap();
    assert_eq!(
        socket.recv(&mut whole).unwrap_err().kind(),
        ErrorKind::TimedOut
    );
}

/// A peeked datagram that may not be received now hides no other, and stays.
#[test]
fn a_peeked_datagram_waits_for_who_may_have_it() {
    let _turn = Turn::patient();
    let [named, first, second] = [(); 3].map(|()| UdpEcho::v4().unwrap());
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    let mut buf = [0; 16];
    // The system's resolver accepts this as 127.0.0.1; it is not a valid address.
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

/// A datagram that cannot be sent adds no peer.
#[test]
fn what_is_too_long_takes_no_place() {
    let _turn = Turn::take();
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    let error = socket.send_to(&[0; 65_508], (v4(), 9)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    // A name may resolve to an IPv6 address.
    let error = socket.send_to(&[0; 65_528], ("127.1", 9)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(Native::open_connections(), 0);
}

#[test]
fn one_thread_receives_while_another_sends() {
    let _turn = Turn::take();
    let echo = UdpEcho::v4().unwrap();
    let socket = UdpSocket::connect(echo.addr()).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
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
