//! A plugin that checks whether its host keeps the contract of the ten functions (`docs/hosts.md`).
//!
//! It needs only those functions and Extism's kernel: no WASI, no clock, no configuration. The peers tell it the time.
//! Input: the line that `kit peers` prints. Output: a report for people.
//!
//! One function checks each behaviour; `tcp`, `udp` and `icmp` each have a table of them.

#![cfg(target_family = "wasm")]

mod calls;
mod icmp;
mod peers;
mod report;
mod tcp;
mod udp;

use peers::Peers;
use report::Report;

/// The function that the host calls.
#[unsafe(no_mangle)]
pub extern "C" fn run() -> i32 {
    let input = calls::input();
    let Some(peers) = Peers::parse(&String::from_utf8_lossy(&input)) else {
        calls::output(b"expected the line that `kit peers` prints as the input\n");
        return 1;
    };
    let mut report = Report::default();
    for behaviour in tcp::ALL.iter().chain(udp::ALL).chain(icmp::ALL) {
        report.add(behaviour, (behaviour.check)(&peers));
    }
    calls::output(report.to_string().as_bytes());
    0
}
