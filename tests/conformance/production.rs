//! The behaviours over this library inside a plugin, in a host like production. The suite states the differences there:
//! `suite/production.rs`.

use crate::server::Server;
use crate::std::suite::{self, Peers, behaviours};
use crate::wasm::GUESTS;
use harness_host::{Allow, Config, Plugin};
use std::time::Duration;

/// Runs a behaviour by its name. The function is std's, and unused: the guests have their own.
fn run(name: &str, _of_std: fn(&Peers)) {
    let server = Server::start().expect("the server");
    // A fifth of production's 5 s. The library assumes 5 s, so silence for the whole read timeout takes a fifth of that
    // timeout.
    let config = Config::production()
        .allow(Allow::loopback())
        .wait(Duration::from_secs(1));
    let mut plugin = Plugin::from_file(&*GUESTS, &config).expect("a plugin");
    let input = format!("{name} {}", server.peers());
    if let Err(error) = plugin.call("conformance_in_production", input.as_bytes()) {
        panic!("{error}");
    }
    assert_eq!(plugin.live_blocks(), Some(0), "kernel blocks left over");
    assert_eq!(plugin.open_connections(), 0, "connections left over");
}

behaviours!(tests);
