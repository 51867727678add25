//! The async traits: every future is ready at the first poll.

use crate::{PATIENCE, Turn, pattern, refusing_tcp, v4};
use embedded_io_async::{BufRead, Read, ReadReady, Write};
use embedded_nal_async::{AddrType, ConnectedUdp, Dns, TcpConnect, UdpStack, UnconnectedUdp};
use harness_host::peers::{TcpEcho, UdpEcho};
use harness_wasi_sockets::Error;
use harness_wasi_sockets::embedded::{BlockingAsync, Stack};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

/// Polls a future once: it must be ready.
pub(crate) fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it is not ready at its first poll"),
    }
}

/// Receives data however late it arrives on a busy machine: a receive ends with the host's wait.
fn received(
    socket: &mut impl UnconnectedUdp<Error = Error>,
    buf: &mut [u8],
) -> Result<(usize, SocketAddr, SocketAddr), Error> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match now(socket.receive_into(buf)) {
            Err(Error::TimedOut) if Instant::now() < deadline => {}
            outcome => return outcome,
        }
    }
}

pub(crate) const ANY: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);

#[test]
fn a_stream() {
    let _turn = Turn::take();
    let echo = TcpEcho::v4().unwrap();
    let stack = Stack::new();
    let mut stream = now(TcpConnect::connect(&stack, echo.addr())).unwrap();
    let sent = pattern(5_000);
    now(stream.write_all(&sent)).unwrap();
    now(stream.flush()).unwrap();
    let mut got = vec![0; 4_999];
    now(stream.read_exact(&mut got)).unwrap();
    assert_eq!(got, sent[..4_999]);
    assert_eq!(now(stream.fill_buf()), Ok(&sent[4_999..]));
    BufRead::consume(&mut stream, 1);
    now(BlockingAsync(&stream.0).write_all(b"by reference")).unwrap();
    let n = now(stream.read(&mut got)).unwrap();
    assert!(b"by reference".starts_with(&got[..n]) && n > 0);

    // Code that uses both directions has one half for each.
    let (reader, writer) = stream.0.split();
    let (mut reader, mut writer) = (BlockingAsync(reader), BlockingAsync(writer));
    now(writer.write_all(b"in halves")).unwrap();
    let mut all = b"by reference".len() + b"in halves".len() - n;
    while all > 0 {
        let shown = now(reader.fill_buf()).unwrap().len();
        assert_eq!(reader.read_ready(), Ok(true));
        reader.consume(shown);
        all -= shown;
    }

    let (_port, refused) = refusing_tcp();
    assert_eq!(
        now(TcpConnect::connect(&stack, refused)).unwrap_err(),
        Error::ConnectFailed
    );
}

#[test]
fn names_that_need_no_look_up() {
    let stack = Stack::new();
    let by_name = |name, kind| now(stack.get_host_by_name(name, kind));
    let (v4, v6) = (
        IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(Ipv6Addr::LOCALHOST),
    );
    assert_eq!(by_name("127.0.0.1", AddrType::Either), Ok(v4));
    assert_eq!(by_name("127.0.0.1", AddrType::IPv4), Ok(v4));
    assert_eq!(
        by_name("127.0.0.1", AddrType::IPv6),
        Err(Error::Unsupported)
    );
    assert_eq!(by_name("::1", AddrType::Either), Ok(v6));
    assert_eq!(by_name("[::1]", AddrType::IPv6), Ok(v6));
    for localhost in ["localhost", "LocalHost", "localhost.", "LOCALHOST."] {
        assert_eq!(by_name(localhost, AddrType::Either), Ok(v4));
        assert_eq!(by_name(localhost, AddrType::IPv4), Ok(v4));
        assert_eq!(by_name(localhost, AddrType::IPv6), Ok(v6));
    }
    // (The last two are addresses, but with a scope.)
    for for_the_host in ["example.org", "fe80::1%4", "[fe80::1%eth0]"] {
        for kind in [AddrType::Either, AddrType::IPv4, AddrType::IPv6] {
            assert_eq!(by_name(for_the_host, kind), Err(Error::NameNotResolved));
        }
    }
    for neither in [
        "",
        "a b",
        "2001:db8:",
        "[::1",
        "[localhost]",
        "localhost:80",
    ] {
        assert_eq!(
            by_name(neither, AddrType::Either),
            Err(Error::InvalidAddress)
        );
    }
    assert_eq!(
        now(stack.get_host_by_address(v4, &mut [0; 255])),
        Err(Error::Unsupported)
    );
}

#[test]
fn a_connected_socket() {
    let _turn = Turn::patient();
    let echo = UdpEcho::v4().unwrap();
    let (local, mut socket) = now(UdpStack::connect(&Stack::new(), echo.addr())).unwrap();
    assert_eq!(local, ANY);
    now(ConnectedUdp::send(&mut socket, b"a datagram")).unwrap();
    let mut short = [0; 4];
    let n = now(ConnectedUdp::receive_into(&mut socket, &mut short)).unwrap();
    assert_eq!(
        (n, &short),
        (10, b"a da"),
        "the full length, as the trait wants it"
    );
}

#[test]
fn unconnected_sockets() {
    let _turn = Turn::take();
    let echoes = [(); 3].map(|()| UdpEcho::v4().unwrap());
    let stack = Stack::new();
    let (_, mut socket) = now(stack.bind_single(ANY)).unwrap();
    let mut buf = [0; 16];
    assert_eq!(now(socket.receive_into(&mut buf)), Err(Error::NotConnected));
    for echo in &echoes {
        now(socket.send(ANY, echo.addr(), b"hello")).unwrap();
        assert_eq!(received(&mut socket, &mut buf), Ok((5, ANY, echo.addr())));
        assert_eq!(&buf[..5], b"hello");
    }
    // A known peer takes no new place.
    now(socket.send(ANY, echoes[0].addr(), b"again")).unwrap();
    assert_eq!(
        received(&mut socket, &mut buf),
        Ok((5, ANY, echoes[0].addr()))
    );
    assert_eq!(now(socket.receive_into(&mut buf)), Err(Error::TimedOut));
    // A ninth peer takes the place of the least recently used one, the second.
    now(socket.send(ANY, echoes[1].addr(), b"lost")).unwrap();
    now(socket.send(ANY, echoes[2].addr(), b"hello")).unwrap();
    now(socket.send(ANY, echoes[0].addr(), b"hello")).unwrap();
    for port in 1..=6 {
        now(socket.send(ANY, (v4(), port).into(), b"x")).unwrap();
    }
    let mut heard = [(); 2].map(|()| now(socket.receive_into(&mut buf)).unwrap().2);
    heard.sort_unstable();
    let mut expected = [echoes[0].addr(), echoes[2].addr()];
    expected.sort_unstable();
    assert_eq!(heard, expected);
    now(socket.send(ANY, echoes[1].addr(), b"back")).unwrap();
    assert_eq!(
        now(socket.receive_into(&mut buf)),
        Ok((4, ANY, echoes[1].addr()))
    );

    // The known peers can still be sent to.
    now(socket.send(ANY, echoes[0].addr(), b"hello")).unwrap();
}

#[test]
fn what_can_be_bound_to() {
    let stack = Stack::new();
    let any = [ANY, (Ipv6Addr::UNSPECIFIED, 0).into()];
    for local in any {
        let bound = now(stack.bind_single(local)).map(|(local, _)| local);
        assert_eq!(bound, Ok(local));
        assert!(now(stack.bind_multiple(local)).is_ok());
    }
    for local in [
        "127.0.0.1:53",
        "127.0.0.1:0",
        "0.0.0.0:53",
        "[::1]:0",
        "[::]:53",
    ] {
        let local = local.parse().unwrap();
        let cannot = now(stack.bind_multiple(local)).unwrap_err();
        assert_eq!(cannot, Error::CannotBind, "{local}");
    }
}

/// The report of a closed port costs an unconnected socket no datagram: std's sockets do not even see it.
#[test]
fn no_datagram_is_lost_to_a_closed_port() {
    let _turn = Turn::take();
    // Connected to another address, so it receives nothing here.
    let deaf = std::net::UdpSocket::bind((v4(), 0)).unwrap();
    deaf.connect((v4(), 9)).unwrap();
    let addr = deaf.local_addr().unwrap();
    let (_, mut socket) = now(Stack::new().bind_single(ANY)).unwrap();
    for _ in 0..100 {
        assert_eq!(now(socket.send(ANY, addr, b"anybody?")), Ok(()));
    }
}
