//! Independent servers, for the plugins over well-known crates to talk to.
//!
//! Each is started on loopback, on a free port, in a temporary folder, and stopped when it is dropped. `.ci/servers`
//! installs them all from Debian's packages. A test whose server is missing is skipped, and says so; with the
//! environment variable `REQUIRE_SERVERS=1` it fails.
//!
//! `cargo test -p server-tests` runs the tests; `cargo run -p server-tests` prints the sizes of the guests and the
//! installed servers.

mod authority;
mod error;
mod find;
pub mod guests;
mod process;
pub mod servers;
mod user;

pub use authority::{Authority, Validity};
pub use error::{Error, Result};
use find::program;
pub use process::Server;

/// Returns the server.
///
/// # Panics
/// If it did not start.
pub fn started<S>(server: Result<S>) -> S {
    server.unwrap_or_else(|error| panic!("{error}"))
}

/// Returns whether a test whose server is not installed must fail instead of being skipped.
pub fn required() -> bool {
    std::env::var_os("REQUIRE_SERVERS").is_some_and(|value| value == "1")
}
