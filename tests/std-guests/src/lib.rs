//! The conformance suite over std, in a plugin: nothing here names the library, and the sockets are `std::net`'s.

#![cfg(target_family = "wasm")]

#[path = "../../conformance/suite/mod.rs"]
mod suite;

#[path = "../../conformance/guest.rs"]
mod guest;

#[path = "../../conformance/of_std.rs"]
mod of_std;

#[path = "../../guests/src/panics.rs"]
mod panics;

use extism_pdk::{FnResult, plugin_fn};
use of_std::{connect_udp, net, udp_to};
use suite::Who;

const WHO: Who = Who::Shadow;

// With the original std, this does not compile.
const _: () = assert!(std::IS_HARNESS_STD);

/// Runs the behaviour `NAME ADDRESSES`.
#[plugin_fn]
pub fn conformance(input: String) -> FnResult<()> {
    guest::run(&input)
}

/// Returns the names of all behaviours, one per line.
#[plugin_fn]
pub fn conformance_names() -> FnResult<String> {
    Ok(guest::names())
}
