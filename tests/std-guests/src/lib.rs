//! The conformance suite's std leg, in a plugin: nothing here names the library, and the sockets are
//! `std::net`'s.

#![cfg(target_family = "wasm")]

#[path = "../../conformance/suite/mod.rs"]
mod suite;

#[path = "../../conformance/of_std.rs"]
mod of_std;

#[path = "../../guests/src/panics.rs"]
mod panics;

use extism_pdk::{FnResult, plugin_fn};
use of_std::{connect_udp, net, udp_to};
use suite::{Peers, Who, behaviours};

const WHO: Who = Who::Shadow;

// Where the sockets are std's own, this does not compile.
const _: () = assert!(std::IS_HARNESS_STD);

/// A behaviour, by its name.
type Behaviour = (&'static str, fn(&Peers));

/// All of them, in order.
macro_rules! all {
    ($($module:ident: $($name:ident)+;)+) => {
        &[$($((stringify!($name), suite::$module::$name)),+),+]
    };
}

const ALL: &[Behaviour] = behaviours!(all);

/// Runs the behaviour `NAME ADDRESSES`.
#[plugin_fn]
pub fn conformance(input: String) -> FnResult<()> {
    panics::report();
    let (wanted, peers) = input.split_once(' ').expect("NAME ADDRESSES");
    let peers = peers.parse().expect("the server's addresses");
    let (_, behaviour) = ALL
        .iter()
        .find(|(name, _)| *name == wanted)
        .unwrap_or_else(|| panic!("no such behaviour: {wanted}"));
    behaviour(&peers);
    Ok(())
}

/// The names of all behaviours, a line each.
#[plugin_fn]
pub fn conformance_names() -> FnResult<String> {
    Ok(ALL.iter().map(|(name, _)| format!("{name}\n")).collect())
}
