//! StatsD, with `cadence`: counts, measures and times something.
//!
//! Input: `ADDRESS PREFIX`. Output: what the crate says it has sent.

#![cfg(target_family = "wasm")]

use cadence::ext::SocketStats;
use cadence::prelude::*;
use cadence::{MetricSink, SinkStats, StatsdClient};
use extism_pdk::{Error, FnResult, plugin_fn};
use harness_wasi_sockets::UdpSocket;
use std::io;
use std::sync::{Arc, Mutex};

#[plugin_fn]
pub fn run(input: String) -> FnResult<String> {
    let (address, prefix) = input
        .split_once(' ')
        .ok_or(Error::msg("the input is ADDRESS PREFIX"))?;

    let failed = Arc::new(Mutex::new(None));
    let failure = failed.clone();
    let stats = SocketStats::default();
    let sink = Sink {
        socket: UdpSocket::connect(address)?,
        stats: stats.clone(),
    };
    let client = StatsdClient::builder(prefix, sink)
        .with_error_handler(move |error| *lock(&failure) = Some(error.to_string()))
        .build();

    client.count("requests", 3)?;
    client.gauge("queue", 17)?;
    client
        .time_with_tags("answer", 250)
        .with_tag("host", "plugin")
        .send();
    client.flush()?;

    // `send`, unlike the others, tells errors to the handler alone.
    if let Some(error) = lock(&failed).take() {
        return Err(Error::msg(error).into());
    }
    let stats = SinkStats::from(&stats);
    Ok(format!(
        "{} datagrams, {} bytes",
        stats.packets_sent, stats.bytes_sent
    ))
}

/// Where the crate writes: a datagram a metric.
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

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|broken| broken.into_inner())
}
