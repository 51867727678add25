//! Why a server is not there.

use std::fmt;
use std::io;

/// Why a server is not there.
#[derive(Debug)]
pub enum Error {
    /// A program, or a part of it, is not installed.
    Missing(String),
    /// It is installed, and does not do what it should; the text says what happened.
    Failed(String),
    /// Something around it went wrong.
    Io(io::Error),
}

/// What starting a server comes to.
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
