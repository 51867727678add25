//! What is an address and what is not.

use super::net::{
    IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6, TcpStream, ToSocketAddrs,
};
use super::{Peers, differences, outcome, stands_for_a_name, udp_to};
use std::io;

fn list(addr: impl ToSocketAddrs) -> Vec<SocketAddr> {
    addr.to_socket_addrs().unwrap().collect()
}

pub fn every_form_stands_for_the_same(_: &Peers) {
    let v4 = SocketAddr::from((Ipv4Addr::new(127, 0, 0, 1), 80));
    // A reference, and a reference to one.
    let reference = &&v4;
    let owned = String::from("127.0.0.1:80");
    for found in [
        list("127.0.0.1:80"),
        list("127.0.0.1:0080"),
        list(&owned),
        list(owned.clone()),
        list(("127.0.0.1", 80)),
        list((String::from("127.0.0.1"), 80)),
        list((IpAddr::from([127, 0, 0, 1]), 80)),
        list((Ipv4Addr::LOCALHOST, 80)),
        list(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 80)),
        list(v4),
        list(reference),
        list(&[v4][..]),
    ] {
        assert_eq!(found, [v4]);
    }
    let v6 = SocketAddr::from((Ipv6Addr::LOCALHOST, 80));
    for found in [
        list("[::1]:80"),
        list("::1:80"),
        list(("::1", 80)),
        list((Ipv6Addr::LOCALHOST, 80)),
        list(SocketAddrV6::new(Ipv6Addr::LOCALHOST, 80, 0, 0)),
        list(v6),
    ] {
        assert_eq!(found, [v6]);
    }
    assert_eq!(list(&[v4, v6][..]), [v4, v6]);
    assert_eq!(list(&[][..]), []);
}

pub fn a_scope_by_number(_: &Peers) {
    let link_local = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1);
    let addr = SocketAddr::from(SocketAddrV6::new(link_local, 80, 0, 4));
    assert_eq!(list("[fe80::1%4]:80"), [addr]);
    assert_eq!(list(("fe80::1%4", 80)), [addr]);
}

pub fn brackets_in_a_pair(_: &Peers) {
    for host in ["[::1]", "[fe80::1%4]"] {
        let found = (host, 80).to_socket_addrs().is_ok();
        differences::BRACKETS.check(found, false, true);
    }
}

pub fn the_addresses_of_a_name(_: &Peers) {
    // Most resolvers accept this as 127.0.0.1; it is not a valid address.
    for found in [
        ("127.1", 80).to_socket_addrs(),
        "127.1:80".to_socket_addrs(),
    ] {
        let found = match found.map(Vec::from_iter) {
            Ok(found) if stand_in(&found) => "a stand-in".to_owned(),
            found => outcome(found.map(|addrs| addrs.first().copied())),
        };
        let expected = "Ok(Some(127.0.0.1:80))";
        let differences = &differences::ADDRESSES_OF_A_NAME;
        differences.check_each(found.as_str(), expected, "Unsupported", "a stand-in");
    }
}

pub fn the_addresses_of_localhost(_: &Peers) {
    let found = list(("localhost", 80));
    differences::ADDRESSES_OF_LOCALHOST.check_each(stand_in(&found), false, false, true);
    let loops = found.iter().all(|addr| addr.ip().is_loopback());
    assert!(stand_in(&found) || loops && !found.is_empty(), "{found:?}");
    // The same one every time.
    assert_eq!(list("localhost:80"), found);
}

/// Returns whether that is one address that represents a name.
fn stand_in(addrs: &[SocketAddr]) -> bool {
    matches!(addrs, [addr] if stands_for_a_name(*addr, 80))
}

/// An address literal in the range that represents names (an unused one) is used as it is.
pub fn a_literal_of_a_range_that_nobody_has(_: &Peers) {
    for literal in ["198.18.0.1:80", "198.19.0.1:80"] {
        assert_eq!(list(literal), [literal.parse().unwrap()]);
    }
}

pub fn every_form_connects(peers: &Peers) {
    let (addr, port) = (peers.tcp, peers.tcp.port());
    let (reference, text) = (&addr, addr.to_string());
    for stream in [
        TcpStream::connect(addr),
        TcpStream::connect(reference),
        TcpStream::connect(&text),
        TcpStream::connect(text.as_str()),
        TcpStream::connect(text.clone()),
        TcpStream::connect(("127.0.0.1", port)),
        TcpStream::connect((String::from("127.0.0.1"), port)),
        TcpStream::connect((Ipv4Addr::LOCALHOST, port)),
        TcpStream::connect((IpAddr::V4(Ipv4Addr::LOCALHOST), port)),
        TcpStream::connect(SocketAddrV4::new(Ipv4Addr::LOCALHOST, port)),
        TcpStream::connect(&[addr][..]),
    ] {
        assert_eq!(stream.unwrap().peer_addr().unwrap(), addr);
    }
}

/// The results of TCP and UDP for an address.
#[track_caller]
fn connected(addr: &(impl ToSocketAddrs + ?Sized)) -> String {
    let tcp = outcome(TcpStream::connect(addr).map(drop));
    let udp = outcome(udp_to(addr).map(drop));
    assert_eq!(tcp, udp, "TCP and UDP");
    tcp
}

pub fn text_that_is_no_address_is_refused(_: &Peers) {
    for text in [
        "",
        ":",
        "localhost",
        "127.0.0.1",
        "[::1]",
        "localhost:",
        "127.0.0.1:",
        "[::1]:",
        "localhost:65536",
        "127.0.0.1:65536",
        "localhost:-1",
        "localhost:80 ",
        "localhost: 80",
        "localhost:8o",
        "localhost:80\0",
        "local\0host:80",
    ] {
        assert_eq!(connected(text), "InvalidInput", "{text:?}");
    }
    assert_eq!(connected(&("local\0host", 80)), "InvalidInput");
}

pub fn text_that_can_be_no_name_is_refused(_: &Peers) {
    let long = format!("{}:80", "a".repeat(300));
    for text in [
        ":80",
        "::1",
        "2001:db8::1",
        "[localhost]:80",
        "[::1:80",
        "a b:80",
        "user@host:80",
        " localhost:80",
        &long,
    ] {
        let refused = connected(text);
        // Std's error kind has no stable name yet.
        assert!(!refused.starts_with("Ok"), "{text:?}: {refused}");
        differences::NO_NAME.check(refused == "InvalidInput", false, true);
    }
    // For an IPv6 address only the form is checked before the host is called.
    for text in ["1:2:3:80", "[1:2:3]:80"] {
        let refused = connected(text);
        assert!(!refused.starts_with("Ok"), "{text:?}: {refused}");
    }
    for host in ["", "a:b", "2001:db8:", "::1]", "-a"] {
        let refused = connected(&(host, 80));
        assert!(!refused.starts_with("Ok"), "{host:?}: {refused}");
        differences::NO_NAME.check(refused == "InvalidInput", false, true);
    }
}

pub fn a_port_with_a_sign(peers: &Peers) {
    let text = format!("127.0.0.1:+{}", peers.tcp.port());
    differences::SIGNED_PORT.check(connected(&text), "Ok(())", "InvalidInput");
}

/// A caller's own address type.
struct Twice(SocketAddr, SocketAddr);

impl ToSocketAddrs for Twice {
    type Iter = std::vec::IntoIter<SocketAddr>;

    fn to_socket_addrs(&self) -> io::Result<Self::Iter> {
        Ok(vec![self.0, self.1].into_iter())
    }
}

pub fn a_form_of_ones_own_connects(peers: &Peers) {
    let stream = TcpStream::connect(Twice(peers.no_tcp, peers.tcp)).unwrap();
    assert_eq!(stream.peer_addr().unwrap(), peers.tcp);
}
