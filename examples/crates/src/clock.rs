//! Checks whether the host's clock is real. A host with an artificial clock may have artificial random numbers too, as
//! the production host does. Anything that depends on secrets must refuse to run there.
//!
//! Copy this file into your plugin.

use extism_pdk::{Error, config};
use std::time::{Duration, Instant};

/// The number of steps that are checked.
const STEPS: usize = 64;
/// How often the clock is read for one step before it counts as stopped.
const MOST_READINGS: usize = 100_000;

/// Returns whether the clock advances by itself, not because it is read.
pub fn is_real() -> bool {
    let mut before = Instant::now();
    let mut first = None;
    for _ in 0..STEPS {
        let Some((now, at_once)) = step(before) else {
            // The clock stands still.
            return false;
        };
        let length = now - before;
        // A coarse clock that ticked only after several readings is real, and so is one that advances unevenly.
        if !at_once || *first.get_or_insert(length) != length {
            return true;
        }
        before = now;
    }
    // It advances by the same amount at each reading.
    false
}

/// Returns the next different time of the clock, and whether the first reading showed it.
fn step(before: Instant) -> Option<(Instant, bool)> {
    (0..MOST_READINGS).find_map(|readings| {
        let now = Instant::now();
        (now.saturating_duration_since(before) > Duration::ZERO).then_some((now, readings == 0))
    })
}

/// Fails if the clock is not real, unless the configuration has `unsafe_host=yes`.
pub fn require_real() -> Result<(), Error> {
    let told = config::get("unsafe_host")?.is_some_and(|value| value == "yes");
    if told || is_real() {
        return Ok(());
    }
    Err(Error::msg(
        "this host's clock is not real, so neither are its random numbers: anybody could compute the keys of \
         this connection, and certificates would be judged by a wrong date. Run the plugin in a host with \
         both, or set unsafe_host=yes to go on all the same",
    ))
}
