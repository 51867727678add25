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
mod statsd;
mod table;
mod tls;
mod websocket;

use harness_host::Config;
use server_tests::servers::{PASSWORD, USER};

/// What the plugins need to log in.
fn credentials() -> Config {
    Config::new().set("user", USER).set("password", PASSWORD)
}

/// What the plugins without WASI draw their random numbers from. Here it may be anything.
const SEED: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
