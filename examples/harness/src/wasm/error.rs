//! The error of this module: text for a person.

use std::fmt;

/// What failed, and if possible what to do about it.
///
/// A program cannot fix these errors, so this is text, not an enum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    message: String,
}

impl Error {
    pub(super) fn new(message: impl Into<String>) -> Error {
        Error {
            message: message.into(),
        }
    }

    /// For `map_err`: adds what failed to the cause.
    pub(super) fn doing<C: fmt::Display>(deed: impl Into<String>) -> impl FnOnce(C) -> Error {
        let deed = deed.into();
        move |cause| Error::new(format!("cannot {deed}: {cause}"))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
