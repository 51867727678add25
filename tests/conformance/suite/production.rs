//! The differences of the production host from other hosts, as text: the table in `docs/production.md` contains the
//! same. Everything else holds there too.

use std::fmt::Debug;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the host is like production.
static HERE: AtomicBool = AtomicBool::new(false);

/// Declares that the host is like production.
#[allow(dead_code, reason = "only a plugin can be there")]
pub fn expect() {
    HERE.store(true, Ordering::Relaxed);
}

/// Returns whether the host is like production.
pub fn here() -> bool {
    HERE.load(Ordering::Relaxed)
}

/// A difference caused by the host.
#[derive(Debug)]
#[allow(dead_code, reason = "the words are for the table")]
pub struct InProduction {
    pub what: &'static str,
    pub elsewhere: &'static str,
    pub there: &'static str,
    pub why: &'static str,
}

impl InProduction {
    /// Returns whether the host is like production. If so, what was seen must match the text.
    #[track_caller]
    pub fn is_here<T, U>(&self, seen: &T, there: U) -> bool
    where
        T: PartialEq<U> + Debug,
        U: Debug,
    {
        if here() {
            assert_eq!(*seen, there, "{}: in production {}", self.what, self.there);
        }
        here()
    }
}

/// Like `differences`: defines a constant for each, and a table of them all.
macro_rules! in_production {
    ($($name:ident: $what:literal, $elsewhere:literal, $there:literal, $why:literal;)+) => {
        $(
            pub const $name: InProduction = InProduction {
                what: $what,
                elsewhere: $elsewhere,
                there: $there,
                why: $why,
            };
        )+

        /// All differences.
        #[allow(dead_code, reason = "one inclusion shows it for all")]
        pub const TABLE: &[InProduction] = &[$(InProduction {
            what: $what,
            elsewhere: $elsewhere,
            there: $there,
            why: $why,
        },)+];
    };
}

in_production! {
    SILENCE: "a read or peek of a stream that is silent for the whole read timeout",
        "`TimedOut`",
        "`Ok(0)`, unless `Silence::TimedOut` is set",
        "without a real clock, silence and EOF look alike";
    MEASURED: "how long a wait took, by `Instant`",
        "the real duration",
        "a few milliseconds, one per reading of the clock",
        "the clock only moves when it is read";
    CONNECTING: "`connect_timeout` to a peer that does not answer in time",
        "`TimedOut`",
        "`ConnectionRefused`",
        "without a real clock, a timeout and a refusal look alike";
    SHORT_NUMBER: "connecting to a short form of an address, such as `127.1`, which the library treats as a name",
        "connects to 127.0.0.1",
        "`ConnectionRefused`",
        "Go's resolver does not know such names";
}
