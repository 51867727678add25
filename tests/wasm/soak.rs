//! A short soak; `cargo run -p harness-host -- soak --seconds 600` is a long one.

use harness_host::soak::{self, Settings};
use std::time::Duration;

/// Many connections with a host that fails at random: no byte is lost, invented or out of order, no EOF comes without a
/// reason, memory does not grow, and nothing is left open. `SOAK_SECONDS` sets the duration, by default 15 s.
#[test]
fn no_byte_is_lost_or_invented_whatever_fails() {
    let seconds = std::env::var("SOAK_SECONDS").map_or(15, |text| text.parse().unwrap());
    let settings = Settings {
        time: Duration::from_secs(seconds),
        ..Settings::default()
    };
    let summary = soak::run(&settings, &|line| println!("{line}")).unwrap();
    println!("{summary}");
    // It has done something, and had faults.
    assert!(summary.checked > 1_000_000, "{summary}");
    assert!(summary.report.faults.total() > 100, "{summary}");
}
