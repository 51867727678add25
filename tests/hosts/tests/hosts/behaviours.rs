//! The conformance suite in these hosts: our sockets behave like std's.

use crate::server::Server;
use harness_host::guests;
use harness_host::wasm::Target;
use host_tests::{Host, Run};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The guests of `tests/guests`, built once.
pub fn guests() -> &'static Path {
    static GUESTS: LazyLock<PathBuf> =
        LazyLock::new(|| guests::package("test-guests", Target::Wasip1).expect("the test guests"));
    &GUESTS
}

pub fn every_behaviour_of_the_conformance_suite_holds(host: &'static Host) {
    let names = Run::new(guests(), "conformance_names", "").on(host).text();
    assert!(names.lines().count() > 50, "{names}");
    let mut failures = Vec::new();
    for name in names.lines() {
        let server = Server::start().expect("the server");
        let input = format!("{name} {}", server.peers());
        // A host with short waits.
        let run = Run::new(guests(), "conformance", &input);
        let run = run.with("--allow", "loopback").with("--wait", "100");
        let outcome = run.on(host);
        match outcome.output {
            Ok(_) if outcome.left_open == 0 => {}
            Ok(_) => failures.push(format!("{name}: {} left open", outcome.left_open)),
            Err(why) => failures.push(format!("{name}: {why}")),
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
