//! UDP.

use crate::{outcome, panics, pattern};
use extism_pdk::{FnResult, plugin_fn};
use harness_wasi_sockets::{SocketAddr, UdpSocket};
use std::sync::OnceLock;

/// Over an echo server: datagrams of every size, none split or joined.
#[plugin_fn]
pub fn udp_echo(address: String) -> FnResult<String> {
    panics::report();
    let socket = UdpSocket::connect(&address)?;
    let longest = if socket.peer_addr()?.is_ipv4() {
        65_507
    } else {
        65_527
    };
    let mut buf = vec![0; 70_000];
    for size in (1..=40).chain([1_400, 1_472, 9_000, longest]) {
        let sent = pattern(size);
        assert_eq!(socket.send(&sent)?, size);
        let n = socket.recv(&mut buf)?;
        assert!(buf[..n] == sent, "{size} bytes");
    }

    socket.send(b"one")?;
    socket.send(b"two")?;
    let n = socket.recv(&mut buf)?;
    assert_eq!(&buf[..n], b"one");
    let n = socket.recv(&mut buf)?;
    assert_eq!(&buf[..n], b"two");

    socket.send(b"too long for it")?;
    let mut short = [0; 8];
    assert_eq!(socket.recv(&mut short)?, 8);
    assert_eq!(
        &short, b"too long",
        "the rest is lost, and not the next datagram's start"
    );
    socket.send(b"taken with no room at all")?;
    assert_eq!(socket.recv(&mut [])?, 0);
    socket.send(b"next")?;
    let n = socket.recv(&mut buf)?;
    assert_eq!(&buf[..n], b"next");

    let too_long = vec![0; longest + 1];
    assert_eq!(outcome(socket.send(&too_long)), "InvalidInput");
    assert_eq!(outcome(socket.local_addr()), "Unsupported");
    Ok(outcome(socket.peer_addr()))
}

/// Over an echo server: returns a datagram's sender.
#[plugin_fn]
pub fn udp_recv_from(address: String) -> FnResult<String> {
    panics::report();
    let socket = UdpSocket::connect(address)?;
    socket.send(b"who?")?;
    Ok(outcome(socket.recv_from(&mut [0; 16])))
}

/// Over a silent server.
#[plugin_fn]
pub fn udp_silence(address: String) -> FnResult<String> {
    panics::report();
    let socket = UdpSocket::connect(address)?;
    socket.send(b"anybody?")?;
    Ok(outcome(socket.recv(&mut [0; 16])))
}

/// Over several echo servers, `ADDRESS ADDRESS ...`, from one socket: returns how many replied.
#[plugin_fn]
pub fn udp_several(addresses: String) -> FnResult<String> {
    panics::report();
    let socket = UdpSocket::bind("0.0.0.0:0")?;
    let peers: Vec<SocketAddr> = addresses
        .split(' ')
        .map(|peer| peer.parse().expect("an address"))
        .collect();
    for peer in &peers {
        socket.send_to(peer.to_string().as_bytes(), peer)?;
    }
    for _ in &peers {
        let mut buf = [0; 64];
        let (n, from) = socket.recv_from(&mut buf)?;
        assert_eq!(
            buf[..n],
            *from.to_string().as_bytes(),
            "each says its own address"
        );
    }
    Ok(peers.len().to_string())
}

/// Over an echo server and a silent peer, `ADDRESS ADDRESS`, with the last datagram sent to the silent one. Returns the
/// number of host calls until the echo server had certainly replied.
#[plugin_fn]
pub fn udp_silent_peer(addresses: String) -> FnResult<String> {
    panics::report();
    let (echo, silent) = addresses.split_once(' ').expect("two addresses");
    let socket = UdpSocket::bind("0.0.0.0:0")?;
    for _ in 0..5 {
        socket.send_to(b"hello", echo)?;
    }
    // It replies in order: when it has replied to another socket, it has replied to those five. Each receive is one
    // call.
    let other = UdpSocket::connect(echo)?;
    other.send(b"and now?")?;
    let asked = (1..=600).find(|_| other.recv(&mut [0; 16]).is_ok());
    let asked = asked.expect("an answer within a minute");
    socket.send_to(b"anybody?", silent)?;
    for _ in 0..5 {
        assert_eq!(socket.recv(&mut [0; 16])?, 5);
    }
    Ok(asked.to_string())
}

/// Over an echo server: a peek consumes nothing.
#[plugin_fn]
pub fn udp_peek(address: String) -> FnResult<()> {
    panics::report();
    let socket = UdpSocket::connect(address)?;
    socket.send(b"one and only")?;
    let mut short = [0; 3];
    assert_eq!(socket.peek(&mut short)?, 3);
    assert_eq!(&short, b"one");
    let mut whole = [0; 32];
    assert_eq!(socket.try_clone()?.recv(&mut whole)?, 12);
    assert_eq!(&whole[..12], b"one and only");
    Ok(())
}

static KEPT: OnceLock<UdpSocket> = OnceLock::new();

/// Over two servers, `ADDRESS ADDRESS`, from one socket that is kept between calls: sends to both, to the second one
/// last, and receives the first reply.
#[plugin_fn]
pub fn udp_kept_receive(addresses: String) -> FnResult<String> {
    panics::report();
    let (first, second) = addresses.split_once(' ').expect("two addresses");
    let socket = KEPT.get_or_init(|| UdpSocket::bind("0.0.0.0:0").expect("a socket"));
    socket.send_to(b"hello", first)?;
    socket.send_to(b"hello", second)?;
    Ok(outcome(socket.recv_from(&mut [0; 16])))
}

/// Connects the kept socket to an echo server, and exchanges a datagram with it.
#[plugin_fn]
pub fn udp_kept_connect(address: String) -> FnResult<String> {
    panics::report();
    let socket = KEPT.get().expect("kept");
    socket.connect_to(address)?;
    socket.send(b"hello")?;
    Ok(outcome(socket.recv(&mut [0; 16])))
}

/// Over any server: the options.
#[plugin_fn]
pub fn udp_options(address: String) -> FnResult<()> {
    panics::report();
    Ok(crate::options::udp(&UdpSocket::connect(address)?)?)
}
