//! A plugin that checks whether its host keeps the contract: the ten functions, as `docs/hosts.md` has them.
//!
//! It needs nothing but those and Extism's kernel: no WASI, no clock, no configuration. The peers that it talks
//! to tell it the time. Input: the line that `kit peers` prints. Output: a report, for people.
//!
//! A behaviour is a function that tries it and says what it has seen; `tcp`, `udp` and `icmp` have a table each.

#![cfg(target_family = "wasm")]

mod calls;
mod icmp;
mod peers;
mod report;
mod tcp;
mod udp;

use peers::Peers;
use report::Report;

/// What the host calls.
#[unsafe(no_mangle)]
pub extern "C" fn run() -> i32 {
    let input = calls::input();
    let Some(peers) = Peers::parse(&String::from_utf8_lossy(&input)) else {
        calls::output(b"The input is no line of `kit peers`: start that, and give its line to this function.\n");
        return 1;
    };
    let mut report = Report::default();
    for behaviour in tcp::ALL.iter().chain(udp::ALL).chain(icmp::ALL) {
        report.add(behaviour, (behaviour.check)(&peers));
    }
    calls::output(report.to_string().as_bytes());
    0
}
