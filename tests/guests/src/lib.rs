//! Guests that only the tests use: each function checks guarantees of the library inside a plugin, over the test's
//! peers. A violation is a panic.

#![cfg(target_family = "wasm")]

mod bad;
mod blocks;
mod conformance;
mod description;
mod faults;
mod icmp;
mod nothing;
mod options;
mod panics;
mod soak;
mod tcp;
mod udp;

use extism_pdk::{FnResult, plugin_fn};

/// Runs one of the description's examples, by name.
#[plugin_fn]
pub fn description(name: String) -> FnResult<String> {
    panics::report();
    match name.as_str() {
        "tcp" => description::tcp(),
        "udp" => description::udp(),
        "icmp" => description::icmp(),
        "read_line" => description::read_line(),
        "migrated_tcp" => description::migrated_tcp(),
        "migrated_icmp" => description::migrated_icmp(),
        _ => panic!("no such example: {name}"),
    }?;
    Ok(name)
}

/// Summarizes an `io::Result` in a word or two, for comparison.
fn outcome<T: std::fmt::Debug>(result: std::io::Result<T>) -> String {
    match result {
        Ok(value) => format!("Ok({value:?})"),
        Err(error) => format!("{:?}", error.kind()),
    }
}

/// Returns `len` bytes of a pattern in which positions are distinguishable.
fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i ^ (i >> 8) ^ (i >> 16)) as u8).collect()
}

/// Returns a digest of bytes (FNV-1a), to compare them without sending them.
fn digest(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |digest, byte| {
        (digest ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
