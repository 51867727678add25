//! The traits of `edge-nal`: every future is ready at the first poll.

use crate::nal_async::{ANY, now};
use crate::{PATIENCE, Turn, pattern, refusing_tcp, v4};
use edge_nal::{
    AddrType, Close, Dns, MulticastV4, MulticastV6, Readable, TcpConnect, TcpShutdown, TcpSplit,
    UdpBind, UdpConnect, UdpReceive, UdpSend, UdpSplit, UdpSplitMulticast,
};
use embedded_io_async::{Read, Write};
use harness_host::peers::{TcpEcho, TcpPeer, UdpEcho};
use harness_wasi_sockets::Error;
use harness_wasi_sockets::embedded::{Names, Shutdown, Stack};
use harness_wasi_sockets::host::Native;
use std::io::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

#[test]
fn a_stream_in_halves() {
    let _turn = Turn::take();
    let echo = TcpEcho::v4().unwrap();
    let stack = Stack::new();
    let mut stream = now(TcpConnect::connect(&stack, echo.addr())).unwrap();
    let sent = pattern(5_000);
    let (mut reader, mut writer) = TcpSplit::split(&mut stream);
    now(writer.write_all(&sent)).unwrap();
    now(reader.readable()).unwrap();
    let mut got = vec![0; 4_999];
    now(reader.read_exact(&mut got)).unwrap();
    assert_eq!(got, sent[..4_999]);
    now(stream.readable()).unwrap();
    assert_eq!(now(stream.read(&mut got)), Ok(1));

    let (_port, refused) = refusing_tcp();
    let refused = now(TcpConnect::connect(&stack, refused)).unwrap_err();
    assert_eq!(refused, Error::ConnectFailed);
}

#[test]
fn readable_waits_for_bytes_or_the_end_or_the_timeout() {
    let _turn = Turn::with_wait(Duration::from_millis(200));
    let stack = Stack::new();
    let echo = TcpEcho::v4().unwrap();
    let mut stream = now(TcpConnect::connect(&stack, echo.addr())).unwrap();
    let timeout = Some(Duration::from_millis(200));
    stream.0.set_read_timeout(timeout).unwrap();
    assert_eq!(now(stream.readable()), Err(Error::TimedOut));
    let (mut reader, _) = TcpSplit::split(&mut stream);
    assert_eq!(reader.0.read_ready(), Ok(false));
    assert_eq!(now(reader.readable()), Err(Error::TimedOut));
    // Nothing is lost.
    now(stream.write_all(b"x")).unwrap();
    stream.0.set_read_timeout(Some(PATIENCE)).unwrap();
    assert_eq!(now(stream.readable()), Ok(()));
    // There is something to read now, so nothing is waited for.
    stream.0.set_read_timeout(timeout).unwrap();
    assert_eq!(now(stream.readable()), Ok(()));
    assert_eq!(now(stream.read(&mut [0; 4])), Ok(1));
    stream.0.shutdown(Shutdown::Read);
    assert_eq!(now(stream.readable()), Ok(()));

    let peer = TcpPeer::start(v4(), |mut stream, _| stream.write_all(b"Hello")).unwrap();
    let mut stream = now(TcpConnect::connect(&stack, peer.addr())).unwrap();
    for expected in [5, 0, 0] {
        assert_eq!(now(stream.readable()), Ok(()));
        assert_eq!(now(stream.read(&mut [0; 8])), Ok(expected));
    }
}

#[test]
fn closing_and_aborting() {
    let _turn = Turn::take();
    let echo = TcpEcho::v4().unwrap();
    let stack = Stack::new();
    let connect = || now(TcpConnect::connect(&stack, echo.addr())).unwrap();

    let mut stream = connect();
    now(stream.close(Close::Write)).unwrap();
    assert_eq!(now(stream.write(b"x")), Err(Error::Shutdown));
    assert_eq!(Native::open_connections(), 1);
    now(stream.close(Close::Read)).unwrap();
    assert_eq!(now(stream.readable()), Ok(()));
    assert_eq!(now(stream.read(&mut [0; 1])), Ok(0));
    assert_eq!(Native::open_connections(), 0);

    let mut stream = connect();
    now(stream.close(Close::Both)).unwrap();
    assert_eq!(Native::open_connections(), 0);
    now(stream.abort()).unwrap();

    let mut stream = connect();
    now(stream.abort()).unwrap();
    assert_eq!(Native::open_connections(), 0);
}

#[test]
fn names() {
    let names = Names::new();
    let stack = Stack::with_names(&names);
    let of = |name, kind| now(Dns::get_host_by_name(&stack, name, kind));
    let localhost = [
        Ok(Ipv4Addr::LOCALHOST.into()),
        Ok(Ipv6Addr::LOCALHOST.into()),
    ];
    assert_eq!(of("localhost", AddrType::IPv4), localhost[0]);
    assert_eq!(of("localhost", AddrType::IPv6), localhost[1]);
    let ip = of("example.org", AddrType::Either).unwrap();
    assert_eq!(of("example.org", AddrType::IPv4), Ok(ip));
    let mut name = [0; 255];
    let len = now(Dns::get_host_by_address(&stack, ip, &mut name)).unwrap();
    assert_eq!(&name[..len], b"example.org");
}

#[test]
fn a_connected_socket() {
    let _turn = Turn::patient();
    let (echo, other) = (UdpEcho::v4().unwrap(), UdpEcho::v4().unwrap());
    let stack = Stack::new();
    let mut socket = now(UdpConnect::connect(&stack, ANY, echo.addr())).unwrap();
    let mut short = [0; 4];
    // The traits require this: the address of a send is ignored, and the returned length is the full one.
    now(socket.send(other.addr(), b"a datagram")).unwrap();
    assert_eq!(now(socket.receive(&mut short)), Ok((10, echo.addr())));
    assert_eq!(&short, b"a da");
    let (mut receiver, mut sender) = socket.split();
    now(sender.send(other.addr(), b"in halves")).unwrap();
    assert_eq!(now(receiver.receive(&mut short)), Ok((9, echo.addr())));
    assert_eq!(now(receiver.readable()), Err(Error::Unsupported));
}

#[test]
fn a_bound_socket() {
    let _turn = Turn::patient();
    let echoes = [(); 3].map(|()| UdpEcho::v4().unwrap());
    let stack = Stack::new();
    let mut socket = now(UdpBind::bind(&stack, ANY)).unwrap();
    let mut buf = [0; 16];
    assert_eq!(now(socket.receive(&mut buf)), Err(Error::NotConnected));
    for echo in &echoes {
        let (mut receiver, mut sender) = socket.split();
        now(sender.send(echo.addr(), b"hello")).unwrap();
        assert_eq!(now(receiver.receive(&mut buf)), Ok((5, echo.addr())));
    }
}

/// Operations without a host function return an error.
#[test]
fn what_there_is_not() {
    let _turn = Turn::take();
    let stack = Stack::new();
    let mut socket = now(UdpBind::bind(&stack, ANY)).unwrap();
    assert_eq!(now(socket.readable()), Err(Error::Unsupported));
    let (group, any) = (Ipv4Addr::new(224, 0, 0, 251), Ipv4Addr::UNSPECIFIED);
    assert_eq!(now(socket.join_v4(group, any)), Err(Error::Unsupported));
    assert_eq!(now(socket.leave_v4(group, any)), Err(Error::Unsupported));
    let (_, _, _, mut v6) = socket.split_multicast();
    let group = Ipv6Addr::from([0xff02, 0, 0, 0, 0, 0, 0, 0xfb]);
    assert_eq!(now(v6.join_v6(group, 0)), Err(Error::Unsupported));
    assert_eq!(now(v6.leave_v6(group, 0)), Err(Error::Unsupported));

    for local in ["127.0.0.1:53", "0.0.0.0:53", "[::1]:0"] {
        let local: SocketAddr = local.parse().unwrap();
        let bound = now(UdpBind::bind(&stack, local));
        assert_eq!(bound.unwrap_err(), Error::CannotBind, "{local}");
        let connected = now(UdpConnect::connect(&stack, local, (v4(), 9).into()));
        assert_eq!(connected.unwrap_err(), Error::CannotBind, "{local}");
    }
}
