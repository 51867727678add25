//! Additions to the library's module `plugin`: input and configuration as text, and one-line errors.

use core::fmt::{Debug, Write};
use harness_wasi_sockets::plugin;
use heapless::String;

/// The longest input, and the longest configuration value, in bytes.
pub const MOST: usize = 4096;

/// An error, as one line of text.
pub type Failed = String<120>;

/// Exports a function that takes the input as text, for the host to call.
#[macro_export]
macro_rules! guest {
    ($function:path) => {
        harness_wasi_sockets::plugin!(run);

        fn run() -> Result<(), $crate::plugin::Failed> {
            $crate::plugin::with_input($function)
        }
    };
}

/// Calls a guest's function with its input.
pub fn with_input(function: fn(&str) -> Result<(), Failed>) -> Result<(), Failed> {
    let mut buf = [0; MOST];
    let input = plugin::input(&mut buf).map_err(|_| no("the input is too long"))?;
    function(core::str::from_utf8(input).map_err(|why| failed("the input", why))?)
}

/// Returns an error that includes a cause.
pub fn failed(what: &str, why: impl Debug) -> Failed {
    let mut text = Failed::new();
    // Text that does not fit is cut off.
    let _ = write!(text, "{what}: {why:?}");
    text
}

/// Returns an error without a cause.
pub fn no(what: &str) -> Failed {
    let mut text = Failed::new();
    let _ = text.push_str(what);
    text
}

/// Makes `bytes` the output.
pub fn output(bytes: &[u8]) -> Result<(), Failed> {
    plugin::output(bytes).map_err(|why| failed("the output", why))
}

/// Returns a configuration value.
pub fn config(key: &str) -> Result<String<MOST>, Failed> {
    let mut buf = [0; MOST];
    let value = plugin::config(key, &mut buf).map_err(|why| failed(key, why))?;
    let value = value.ok_or_else(|| missing(key))?;
    let text = core::str::from_utf8(value).map_err(|why| failed(key, why))?;
    String::try_from(text).map_err(|_| no("a configuration value is too long"))
}

/// Returns the error for a missing value. In production every value is missing.
fn missing(key: &str) -> Failed {
    let mut text = no("no value is configured for ");
    // Text that does not fit is cut off.
    let _ = text.push_str(key);
    text
}
