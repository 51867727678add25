//! The examples that the reference host's own table does not show.

use crate::{call, dialects, patient, quick};
use harness_host::icmp::allowed_or_skipped;
use harness_host::peers::{TcpEcho, UdpEcho};
use harness_host::{Plugin, guests};

fn example(name: &str, config: &harness_host::Config) -> Plugin {
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
fn a_ping_says_who_answered() {
    if !allowed_or_skipped("a_ping_says_who_answered") {
        return;
    }
    for config in dialects() {
        let mut plugin = example("icmp_ping", &config);
        let output = call(&mut plugin, "run", "127.0.0.1 is anybody there?");
        let who = "127.0.0.1 answered request ";
        assert!(output.starts_with(who), "{output}");
    }
}

/// A host that hears others' packets all the time, and never the reply.
#[test]
fn whoever_looks_for_an_echo_reply_does_not_look_for_ever() {
    let mut plugin = example("icmp_echo", &quick().echo_reply("somebody else's"));
    let error = plugin.call("run", b"127.0.0.1 ours").unwrap_err();
    assert!(error.to_string().contains("many packets"), "{error}");
    assert_eq!(plugin.report().calls.get("icmp_recv"), 100);
}

/// What a proxy passes on never enters its own memory: if it did, 60,000 bytes would cost at least the
/// 7,500 calls to the kernel that carry 8 bytes each, and twice that for both ways.
#[test]
fn a_proxy_copies_nothing() {
    let echo = UdpEcho::v4().unwrap();
    let config = patient().set("address", echo.addr().to_string());
    let mut plugin = example("udp_proxy", &config);
    // The first call pays for the start of the plugin.
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
