//! Plugins over well-known crates, in the real runtime, against servers that nobody here wrote.
//!
//! A module a protocol. `docs/crates.md` has the table of them all.

mod coap;
mod dns;
mod http;
mod imap;
mod mqtt;
mod ntp;
mod postgres;
mod redis;
mod tls;
mod websocket;

use harness_host::Config;
use server_tests::servers::{PASSWORD, USER};

/// What the plugins need to log in.
fn credentials() -> Config {
    Config::new().set("user", USER).set("password", PASSWORD)
}
