//! Connecting, and the properties of a stream.

use super::net::{Ipv4Addr, SocketAddr, TcpStream};
use super::{Peers, differences, outcome, production, stands_for_a_name};
use std::io::{self, Read, Write};
use std::time::Duration;

/// Returns whether the echo server is at the other end.
fn echoes(mut stream: TcpStream) -> bool {
    stream.write_all(b"echo\nhello").unwrap();
    let mut back = [0; 5];
    stream.read_exact(&mut back).unwrap();
    &back == b"hello"
}

/// Checks that a short number leads nowhere, as in production.
#[track_caller]
pub(super) fn is_unknown<T>(connected: &io::Result<T>) -> bool {
    let connected = connected.as_ref().map(drop).map_err(|error| error.kind());
    production::SHORT_NUMBER.is_here(&connected, Err(io::ErrorKind::ConnectionRefused))
}

pub fn nobody_listens(peers: &Peers) {
    let connected = TcpStream::connect(peers.no_tcp).map(drop);
    assert_eq!(outcome(connected), "ConnectionRefused");
}

pub fn why_there_is_no_connection(_: &Peers) {
    // TCP cannot connect to a broadcast address.
    let everybody = SocketAddr::from((Ipv4Addr::BROADCAST, 9));
    let connected = outcome(TcpStream::connect(everybody).map(drop));
    differences::WHY_NO_CONNECTION.check(connected, "NetworkUnreachable", "ConnectionRefused");
}

pub fn addresses_are_tried_in_turn(peers: &Peers) {
    let (bad, good) = (peers.no_tcp, peers.tcp);
    for addrs in [&[good][..], &[good, bad], &[bad, good], &[bad, bad, good]] {
        let stream = TcpStream::connect(addrs).unwrap();
        assert_eq!(stream.peer_addr().unwrap(), good, "{addrs:?}");
        assert!(echoes(stream), "{addrs:?}");
    }
    let connected = TcpStream::connect(&[bad, bad][..]).map(drop);
    assert_eq!(outcome(connected), "ConnectionRefused");
}

pub fn no_address_at_all_is_refused(_: &Peers) {
    let connected = TcpStream::connect(&[][..]).map(drop);
    assert_eq!(outcome(connected), "InvalidInput");
}

pub fn localhost_is_found(peers: &Peers) {
    let port = peers.tcp.port();
    for stream in [
        TcpStream::connect(("localhost", port)),
        TcpStream::connect(format!("localhost:{port}")),
        TcpStream::connect(format!("LocalHost:{port}")),
    ] {
        let stream = stream.unwrap();
        let stands = stands_for_a_name(stream.peer_addr().unwrap(), port);
        let differences = &differences::PEER_OF_LOCALHOST;
        differences.check_each(stands, false, false, true);
        assert!(stands || stream.peer_addr().unwrap() == peers.tcp);
        assert!(echoes(stream));
    }
}

pub fn the_peer_of_a_name(peers: &Peers) {
    // Most resolvers accept this as 127.0.0.1; it is not a valid address.
    let connected = TcpStream::connect(("127.1", peers.tcp.port()));
    if is_unknown(&connected) {
        return;
    }
    let stream = connected.unwrap();
    let peer = match stream.peer_addr() {
        Ok(peer) if stands_for_a_name(peer, peers.tcp.port()) => "a stand-in".to_owned(),
        peer => outcome(peer),
    };
    let resolved = format!("Ok({})", peers.tcp);
    let differences = &differences::PEER_OF_A_NAME;
    differences.check_each(peer, resolved, "Unsupported".into(), "a stand-in".into());
    assert!(echoes(stream));
}

pub fn the_local_address(peers: &Peers) {
    let stream = TcpStream::connect(peers.tcp).unwrap();
    let local = stream.local_addr().map(|addr| addr.ip());
    differences::LOCAL_ADDR.check(outcome(local), "Ok(127.0.0.1)", "Unsupported");
    let local = peers.udp().local_addr().map(|addr| addr.ip());
    differences::LOCAL_ADDR.check(outcome(local), "Ok(127.0.0.1)", "Unsupported");
}

pub fn a_timeout_for_connecting(peers: &Peers) {
    let minute = Duration::from_secs(60);
    let stream = TcpStream::connect_timeout(&peers.tcp, minute).unwrap();
    assert_eq!(stream.peer_addr().unwrap(), peers.tcp);
    assert!(echoes(stream));
    let connected = TcpStream::connect_timeout(&peers.no_tcp, minute).map(drop);
    assert_eq!(outcome(connected), "ConnectionRefused");
    let connected = TcpStream::connect_timeout(&peers.tcp, Duration::ZERO).map(drop);
    assert_eq!(outcome(connected), "InvalidInput");
}

pub fn debug_formats_name_the_type(peers: &Peers) {
    let stream = TcpStream::connect(peers.tcp).unwrap();
    let named = TcpStream::connect(("127.1", peers.tcp.port()));
    let mut texts = vec![format!("{stream:?}")];
    if !is_unknown(&named) {
        texts.push(format!("{:#?}", named.unwrap()));
    }
    for text in texts {
        assert!(text.starts_with("TcpStream {"), "{text}");
    }
    let socket = peers.udp();
    for text in [format!("{socket:?}"), format!("{socket:#?}")] {
        assert!(text.starts_with("UdpSocket {"), "{text}");
    }
}

pub fn the_types_are_send_and_sync(_: &Peers) {
    fn check<T: Send + Sync + std::panic::UnwindSafe + std::panic::RefUnwindSafe>() {}
    check::<TcpStream>();
    check::<super::net::UdpSocket>();
}
