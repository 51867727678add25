//! `harness-host`: runs plugins against real sockets. All of it is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    harness_host::cli::main()
}
