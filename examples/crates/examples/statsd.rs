//! StatsD, with `cadence`: counts, measures and times something.
//!
//! Input: `ADDRESS PREFIX`. Output: what the crate reports as sent.

#![cfg(target_family = "wasm")]

use cadence::ext::SocketStats;
use cadence::prelude::*;
use cadence::{MetricSink, SinkStats, StatsdClient};
use extism_pdk::{Error, FnResult, plugin_fn};
use harness_wasi_sockets::UdpSocket;
use std::io;

#[plugin_fn]
pub fn run(input: String) -> FnResult<String> {
    let (address, prefix) = input
        .split_once(' ')
        .ok_or(Error::msg("the input is ADDRESS PREFIX"))?;

    let stats = SocketStats::default();
    let sink = Sink {
        socket: UdpSocket::connect(address)?,
        stats: stats.clone(),
    };
    let client = StatsdClient::from_sink(prefix, sink);

    client.count("requests", 3)?;
    client.gauge("queue", 17)?;
    client.time("answer", 250)?;

    let stats = SinkStats::from(&stats);
    Ok(format!(
        "{} datagrams, {} bytes",
        stats.packets_sent, stats.bytes_sent
    ))
}

/// The sink that the crate writes to: one datagram per metric.
struct Sink {
    socket: UdpSocket,
    stats: SocketStats,
}

impl MetricSink for Sink {
    fn emit(&self, metric: &str) -> io::Result<usize> {
        self.stats
            .update(self.socket.send(metric.as_bytes()), metric.len())
    }

    fn stats(&self) -> SinkStats {
        (&self.stats).into()
    }
}
