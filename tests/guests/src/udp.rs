//! UDP.

use crate::{outcome, panics, pattern};
use extism_pdk::{FnResult, plugin_fn};
use harness_wasi_sockets::UdpSocket;

/// Over an echo server: datagrams of every size, none split or joined.
#[plugin_fn]
pub fn udp_echo(address: String) -> FnResult<String> {
    panics::report();
    let socket = UdpSocket::connect(&address)?;
    let mut buf = vec![0; 70_000];
    for size in (1..=40).chain([1_400, 1_472, 9_000, 65_507]) {
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

    assert_eq!(outcome(socket.send(&vec![0; 65_508])), "InvalidInput");
    assert_eq!(outcome(socket.local_addr()), "Unsupported");
    Ok(outcome(socket.peer_addr()))
}

/// Over an echo server: says who a datagram came from.
#[plugin_fn]
pub fn udp_recv_from(address: String) -> FnResult<String> {
    panics::report();
    let socket = UdpSocket::connect(address)?;
    socket.send(b"who?")?;
    Ok(outcome(socket.recv_from(&mut [0; 16])))
}

/// Over a server that says nothing.
#[plugin_fn]
pub fn udp_silence(address: String) -> FnResult<String> {
    panics::report();
    let socket = UdpSocket::connect(address)?;
    socket.send(b"anybody?")?;
    Ok(outcome(socket.recv(&mut [0; 16])))
}
