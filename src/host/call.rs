//! What the kernel stores for one call of a plugin: input, output, error text, configuration, log.

/// The level of a log line. (Extism also has `trace`, below these. Its JavaScript SDK does not, and would not load a
/// plugin that imports it.)
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Details that help to find a fault.
    Debug,
    /// Normal events.
    Info,
    /// Possible problems.
    Warn,
    /// Failures.
    Error,
}

/// The kernel's functions for a call. They are not in [`Host`](super::Host), since sockets do not need them.
///
/// The kernel takes ownership of a block whose offset is passed in. It frees the block, or keeps it until the end of
/// the call.
pub(crate) trait Call {
    /// Returns the block with the input, which the kernel owns; 0 if there is no input.
    fn input_offset(&self) -> u64;
    /// Sets the output to the first `len` bytes of a block.
    fn output_set(&self, block: u64, len: u64);
    /// Sets the error text to a block. The host then reports that the call failed.
    fn error_set(&self, block: u64);
    /// Returns a new block with the configuration value of this name; 0 if there is none, or an empty one.
    fn config_get(&self, name: u64) -> u64;
    /// Logs the text in a block.
    fn log(&self, level: Level, text: u64);
}
