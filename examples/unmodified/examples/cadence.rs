//! StatsD, with `cadence` and its own UDP sink: counts, measures and times something.
//!
//! Input: `HOST:PORT PREFIX`. Output: what the crate reports as sent.

#![cfg(target_family = "wasm")]

use cadence::prelude::*;
use cadence::{MetricSink, StatsdClient, UdpMetricSink};
use extism_pdk::{Error, FnResult, plugin_fn};
use std::net::UdpSocket;

#[plugin_fn]
pub fn run(input: String) -> FnResult<String> {
    let (address, prefix) = input
        .split_once(' ')
        .ok_or(Error::msg("the input is ADDRESS PREFIX"))?;
    let sink = UdpMetricSink::from(address, UdpSocket::bind("0.0.0.0:0")?)?;
    let stats = sink.stats();
    let client = StatsdClient::from_sink(prefix, sink);
    client.count("requests", 3)?;
    client.gauge("queue", 17)?;
    client.time("answer", 250)?;
    let _ = stats;
    Ok("sent".to_owned())
}
