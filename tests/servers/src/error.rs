//! Why a server is unavailable.

use std::fmt;
use std::io;

/// Why a server is unavailable.
#[derive(Debug)]
pub enum Error {
    /// A program, or a part of it, is not installed.
    Missing(String),
    /// It is installed but does not work; the text says what happened.
    Failed(String),
    /// An I/O error.
    Io(io::Error),
}

/// The result of starting a server.
pub type Result<T> = std::result::Result<T, Error>;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Missing(what) => write!(f, "{what} is not installed (`.ci/servers` does that)"),
            Error::Failed(what) => f.write_str(what),
            Error::Io(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Error::Io(error)
    }
}
