//! `harness-host`: runs plugins against real sockets. The code is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    harness_host::cli::main()
}
