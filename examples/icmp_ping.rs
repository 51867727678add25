//! Pings a host several times, and prints the result of each ping.
//!
//! Input: `TARGET`, `TARGET COUNT` or `TARGET COUNT MESSAGE`, for example `127.0.0.1 4 Hello`. The host needs
//! permission to open raw sockets.

#![cfg(target_family = "wasm")]

use extism_pdk::{Error, FnResult, plugin_fn};
use harness_wasi_sockets::{IcmpSocket, Pinged};
use std::fmt::Write;

#[plugin_fn]
pub fn run(input: String) -> FnResult<String> {
    let mut words = input.splitn(3, ' ');
    let target = words.next().unwrap_or_default();
    let count = words.next().unwrap_or("4").parse()?;
    let message = words.next().unwrap_or("Hello, ICMP!");

    // One per second, unless `interval` changes that. Other packets are skipped.
    let mut pings = IcmpSocket::new().pings(target, message.as_bytes(), count);
    let mut text = String::new();
    for pinged in &mut pings {
        match pinged? {
            Pinged::Reply(reply) => {
                let (source, seq) = (&reply.source, reply.seq);
                match reply.round_trip {
                    Some(time) => writeln!(text, "{source} answered ping {seq} in {time:?}")?,
                    None => writeln!(
                        text,
                        "{source} answered ping {seq}; no clock here tells when"
                    )?,
                }
            }
            Pinged::Duplicate(reply) => writeln!(text, "and ping {} again", reply.seq)?,
            Pinged::Lost(seq) => writeln!(text, "ping {seq} is lost")?,
            _ => {}
        }
    }

    let stats = pings.stats();
    if stats.received == 0 {
        return Err(Error::msg(format!("{target} did not answer {} pings", stats.sent)).into());
    }
    write!(text, "{} sent, {} lost", stats.sent, stats.lost)?;
    if let (Some(min), Some(mean), Some(max)) = (stats.min(), stats.mean(), stats.max()) {
        write!(text, "; {min:?} to {max:?}, {mean:?} on average")?;
    }
    Ok(text)
}
