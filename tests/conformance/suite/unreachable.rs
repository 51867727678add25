//! Unreachable addresses, and how that is detected.

use super::net::{Ipv4Addr, TcpStream, UdpSocket};
use super::{Peers, SHORT, differences, outcome, production, udp_to};
use std::io::{BufRead, BufReader, Read, Write};
use std::time::Duration;

pub fn a_peer_that_does_not_answer_times_out(peers: &Peers) {
    // The server returns an address, and keeps it unreachable as long as this stream is open.
    let stream = peers.tell("full");
    let mut addr = String::new();
    BufReader::new(&stream).read_line(&mut addr).unwrap();
    let addr = addr.trim_end().parse().unwrap();
    let connected = TcpStream::connect_timeout(&addr, SHORT).map(drop);
    let connected = outcome(connected);
    if !production::CONNECTING.is_here(&connected, "ConnectionRefused") {
        assert_eq!(connected, "TimedOut");
    }
}

pub fn the_longest_timeout_for_connecting(peers: &Peers) {
    let connect = |addr| TcpStream::connect_timeout(addr, Duration::MAX).map(drop);
    connect(&peers.tcp).unwrap();
    assert_eq!(outcome(connect(&peers.no_tcp)), "ConnectionRefused");
}

pub fn no_address_in_particular_is_this_machine(peers: &Peers) {
    let any = |port| (Ipv4Addr::UNSPECIFIED, port);
    let port = peers.tcp.port();
    let mut stream = TcpStream::connect(any(port)).unwrap();
    stream.write_all(b"echo\nhello").unwrap();
    let mut back = [0; 5];
    stream.read_exact(&mut back).unwrap();
    assert_eq!(&back, b"hello");
    let socket = udp_to(any(peers.udp[0].port())).unwrap();
    socket.send(b"hello").unwrap();
    assert_eq!(socket.recv(&mut [0; 8]).unwrap(), 5);

    let (from, to) = (peers.tcp, any(port).into());
    differences::PEER_OF_NO_ADDRESS.check(stream.peer_addr().unwrap(), from, to);
    let (from, to) = (peers.udp[0], any(peers.udp[0].port()).into());
    differences::PEER_OF_NO_ADDRESS.check(socket.peer_addr().unwrap(), from, to);
}

pub fn an_address_of_another_machine_to_bind_to(_: &Peers) {
    // An address reserved for documentation.
    let bound = UdpSocket::bind("192.0.2.1:9999").map(drop);
    assert_eq!(outcome(bound), "AddrNotAvailable");
}
