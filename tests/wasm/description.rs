//! The examples of the description, verbatim, in a plugin. Their addresses are fixed; the host redirects them to peers
//! on loopback.

use crate::icmp::with_late_replies;
use crate::{PATIENCE, call, guest, hosts, quick, v4};
use harness_host::peers::{TcpEcho, TcpPeer, UdpEcho};
use harness_host::{Config, Plugin};
use std::io::{Read, Write};

fn described(config: &Config, name: &str) -> Plugin {
    let mut plugin = guest(config);
    assert_eq!(call(&mut plugin, "description", name), name);
    assert_eq!(plugin.open_connections(), 0, "{name}");
    plugin
}

#[test]
fn tcp() {
    let echo = TcpEcho::v4().unwrap();
    for host in hosts() {
        let config = host.redirect("127.0.0.1:6000", echo.addr().to_string());
        let report = described(&config, "tcp").report();
        assert_eq!((report.bytes_sent, report.bytes_received), (13, 13));
    }
}

#[test]
fn read_line() {
    let peer = TcpPeer::start(v4(), |mut stream, _| stream.write_all(b"a line\nand more")).unwrap();
    for host in hosts() {
        let config = host.redirect("127.0.0.1:6000", peer.addr().to_string());
        assert!(described(&config, "read_line").report().bytes_received >= 7);
    }
}

#[test]
fn udp() {
    let echo = UdpEcho::v4().unwrap();
    for host in hosts() {
        let config = host.redirect("127.0.0.1:6000", echo.addr().to_string());
        let report = described(&config, "udp").report();
        assert_eq!((report.bytes_sent, report.bytes_received), (11, 11));
    }
}

#[test]
fn icmp() {
    if !harness_host::icmp::allowed_or_skipped("description::icmp") {
        return;
    }
    let config = quick().redirect("8.8.8.8", "127.0.0.1");
    for (name, len) in [("icmp", 12), ("migrated_icmp", 5)] {
        assert_eq!(described(&config, name).report().bytes_sent, len);
    }
}

/// In production a reply from loopback arrives too early; it must come from farther away.
#[test]
fn icmp_in_production() {
    if !harness_host::icmp::allowed_or_skipped("description::icmp_in_production") {
        return;
    }
    let [production, _] = hosts();
    let config = production.redirect("8.8.8.8", "127.0.0.1");
    with_late_replies(b"Hello, ICMP!", 1, || {
        assert_eq!(described(&config, "icmp").report().bytes_sent, 12);
    });
    with_late_replies(b"Hello", 1, || {
        assert_eq!(described(&config, "migrated_icmp").report().bytes_sent, 5);
    });
}

#[test]
fn migration() {
    let (arrived, arrives) = std::sync::mpsc::channel();
    let peer = TcpPeer::start(v4(), move |mut stream, _| {
        let mut got = [0; 3];
        stream.read_exact(&mut got)?;
        arrived.send(got).map_err(std::io::Error::other)
    })
    .unwrap();
    for host in hosts() {
        let config = host.redirect("127.0.0.1:8080", peer.addr().to_string());
        described(&config, "migrated_tcp");
        assert_eq!(arrives.recv_timeout(PATIENCE), Ok([1, 2, 3]));
    }
}
