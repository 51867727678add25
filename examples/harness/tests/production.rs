//! `Config::production`, row by row. Rows about sockets that match the default host are tested with that host; silence
//! and names by the conformance suite, in plugins that use the library.

mod common;

use common::{PATIENCE, Raw, WAIT};
use harness_host::peers::{self, TcpEcho, TcpPeer, UdpPeer};
use harness_host::{Allow, Config, Plugin, icmp};
#[cfg(feature = "http")]
use std::io::{Read, Write};
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

/// Production, with access to this machine.
fn production() -> Config {
    Config::production().allow(Allow::loopback())
}

/// Returns what WASI writes for a function of `wasi.wat`.
fn wasi(config: &Config, function: &str) -> Vec<u8> {
    let mut plugin = Plugin::new(include_bytes!("common/wasi.wat"), config).unwrap();
    plugin.call(function, b"").unwrap()
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap())
}

#[test]
fn the_clock_moves_by_a_millisecond_at_each_reading() {
    let times = wasi(&production(), "clock");
    let (first, second) = (u64_at(&times, 0), u64_at(&times, 8));
    // 2022-01-01, to the second.
    assert_eq!(first / 1_000_000_000, 1_640_995_200);
    assert_eq!(second - first, 1_000_000);
    let real = wasi(&Config::new(), "clock");
    assert!(u64_at(&real, 0) / 1_000_000_000 > 1_700_000_000);
}

#[test]
fn sleeping_returns_at_once() {
    // It would take an hour.
    let start = Instant::now();
    let got = wasi(&production(), "sleep");
    assert!(start.elapsed() < Duration::from_secs(3_000));
    // No error, and three events.
    assert_eq!((got[0], got[4]), (0, 3));
    let event = |number: usize| &got[8 + number * 32..][..32];
    let head = |number| {
        (
            u64_at(event(number), 0),
            event(number)[8],
            event(number)[10],
        )
    };
    assert_eq!(head(0), (0x1122_3344_5566_7788, 0, 0));
    assert_eq!(head(1), (7, 0, 0));
    // A file: not supported.
    assert_eq!(head(2), (9, 58, 1));
    assert_eq!(wasi(&production(), "sleep_for_nothing"), [28]);
}

#[test]
fn random_bytes_are_the_same_in_every_plugin() {
    let fixed = wasi(&production(), "random");
    assert_eq!(wasi(&production(), "random"), fixed);
    // Nothing is written beside them, and they are not all equal.
    assert_eq!((fixed[0], fixed[12]), (0, 0));
    assert!(fixed[1..12].iter().any(|byte| *byte != fixed[1]));
    let real = wasi(&Config::new(), "random");
    assert_ne!(real, fixed);
    assert_ne!(real, wasi(&Config::new(), "random"));
}

#[test]
fn a_ping_to_loopback_is_never_heard() {
    if !icmp::allowed_or_skipped("a_ping_to_loopback_is_never_heard") {
        return;
    }
    let mut raw = Raw::new(&production());
    assert_eq!(raw.ping("127.0.0.1", b"", 717), 1);
    let json = r#"{"code":0,"data":"","id":1,"seq":717,"source":"127.0.0.1","type":0}"#;
    for _ in 0..5 {
        assert_ne!(raw.hear(20), json);
    }
}

#[test]
fn ipv6_is_not_pinged() {
    if !icmp::allowed_or_skipped("ipv6_is_not_pinged") {
        return;
    }
    if !peers::has_ipv6() {
        harness_host::skipped("ipv6_is_not_pinged", "this machine has no ::1");
        return;
    }
    assert_eq!(Raw::new(&production()).ping("::1", b"", 718), 0);
    let elsewhere = Config::new().allow(Allow::loopback());
    assert_eq!(Raw::new(&elsewhere).ping("::1", b"", 718), 1);
}

#[test]
fn a_send_reads_the_whole_block() {
    let echo = TcpEcho::v4().unwrap();
    let udp = UdpPeer::start(Ipv4Addr::LOCALHOST.into(), |_| None).unwrap();
    let read = |config: Config| {
        let mut raw = Raw::new(&config.wait(PATIENCE));
        let id = raw.connect("tcp", echo.addr());
        assert_eq!(raw.number("tcp_send", &[id, 3], &[b'x'; 5_000]), 3);
        assert_eq!(raw.get("tcp", id, 10), b"xxx");
        let tcp = raw.0.report().bytes_read;
        let id = raw.connect("udp", udp.addr());
        assert_eq!(raw.number("udp_send", &[id, 4], &[b'x'; 700]), 4);
        (tcp, raw.0.report().bytes_read - tcp)
    };
    assert_eq!(read(production()), (5_000, 700));
    assert_eq!(read(Config::new().allow(Allow::loopback())), (3, 4));
}

#[test]
fn a_number_in_a_short_form_is_a_name_that_nobody_knows() {
    let echo = TcpEcho::v4().unwrap();
    let port = echo.addr().port();
    let connects = |config: &Config, host: &str| {
        let mut raw = Raw::new(&config.clone().wait(WAIT));
        raw.connect("tcp", format!("{host}:{port}")) != 0
    };
    for host in ["127.1", "2130706433"] {
        assert!(!connects(&production(), host), "{host}");
    }
    let elsewhere = Config::new().allow(Allow::loopback());
    assert!(connects(&elsewhere, "127.1"));
    for host in ["localhost", "127.0.0.1"] {
        assert!(connects(&production(), host), "{host}");
    }
}

/// A peer that receives nothing makes a large send wait for production's 5 s, and no less.
#[test]
fn the_waits_are_of_five_seconds() {
    let silent = TcpPeer::start(Ipv4Addr::LOCALHOST.into(), |_stream, stop| {
        while !stop.is_set() {
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    });
    let silent = silent.unwrap();
    let mut raw = Raw::new(&production());
    let id = raw.connect("tcp", silent.addr());
    let five = Duration::from_millis(4_990);
    let start = Instant::now();
    assert_eq!(raw.receive("tcp", id, 10), b"");
    assert!(start.elapsed() >= five, "{:?}", start.elapsed());
    let much = vec![0; 32 << 20];
    let start = Instant::now();
    assert_eq!(raw.send("tcp", id, &much), 0);
    assert!(start.elapsed() >= five, "{:?}", start.elapsed());
}

#[cfg(feature = "http")]
#[test]
fn a_response_body_that_ends_early_is_cut() {
    let request = |config: &Config, response: &'static str| {
        let server = TcpPeer::start(Ipv4Addr::LOCALHOST.into(), move |mut stream, _| {
            // The request is one segment.
            while stream.read(&mut [0; 1024]).is_err() {}
            stream.write_all(response.as_bytes())
        });
        let server = server.unwrap();
        let url = format!("http://{}/", server.addr());
        let input = format!("GET\n{url}\n\n");
        let mut plugin = Plugin::new(include_bytes!("common/http.wat"), config).unwrap();
        String::from_utf8(plugin.call("http_request", input.as_bytes()).unwrap()).unwrap()
    };
    let elsewhere = Config::new().allow(Allow::loopback());
    for response in [
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nHi",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nHi",
    ] {
        let got = request(&production(), response);
        assert!(got.starts_with(r#"{"status":200,"#), "{got}");
        assert!(got.ends_with(r#""body":"SGk="}"#), "{got}");
        assert_eq!(request(&elsewhere, response), "");
    }
    // A response without a head is not one in production either.
    let short = "HTTP/1.1 200 OK\r\nContent-Le";
    assert_eq!(request(&production(), short), "");
}

/// The allow list also applies to the imitation of production.
#[test]
fn nothing_is_reached_unless_it_is_allowed() {
    let echo = TcpEcho::v4().unwrap();
    assert_eq!(
        Raw::new(&Config::production()).connect("tcp", echo.addr()),
        0
    );
}
