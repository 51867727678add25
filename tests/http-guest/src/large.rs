//! Large bodies, and how much of the plugin's memory they take.

use core::arch::wasm32::memory_size;
use extism_pdk::{FnResult, plugin_fn};
use harness_wasi_sockets::Client;

/// Returns the size of the plugin's own memory in bytes. It never shrinks, so this is also the maximum.
fn memory() -> usize {
    memory_size::<0>() * 65_536
}

/// Returns a digest of bytes (FNV-1a), to compare them without sending them.
fn digest(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |digest, byte| {
        (digest ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Gets a URL. Output: the status, the body's length and digest, and by how many bytes the memory grew.
#[plugin_fn]
pub fn get_large(url: String) -> FnResult<String> {
    let before = memory();
    let response = Client::new().get(url).send()?;
    let grown = memory() - before;
    let body = response.bytes();
    Ok(format!(
        "{} {} {:x} {grown}",
        response.status(),
        body.len(),
        digest(body)
    ))
}

/// Puts as many bytes as the input's second word says to the URL before it. Output: the status, and by how many bytes
/// the memory grew, including the body itself.
#[plugin_fn]
pub fn put_large(input: String) -> FnResult<String> {
    let (url, len) = input.split_once(' ').unwrap_or_default();
    let before = memory();
    let body = vec![b'x'; len.parse()?];
    let response = Client::new().put(url).body(body).send()?;
    Ok(format!("{} {}", response.status(), memory() - before))
}
