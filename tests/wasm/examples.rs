//! The examples that the reference host's own table does not show.

use crate::{call, quick};
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

/// What a proxy passes on never enters its own memory: if it did, 60,000 bytes would cost at least the
/// 7,500 calls to the kernel that carry 8 bytes each, and twice that for both ways.
#[test]
fn a_proxy_copies_nothing() {
    let echo = UdpEcho::v4().unwrap();
    let config = quick().set("address", echo.addr().to_string());
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
