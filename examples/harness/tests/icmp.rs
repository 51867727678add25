//! The functions `icmp_*`, over this machine's loopback if raw sockets are permitted.

mod common;

use common::{PATIENCE, Raw, impatient, local};
use harness_host::{Dialect, IcmpListening, icmp, peers};
use std::time::{Duration, Instant};

/// Reports that a test is skipped.
fn permitted() -> bool {
    // A test runs on a thread with its name.
    let test = std::thread::current();
    icmp::allowed_or_skipped(test.name().unwrap_or("a test of ICMP"))
}

/// Receives until exactly this JSON arrives. Other tests and programs ping at the same time.
fn hears(raw: &mut Raw, json: &str) -> bool {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if raw.hear(1000) == json {
            return true;
        }
    }
    false
}

#[test]
fn both_dialects() {
    if !permitted() {
        return;
    }
    let mut raw = Raw::new(&local());
    assert_eq!(raw.ping("127.0.0.1", b"described", 700), 1);
    let json = r#"{"source":"127.0.0.1","type":0,"code":0,"id":1,"seq":700,"data":[100,101,115,99,114,105,98,101,100]}"#;
    assert!(hears(&mut raw, json));

    let mut raw = Raw::new(&local().dialect(Dialect::Real));
    assert_eq!(raw.ping("localhost", b"real", 701), 1);
    let json = r#"{"code":0,"data":"cmVhbA==","id":1,"seq":701,"source":"127.0.0.1","type":0}"#;
    assert!(hears(&mut raw, json));
}

#[test]
fn requests_on_loopback_are_heard_too() {
    if !permitted() {
        return;
    }
    let mut raw = Raw::new(&local().dialect(Dialect::Real));
    assert_eq!(raw.ping("127.0.0.1", b"", 702), 1);
    let json = r#"{"code":0,"data":"","id":1,"seq":702,"source":"127.0.0.1","type":8}"#;
    assert!(hears(&mut raw, json));
}

#[test]
fn ipv6() {
    if !permitted() || !peers::has_ipv6() {
        return;
    }
    let mut raw = Raw::new(&local().dialect(Dialect::Real));
    // With both families open, both are heard.
    assert_eq!(raw.ping("127.0.0.1", b"four", 703), 1);
    assert_eq!(raw.ping("::1", b"six", 703), 1);
    let json = r#"{"code":0,"data":"c2l4","id":1,"seq":703,"source":"::1","type":129}"#;
    assert!(hears(&mut raw, json));
    assert_eq!(raw.ping("127.0.0.1", b"four", 704), 1);
    let json = r#"{"code":0,"data":"Zm91cg==","id":1,"seq":704,"source":"127.0.0.1","type":0}"#;
    assert!(hears(&mut raw, json));
}

#[test]
fn long_packets_are_cut() {
    if !permitted() {
        return;
    }
    let mut raw = Raw::new(&local().dialect(Dialect::Real));
    assert_eq!(raw.ping("127.0.0.1", &[0; 3000], 705), 1);
    // 1,500 bytes, less the 20 of the IP header and the 8 of the ICMP header.
    let data = "AAAA".repeat(1472 / 3) + "AAA=";
    let json =
        format!(r#"{{"code":0,"data":"{data}","id":1,"seq":705,"source":"127.0.0.1","type":0}}"#);
    assert!(hears(&mut raw, &json));
}

#[test]
fn the_sequence_number_has_16_bits() {
    if !permitted() {
        return;
    }
    let mut raw = Raw::new(&local().dialect(Dialect::Real));
    assert_eq!(raw.ping("127.0.0.1", b"", 0xffff_0000 + 706), 1);
    let json = r#"{"code":0,"data":"","id":1,"seq":706,"source":"127.0.0.1","type":0}"#;
    assert!(hears(&mut raw, json));
}

#[test]
fn listening_only_while_receiving_misses_what_came_before() {
    if !permitted() {
        return;
    }
    let config = impatient().icmp(IcmpListening::AtReceive);
    let mut raw = Raw::new(&config.dialect(Dialect::Real));
    assert_eq!(raw.ping("127.0.0.1", b"", 707), 1);
    // Other packets of this machine may arrive, but this one is lost.
    let json = r#"{"code":0,"data":"","id":1,"seq":707,"source":"127.0.0.1","type":0}"#;
    for _ in 0..5 {
        assert_ne!(raw.hear(20), json);
    }
}

#[test]
fn targets_that_are_none() {
    let mut raw = Raw::new(&impatient());
    for wrong in ["", "127.0.0.1:80", "[::1]", "127.0.0.1\0", "no such host"] {
        assert_eq!(raw.ping(wrong, b"x", 1), 0, "{wrong:?}");
    }
    for offset in [0, 1, 64, 1 << 32, u64::MAX] {
        assert_eq!(raw.number("icmp_send_at", &[offset, 0, 9], &[]), 0);
        assert_eq!(
            raw.number("icmp_send_at", &[offset, offset, u64::MAX], &[]),
            0
        );
    }
    // More than an IP packet can hold.
    assert_eq!(raw.ping("127.0.0.1", &[0; 70_000], 1), 0);
}

#[test]
fn no_timeout_is_too_long() {
    // The plugin asks for 49 days; packets of other tests may arrive, but the call ends in any case.
    let mut raw = Raw::new(&local().icmp_wait(Duration::from_millis(50)));
    raw.hear(u32::MAX);
    raw.hear(0);
}

#[test]
fn a_given_packet_needs_no_socket() {
    let mut raw = Raw::new(&local().echo_reply(b"Hi"));
    assert_eq!(raw.ping("192.0.2.1", b"anything", 9), 1);
    let json = r#"{"source":"127.0.0.1","type":0,"code":0,"id":1,"seq":1,"data":[72,105]}"#;
    assert_eq!(raw.hear(0), json);
    assert_eq!(raw.hear(0), json);
}
