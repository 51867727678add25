//! Tests the plugin as shipped, in the real runtime, over real sockets.

use harness_host::peers::LineServer;
use harness_host::wasm::{self, Target};
use harness_host::{Allow, Config, Error, Fault, Faults, Plugin};
use std::net::Ipv4Addr;
use std::time::Duration;

/// Loads the plugin in a host that lets it reach only this machine, and waits briefly.
fn plugin(config: Config) -> Plugin {
    let file = wasm::plugin(env!("CARGO_MANIFEST_DIR"), Target::Wasip1).unwrap();
    let config = config
        .allow(Allow::loopback())
        .wait(Duration::from_millis(100));
    Plugin::from_file(file, &config).unwrap()
}

fn dictionary() -> LineServer {
    LineServer::answering(Ipv4Addr::LOCALHOST.into(), |word| match word {
        "crab" => "ok a decapod".to_owned(),
        _ => "unknown".to_owned(),
    })
    .unwrap()
}

fn look_up(plugin: &mut Plugin, server: &LineServer, word: &str) -> Result<String, Error> {
    let output = plugin.call("run", format!("{} {word}", server.addr()).as_bytes());
    // Whatever the result, nothing may be leaked.
    assert_eq!(plugin.open_connections(), 0);
    assert_eq!(plugin.live_blocks(), Some(0));
    output.map(|meaning| String::from_utf8(meaning).unwrap())
}

#[test]
fn it_looks_up_a_word_with_four_calls_of_the_host() {
    let server = dictionary();
    let mut plugin = plugin(Config::new());
    assert_eq!(look_up(&mut plugin, &server, "crab").unwrap(), "a decapod");
    // Connect, send, receive, close.
    assert_eq!(plugin.report().calls.total(), 4);

    let error = look_up(&mut plugin, &server, "lobster").unwrap_err();
    assert!(error.to_string().contains("nobody knows"), "{error}");
}

#[test]
fn it_asks_again_when_the_connection_breaks() {
    let server = dictionary();
    let faults = Faults::seeded(1).at("tcp_recv", 1, Fault::Reset);
    let mut plugin = plugin(Config::new().faults(faults));
    assert_eq!(look_up(&mut plugin, &server, "crab").unwrap(), "a decapod");
    assert_eq!(plugin.report().faults.get(Fault::Reset), 1);
    assert_eq!(server.accepted(), 2);
}

#[test]
fn it_waits_for_a_server_that_is_slow() {
    let server = dictionary();
    let faults = Faults::seeded(1)
        .at("tcp_recv", 1, Fault::Stall)
        .rate(Fault::Slow, 1.0);
    let mut plugin = plugin(Config::new().faults(faults));
    assert_eq!(look_up(&mut plugin, &server, "crab").unwrap(), "a decapod");
    assert_eq!(server.accepted(), 1);
}

#[test]
fn it_says_when_there_is_no_server() {
    let server = dictionary();
    let faults = Faults::seeded(1).rate_in("tcp_connect", Fault::Zero, 1.0);
    let mut plugin = plugin(Config::new().faults(faults));
    let error = look_up(&mut plugin, &server, "crab").unwrap_err();
    assert!(error.to_string().contains("could not connect"), "{error}");
}
