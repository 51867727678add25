//! StatsD, with `statsd`: counts, measures and times something.
//!
//! Input: `HOST:PORT PREFIX`. Output: `sent`; the crate does not report whether sending succeeded.

#![cfg(target_family = "wasm")]

use extism_pdk::{Error, FnResult, plugin_fn};
use statsd::Client;

#[plugin_fn]
pub fn run(input: String) -> FnResult<String> {
    let (address, prefix) = input
        .split_once(' ')
        .ok_or(Error::msg("the input is ADDRESS PREFIX"))?;
    let client = Client::new(address, prefix)?;
    client.count("requests", 3.0);
    client.gauge("queue", 17.0);
    client.timer("answer", 250.0);
    Ok("sent".to_owned())
}
