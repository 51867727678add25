//! Pings a host and says who answered.
//!
//! Input: `TARGET` or `TARGET MESSAGE`, say `127.0.0.1 Hello`. The host needs the right to open raw
//! sockets.

#![cfg(target_family = "wasm")]

use extism_pdk::{FnResult, plugin_fn};
use harness_wasi_sockets::IcmpSocket;

#[plugin_fn]
pub fn run(input: String) -> FnResult<String> {
    let (target, message) = input.split_once(' ').unwrap_or((&input, "Hello, ICMP!"));

    // Whatever else the host hears is passed over: this is the reply to this request, or an error.
    let reply = IcmpSocket::new().ping(target, message.as_bytes(), 1, 5000)?;

    let time = match reply.round_trip {
        Some(time) => format!("in {time:?}"),
        None => "in a time that no clock here tells".to_owned(),
    };
    Ok(format!(
        "{} answered request {} {time}",
        reply.source, reply.seq
    ))
}
