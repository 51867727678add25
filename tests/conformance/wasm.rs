//! The behaviours over this library inside a plugin: the suite is compiled into the test guests. After each of them
//! nothing may be leaked: no kernel block, no connection.

use crate::server::Server;
use crate::std::suite::{self, Peers, behaviours};
use harness_host::wasm::Target;
use harness_host::{Allow, Config, Plugin, guests};
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

/// The guests of `tests/guests`, built once.
pub static GUESTS: LazyLock<PathBuf> =
    LazyLock::new(|| guests::package("test-guests", Target::Wasip1).expect("the test guests"));

/// Loads the guests in a host with short waits.
fn guests() -> Plugin {
    let config = Config::new()
        .allow(Allow::loopback())
        .wait(Duration::from_millis(100));
    Plugin::from_file(&*GUESTS, &config).expect("a plugin")
}

/// Runs a behaviour by its name. The function is std's, and unused: the guests have their own.
fn run(name: &str, _of_std: fn(&Peers)) {
    let server = Server::start().expect("the server");
    let mut plugin = guests();
    let input = format!("{name} {}", server.peers());
    if let Err(error) = plugin.call("conformance", input.as_bytes()) {
        panic!("{error}");
    }
    assert_eq!(plugin.live_blocks(), Some(0), "kernel blocks left over");
    assert_eq!(plugin.open_connections(), 0, "connections left over");
}

behaviours!(tests);

/// All names, in order.
macro_rules! names {
    ($($module:ident: $($name:ident)+;)+) => {
        concat!($($(stringify!($name), "\n"),+),+)
    };
}

/// Detects guests that were not rebuilt.
#[test]
fn the_guests_know_every_behaviour() {
    let known = guests().call("conformance_names", b"").expect("names");
    assert_eq!(String::from_utf8_lossy(&known), behaviours!(names));
}
