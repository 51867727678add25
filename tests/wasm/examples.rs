//! The examples that are not in the reference host's own table; and all of them as in production.

use crate::icmp::with_late_replies;
use crate::{call, dialects, hosts, patient, quick};
use harness_host::icmp::allowed_or_skipped;
use harness_host::peers::{HttpServer, LineServer, TcpEcho, UdpEcho};
use harness_host::{Config, Error, Plugin, guests};

fn example(name: &str, config: &Config) -> Plugin {
    Plugin::from_file(guests::example(name).expect("the example"), config).expect("a plugin")
}

#[test]
fn the_host_functions_from_another_module() {
    let echo = TcpEcho::v4().unwrap();
    let mut plugin = example("other_module", &quick().module("extism:host/user"));
    let output = call(&mut plugin, "run", &format!("{} elsewhere", echo.addr()));
    assert_eq!(output, "elsewhere");
    assert_eq!(plugin.open_connections(), 0);
}

#[test]
fn examples_in_production() {
    let (tcp, udp) = (TcpEcho::v4().unwrap(), UdpEcho::v4().unwrap());
    let (lines, http) = (LineServer::v4().unwrap(), HttpServer::v4().unwrap());
    let [production, _] = hosts();
    let bare = production.clone().wasi(false);
    for (name, input, output, config) in [
        (
            "tcp_echo",
            format!("{} sideways", tcp.addr()),
            "sideways",
            &production,
        ),
        (
            "udp_echo",
            format!("{} sideways", udp.addr()),
            "sideways",
            &production,
        ),
        (
            "tiny",
            format!("{} sideways", tcp.addr()),
            "sideways",
            &bare,
        ),
        (
            "tcp_lines",
            format!("{} one two", lines.addr()),
            "you said: one\nyou said: two\n",
            &production,
        ),
        (
            "http_get",
            format!("{}/hello.txt", http.addr()),
            HttpServer::BODY,
            &production,
        ),
    ] {
        let mut plugin = example(name, config);
        assert_eq!(call(&mut plugin, "run", &input), output, "{name}");
        assert_eq!(plugin.open_connections(), 0, "{name}");
    }
}

/// Only replies from a slow target are received.
#[test]
fn pings_in_production() {
    if !allowed_or_skipped("pings_in_production") {
        return;
    }
    let [production, _] = hosts();
    let far = |name: &str, input: &str, message: &str, seq| {
        with_late_replies(message.as_bytes(), seq, || {
            let mut plugin = example(name, &production);
            call(&mut plugin, "run", &format!("127.0.0.1 {input}{message}"))
        })
    };
    let reply = far("icmp_ping", "1 ", "far away", 0);
    let untimed = "127.0.0.1 answered ping 0; no clock here tells when\n1 sent, 0 lost";
    assert_eq!(reply, untimed);
    let reply = far("icmp_echo", "", "far off", 7);
    assert_eq!(reply, "far off (from 127.0.0.1, type 0, seq 7)");
    // Loopback itself replies before the host listens.
    let error = example("icmp_ping", &production).call("run", b"127.0.0.1 1 quick");
    assert!(matches!(error, Err(Error::Guest { .. })), "{error:?}");
    let error = example("icmp_ping", &production).call("run", b"::1 1 IPv6");
    assert!(matches!(error, Err(Error::Guest { .. })), "{error:?}");
}

/// An example that uses a crate, built by its own package with only that crate.
#[test]
fn a_crate_that_nobody_changed_runs_by_its_name() {
    let http = HttpServer::v4().unwrap();
    for config in hosts() {
        let mut plugin = example("std_minreq", &config);
        let output = call(&mut plugin, "run", &format!("http://{}/", http.addr()));
        assert!(output.starts_with("200 "), "{output}");
    }
}

/// Examples that need a configuration or another module say so.
#[test]
fn what_cannot_work_in_production_says_why() {
    let [production, _] = hosts();
    let error = example("udp_proxy", &production).call("run", b"a datagram");
    let error = error.unwrap_err().to_string();
    assert!(error.contains("address"), "{error}");
    let other_module = guests::example("other_module").expect("the example");
    let error = Plugin::from_file(other_module, &production).unwrap_err();
    assert!(error.to_string().contains("extism:host/user"), "{error}");
}

#[test]
fn a_ping_says_who_answered() {
    if !allowed_or_skipped("a_ping_says_who_answered") {
        return;
    }
    for config in dialects() {
        let mut plugin = example("icmp_ping", &config);
        let output = call(&mut plugin, "run", "127.0.0.1 2 is anybody there?");
        for line in [
            "127.0.0.1 answered ping 0 in ",
            "127.0.0.1 answered ping 1 in ",
            "2 sent, 0 lost; ",
        ] {
            assert!(output.contains(line), "{output}");
        }
    }
}

/// A host that constantly receives others' packets, and never the reply.
#[test]
fn whoever_looks_for_an_echo_reply_does_not_look_for_ever() {
    let mut plugin = example("icmp_echo", &quick().echo_reply("somebody else's"));
    let error = plugin.call("run", b"127.0.0.1 ours").unwrap_err();
    assert!(error.to_string().contains("many packets"), "{error}");
    assert_eq!(plugin.report().calls.get("icmp_recv"), 100);
}

/// A proxy's data is never copied into its own memory: otherwise 60,000 bytes would cost at least the 7,500 kernel
/// calls that move 8 bytes each, and twice that for both directions.
#[test]
fn a_proxy_copies_nothing() {
    let echo = UdpEcho::v4().unwrap();
    let config = patient().set("address", echo.addr().to_string());
    let mut plugin = example("udp_proxy", &config);
    // The first call includes the plugin's start.
    call(&mut plugin, "run", "warm");
    let mut fuel = |datagram: &str| {
        plugin.reset_counters();
        assert_eq!(call(&mut plugin, "run", datagram), datagram);
        plugin.report().fuel
    };
    let (small, large) = (fuel("ten bytes."), fuel(&"x".repeat(60_000)));
    println!("fuel for 10 bytes: {small}; for 60,000 bytes: {large}");
    assert!(
        large < small + 7_500,
        "{small} for 10 bytes, {large} for 60,000"
    );
    assert_eq!(plugin.open_connections(), 0);
}
