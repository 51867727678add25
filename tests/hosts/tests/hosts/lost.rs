//! Bytes of a stream that the host has received but could not pass on, because it had no block.

use host_tests::{Host, Language};
use std::path::Path;

/// A plugin cannot cause this and continue to receive, so this calls the host's own code.
pub fn after_lost_bytes_nothing_is_received(host: &'static Host) {
    let script = match host.language {
        Language::Python => "tests/hosts/broken_off.py",
        Language::JavaScript => "tests/hosts/broken_off.mjs",
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(script);
    let output = host.command_for_script(&script).output().expect("a script");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert_eq!(printed, "before: 012\nafter: 0 0\n", "{said}");
}
