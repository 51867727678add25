//! Where the production host differs from the other hosts, in words: the table in `docs/production.md` has
//! the same ones. Everything else holds there too.

use std::fmt::Debug;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the host is as production's.
static HERE: AtomicBool = AtomicBool::new(false);

/// From now on the host is as production's.
#[allow(dead_code, reason = "only a plugin can be there")]
pub fn expect() {
    HERE.store(true, Ordering::Relaxed);
}

/// Whether the host is as production's.
pub fn here() -> bool {
    HERE.load(Ordering::Relaxed)
}

/// A difference that the host makes.
#[derive(Debug)]
#[allow(dead_code, reason = "the words are for the table")]
pub struct InProduction {
    pub what: &'static str,
    pub elsewhere: &'static str,
    pub there: &'static str,
    pub why: &'static str,
}

impl InProduction {
    /// Whether the host is as production's. Then what was seen must be what is seen there.
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

/// As those of `differences`: a constant for each, and a table of them all.
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

        /// All of them.
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
    SILENCE: "a read or a peek of a stream that is silent for the whole read timeout",
        "`TimedOut`",
        "`Ok(0)`, unless `Silence::TimedOut` is set",
        "without a real clock nothing tells a silence from the end";
    MEASURED: "how long a wait took, by `Instant`",
        "as long as it took",
        "a few milliseconds, one for each reading of the clock",
        "the clock moves because it is read";
    CONNECTING: "`connect_timeout` to a peer that does not answer in time",
        "`TimedOut`",
        "`ConnectionRefused`",
        "without a real clock nothing tells how long the host has tried";
    SHORT_NUMBER: "connecting to an address in a short form, such as `127.1`, which is a name to the library",
        "as to 127.0.0.1",
        "`ConnectionRefused`",
        "Go's resolver knows no such name";
}
