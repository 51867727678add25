//! The errors of loading and calling a plugin.

use std::path::{Path, PathBuf};

/// Why a plugin could not be loaded, or why a call failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The operating system's error.
        source: std::io::Error,
    },
    /// A file could not be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The operating system's error.
        source: std::io::Error,
    },
    /// The bytes are not a plugin, or the plugin imports something that this host does not have.
    #[error("cannot load the plugin: {0}")]
    Load(String),
    /// The plugin does not export a function of this name without parameters.
    #[error("the plugin exports no function `{0}` that takes no parameters")]
    NoSuchFunction(String),
    /// The plugin reported an error, as `extism-pdk` does for a returned `Err`.
    #[error("`{function}` failed: {message}")]
    Guest {
        /// The function that was called.
        function: String,
        /// The plugin's message.
        message: String,
    },
    /// The plugin stopped without a message of its own: a trap, a panic, an exit status.
    #[error("`{function}` stopped: {message}")]
    Stopped {
        /// The function that was called.
        function: String,
        /// The runtime's message, with a backtrace if there is one.
        message: String,
    },
    /// The call took longer than [`Config::call_timeout`](crate::Config::call_timeout).
    #[error("`{0}` took longer than its time limit")]
    TimedOut(String),
    /// The call used more than [`Config::fuel_limit`](crate::Config::fuel_limit).
    #[error("`{0}` used up its fuel")]
    OutOfFuel(String),
    /// The plugin or its kernel needed more memory than [`Config::memory_pages`](crate::Config::memory_pages)
    /// allows.
    #[error("`{0}` used up its memory (oom)")]
    OutOfMemory(String),
    /// There is no example guest with this name.
    #[error("there is no example `{0}`")]
    NoSuchExample(String),
    /// The sources of the example guests have moved since this crate was compiled.
    #[error("the workspace of harness-wasi-sockets is no longer at {}: build the host again, after `cargo clean -p harness-host`", .0.display())]
    NoWorkspace(PathBuf),
    /// A guest could not be built.
    #[error(transparent)]
    Build(#[from] crate::wasm::Error),
}

/// For `map_err`: a file could not be written.
pub(crate) fn writing(path: &Path) -> impl FnOnce(std::io::Error) -> Error + use<> {
    let path = path.to_owned();
    |source| Error::Write { path, source }
}
