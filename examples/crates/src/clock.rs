//! Whether the host's clock is real. A host that makes up the time makes up its random numbers too: the
//! production host does both. What hangs on secrets must not go on there.
//!
//! A file to copy into your plugin.

use extism_pdk::{Error, config};
use std::time::{Duration, Instant};

/// How many steps are looked at.
const STEPS: usize = 64;
/// How often the clock is read for one step before it counts as one that stands.
const MOST_READINGS: usize = 100_000;

/// Whether the clock moves by itself, and not because it is read.
pub fn is_real() -> bool {
    let mut before = Instant::now();
    let mut first = None;
    for _ in 0..STEPS {
        let Some((now, at_once)) = step(before) else {
            // It stands.
            return false;
        };
        let length = now - before;
        // One that waited for a tick of a coarse clock is real, and so is one that moves unevenly.
        if !at_once || *first.get_or_insert(length) != length {
            return true;
        }
        before = now;
    }
    // As much at each reading, every time.
    false
}

/// The next time that the clock shows, and whether the first reading showed it.
fn step(before: Instant) -> Option<(Instant, bool)> {
    (0..MOST_READINGS).find_map(|readings| {
        let now = Instant::now();
        (now.saturating_duration_since(before) > Duration::ZERO).then_some((now, readings == 0))
    })
}

/// An error where the clock is not real, unless the configuration has `unsafe_host=yes`.
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
