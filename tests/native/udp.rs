use crate::{Turn, WAIT, pattern, v4};
use harness_host::peers::{UdpEcho, has_ipv6};
use harness_wasi_sockets::UdpSocket;
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
        println!("skipped: addresses_and_names, its IPv6 part: this machine has no ::1");
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
