//! The conformance suite: the behaviours that `tests/conformance` also tries on std and natively.

#[path = "../../conformance/suite/mod.rs"]
mod suite;

/// Whose behaviour it is.
mod net {
    pub use harness_wasi_sockets::net::*;
}

use crate::panics;
use extism_pdk::{FnResult, plugin_fn};
use net::{ToSocketAddrs, UdpSocket};
use std::io;
use suite::{Peers, Who, behaviours};

const WHO: Who = Who::Wasm;

/// A connected UDP socket.
fn udp_to<A: ToSocketAddrs>(addr: A) -> io::Result<UdpSocket> {
    UdpSocket::connect(addr)
}

/// Connects a UDP socket that is there already.
fn connect_udp<A: ToSocketAddrs>(socket: &UdpSocket, addr: A) -> io::Result<()> {
    socket.connect_to(addr)
}

/// A behaviour, by its name.
type Behaviour = (&'static str, fn(&Peers));

/// All of them, in order.
macro_rules! all {
    ($($module:ident: $($name:ident)+;)+) => {
        &[$($((stringify!($name), suite::$module::$name)),+),+]
    };
}

const ALL: &[Behaviour] = behaviours!(all);

/// Runs the behaviour `NAME ADDRESSES`, in a host as production's.
#[plugin_fn]
pub fn conformance_in_production(input: String) -> FnResult<()> {
    suite::production::expect();
    run(&input)
}

/// Runs the behaviour `NAME ADDRESSES`.
#[plugin_fn]
pub fn conformance(input: String) -> FnResult<()> {
    run(&input)
}

fn run(input: &str) -> FnResult<()> {
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
