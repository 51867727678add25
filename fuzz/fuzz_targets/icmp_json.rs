//! A host's report of an ICMP packet, from arbitrary bytes.
//!
//! The library decodes whatever serde_json decodes to the same value, or refuses it because it is larger than the
//! library's buffers.
#![no_main]

#[path = "../../tests/faults/host/mod.rs"]
mod host;
#[path = "../../tests/faults/report.rs"]
mod report;

use harness_wasi_sockets::Error;
use harness_wasi_sockets::embedded::IcmpSocket;
use host::{Clock, Reply, Scripted};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    let host = Scripted::new(Clock::Real).icmp([Reply::Packet(text.to_vec())]);
    let decoded = IcmpSocket::new_in(host.clone()).recv(5_000);
    host.finish("a report");
    if text.len() <= 8_192 && report::without_nuls(text).is_empty() {
        // Nothing was received.
        assert_eq!(decoded, Err(Error::NotHeard));
        return;
    }
    report::check(text, decoded);
});
