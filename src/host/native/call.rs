//! Emulates the kernel's functions for a call, for unit tests of a plugin's functions. The state is per thread, like
//! the kernel's memory.

use super::{Native, kernel};
use crate::host::call::{Call, Level};
use crate::plugin::{Outcome, call};
use std::cell::RefCell;
use std::collections::BTreeMap;

#[derive(Default)]
struct State {
    /// The block with the input.
    input: u64,
    output: Vec<u8>,
    error: Option<String>,
    config: BTreeMap<String, String>,
    log: Vec<(Level, String)>,
}

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
}

/// Accesses the state of this thread.
fn with<T>(what: impl FnOnce(&mut State) -> T) -> T {
    STATE.with(|state| what(&mut state.borrow_mut()))
}

/// Takes ownership of a block, and returns it as text.
fn text(block: u64) -> String {
    let bytes = kernel::bytes(block, u64::MAX).unwrap_or_default();
    kernel::free(block);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Calls of a plugin's functions without a runtime. With the feature `plugin`.
impl Native {
    /// Calls a plugin's function with this input, like a host, and returns its output.
    ///
    /// # Errors
    /// The text of the function's error.
    ///
    /// # Example
    /// ```
    /// use harness_wasi_sockets::host::Native;
    /// use harness_wasi_sockets::{Error, plugin};
    ///
    /// fn run() -> Result<(), Error> {
    ///     let mut buf = [0; 100];
    ///     plugin::output(plugin::input(&mut buf)?)
    /// }
    ///
    /// assert_eq!(Native::call(run, b"Hello").unwrap(), b"Hello");
    /// ```
    pub fn call<O: Outcome>(function: impl FnOnce() -> O, input: &[u8]) -> Result<Vec<u8>, String> {
        let input = kernel::adopt(input.to_vec());
        with(|state| {
            state.input = input;
            state.output = Vec::new();
            state.error = None;
        });
        let code = call(function);
        kernel::free(input);
        with(|state| {
            state.input = 0;
            let output = std::mem::take(&mut state.output);
            match (code, state.error.take()) {
                (0, _) => Ok(output),
                (code, error) => Err(error.unwrap_or_else(|| format!("returned {code}"))),
            }
        })
    }

    /// Sets a configuration value for plugin functions on this thread.
    pub fn set_config(name: impl Into<String>, value: impl Into<String>) {
        with(|state| state.config.insert(name.into(), value.into()));
    }

    /// Returns the lines logged on this thread, and clears them.
    #[must_use]
    pub fn take_log() -> Vec<(Level, String)> {
        with(|state| std::mem::take(&mut state.log))
    }
}

impl Call for Native {
    fn input_offset(&self) -> u64 {
        with(|state| state.input)
    }
    fn output_set(&self, block: u64, len: u64) {
        let output = kernel::bytes(block, len).unwrap_or_default();
        kernel::free(block);
        with(|state| state.output = output);
    }
    fn error_set(&self, block: u64) {
        let error = text(block);
        with(|state| state.error = Some(error));
    }
    fn config_get(&self, name: u64) -> u64 {
        let value = with(|state| state.config.get(&text(name)).cloned());
        value.map_or(0, |value| kernel::adopt(value.into_bytes()))
    }
    fn log(&self, level: Level, line: u64) {
        let line = text(line);
        with(|state| state.log.push((level, line)));
    }
}
