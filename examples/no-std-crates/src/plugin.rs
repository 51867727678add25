//! A plugin's input, output, configuration and errors, straight from the Extism kernel.

use core::fmt::{Debug, Write};
use harness_wasi_sockets::Block;
use harness_wasi_sockets::host::DefaultHost;
use heapless::String;

// SAFETY: the signatures are the kernel's. The arguments are plain numbers, which name kernel
// memory and not this module's.
#[link(wasm_import_module = "extism:host/env")]
unsafe extern "C" {
    safe fn input_length() -> u64;
    safe fn input_load_u8(at: u64) -> u32;
    safe fn output_set(offset: u64, length: u64);
    safe fn error_set(offset: u64);
    safe fn config_get(key: u64) -> u64;
}

/// The longest input, and the longest configuration value, in bytes.
pub const MOST: usize = 4096;

/// What went wrong, in a line.
pub type Failed = String<120>;

/// Exports a function that takes the input as text, as what the host calls.
#[macro_export]
macro_rules! guest {
    ($function:path) => {
        /// What the host calls. It answers 0 if all went well.
        #[unsafe(no_mangle)]
        pub extern "C" fn run() -> i32 {
            $crate::plugin::call($function)
        }
    };
}

/// Calls a guest's function with its input, and tells the host of its failure.
pub fn call(function: fn(&str) -> Result<(), Failed>) -> i32 {
    let mut buf = [0; MOST];
    let Err(failed) = input(&mut buf).and_then(function) else {
        return 0;
    };
    if let Ok(text) = Block::copy_of(failed.as_bytes()) {
        // From now on it is the host's.
        error_set(text.into_offset());
    }
    1
}

/// A failure, of something that says why.
pub fn failed(what: &str, why: impl Debug) -> Failed {
    let mut text = Failed::new();
    // What does not fit is left out.
    let _ = write!(text, "{what}: {why:?}");
    text
}

/// A failure that is clear without a reason.
pub fn no(what: &str) -> Failed {
    let mut text = Failed::new();
    let _ = text.push_str(what);
    text
}

/// Makes `bytes` the output.
pub fn output(bytes: &[u8]) -> Result<(), Failed> {
    let length = bytes.len() as u64;
    let block = Block::copy_of(bytes).map_err(|why| failed("the output", why))?;
    output_set(block.into_offset(), length);
    Ok(())
}

/// A configuration value.
pub fn config(key: &str) -> Result<String<MOST>, Failed> {
    let name = Block::copy_of(key.as_bytes()).map_err(|why| failed(key, why))?;
    let value = Block::adopt_in(DefaultHost, config_get(name.offset()));
    let value = value.ok_or_else(|| missing(key))?;
    let mut bytes = [0; MOST];
    let bytes = bytes
        .get_mut(..value.len())
        .ok_or_else(|| no("a configuration value is too long"))?;
    value.load(0, bytes);
    let text = core::str::from_utf8(bytes).map_err(|why| failed(key, why))?;
    String::try_from(text).map_err(|_| no("a configuration value is too long"))
}

/// That there is no such value. In production there is none at all.
fn missing(key: &str) -> Failed {
    let mut text = no("no value is configured for ");
    // What does not fit is left out.
    let _ = text.push_str(key);
    text
}

fn input(buf: &mut [u8; MOST]) -> Result<&str, Failed> {
    let length = usize::try_from(input_length()).unwrap_or(usize::MAX);
    let buf = buf
        .get_mut(..length)
        .ok_or_else(|| no("the input is too long"))?;
    for (at, byte) in buf.iter_mut().enumerate() {
        *byte = input_load_u8(at as u64) as u8;
    }
    core::str::from_utf8(buf).map_err(|why| failed("the input", why))
}
