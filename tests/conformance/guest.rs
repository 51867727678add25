//! The suite in a plugin: runs each behaviour by name. For a module that has the `suite`.

use super::suite::{self, Peers, behaviours};
use crate::panics;
use extism_pdk::FnResult;

/// A behaviour, by its name.
type Behaviour = (&'static str, fn(&Peers));

/// All behaviours, in order.
macro_rules! all {
    ($($module:ident: $($name:ident)+;)+) => {
        &[$($((stringify!($name), suite::$module::$name)),+),+]
    };
}

const ALL: &[Behaviour] = behaviours!(all);

/// Runs the behaviour `NAME ADDRESSES`.
pub fn run(input: &str) -> FnResult<()> {
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

/// Returns the names of all behaviours, one per line.
pub fn names() -> String {
    ALL.iter().map(|(name, _)| format!("{name}\n")).collect()
}
