//! IPv6, if the machine has it.

use super::net::{Ipv6Addr, SocketAddr, TcpStream, UdpSocket};
use super::{PATIENCE, Peers, connect_udp, differences, outcome, udp_to};
use std::io::{Read, Write};

/// The server's TCP and UDP ports on `::1`.
fn addresses(peers: &Peers) -> Option<(SocketAddr, SocketAddr)> {
    // (If there are none, the server has reported the skipped test.)
    peers.v6
}

pub fn ipv6_streams_carry_bytes(peers: &Peers) {
    let Some((addr, _)) = addresses(peers) else {
        return;
    };
    let port = addr.port();
    for stream in [
        TcpStream::connect(addr),
        TcpStream::connect(format!("[::1]:{port}")),
        TcpStream::connect(format!("::1:{port}")),
        TcpStream::connect(("::1", port)),
        TcpStream::connect((Ipv6Addr::LOCALHOST, port)),
        TcpStream::connect(&[peers.no_tcp, addr][..]),
    ] {
        let mut stream = stream.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), addr);
        stream.write_all(b"echo\nhello").unwrap();
        let mut back = [0; 5];
        stream.read_exact(&mut back).unwrap();
        assert_eq!(&back, b"hello");
    }
}

pub fn ipv6_datagrams_come_back(peers: &Peers) {
    let Some((_, addr)) = addresses(peers) else {
        return;
    };
    let unconnected = UdpSocket::bind("[::]:0").unwrap();
    unconnected.set_read_timeout(Some(PATIENCE)).unwrap();
    unconnected.send_to(b"hello", addr).unwrap();
    assert_eq!(unconnected.recv_from(&mut [0; 8]).unwrap(), (5, addr));
    connect_udp(&unconnected, addr).unwrap();
    for socket in [udp_to(addr).unwrap(), unconnected] {
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        assert_eq!(socket.peer_addr().unwrap(), addr);
        socket.send(b"hello").unwrap();
        assert_eq!(socket.recv_from(&mut [0; 8]).unwrap(), (5, addr));
    }
}

pub fn the_longest_datagram_over_ipv6(peers: &Peers) {
    let Some((_, addr)) = addresses(peers) else {
        return;
    };
    let socket = udp_to(addr).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    super::datagrams::too_long(&socket, 65_527);
}

pub fn ipv6_from_a_socket_bound_to_ipv4(peers: &Peers) {
    let Some((_, addr)) = addresses(peers) else {
        return;
    };
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    let sent = outcome(socket.send_to(b"hello", addr));
    differences::FAMILY.check(sent.starts_with("Ok"), false, true);
}
