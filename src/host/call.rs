//! What the kernel keeps for one call of a plugin: input, output, error text, configuration, log.

/// How urgent a log line is. (Extism has one below, `trace`. Its JavaScript SDK does not, and would not load a plugin
/// that imports it.)
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// What helps to find a fault.
    Debug,
    /// What happens as it should.
    Info,
    /// What may be wrong.
    Warn,
    /// What has gone wrong.
    Error,
}

/// The kernel's part in a call. Beside [`Host`](super::Host), not in it: sockets need none of it.
///
/// A block whose offset is passed in belongs to the kernel from then on. It frees the block, or keeps
/// it until the call is over.
pub(crate) trait Call {
    /// The block with the input, which stays the kernel's; 0 if there is no input.
    fn input_offset(&self) -> u64;
    /// Makes the first `len` bytes of a block the output.
    fn output_set(&self, block: u64, len: u64);
    /// Makes a block the error text. The host then reports that the call has failed.
    fn error_set(&self, block: u64);
    /// A new block with the configuration value of this name; 0 if there is none, or an empty one.
    fn config_get(&self, name: u64) -> u64;
    /// Logs the text in a block.
    fn log(&self, level: Level, text: u64);
}
