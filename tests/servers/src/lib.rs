//! Servers that nobody here wrote, for the plugins over well-known crates to talk to.
//!
//! Each is started on loopback, on a free port, in a temporary folder, and stopped when it is dropped.
//! `.ci/servers` installs them all from Debian's packages. A test whose server is not there says that
//! it is skipped; with the environment variable `REQUIRE_SERVERS=1` it fails.
//!
//! `cargo test -p server-tests` runs the tests; `cargo run -p server-tests` prints how large the guests
//! are, and which servers there are.

mod authority;
mod error;
mod find;
pub mod guests;
mod process;
pub mod servers;
mod user;

pub use authority::{Authority, Validity};
pub use error::{Error, Result};
pub use find::program;
pub use process::Server;

/// The server if it is there. If it is not, the test named `test` says that it is skipped, and is to
/// return.
///
/// # Panics
/// If the server is there and does not start; or if it is not there and `REQUIRE_SERVERS` is `1`.
pub fn started<S>(test: &str, server: Result<S>) -> Option<S> {
    match server {
        Ok(server) => Some(server),
        Err(Error::Missing(what)) => {
            let required = std::env::var_os("REQUIRE_SERVERS").is_some_and(|value| value == "1");
            assert!(
                !required,
                "{test}: {what} is not installed (`.ci/servers` does that)"
            );
            harness_host::skipped(test, &format!("{what} is not installed"));
            None
        }
        Err(error) => panic!("{test}: {error}"),
    }
}
