//! The JavaScript SDK's own kernel: a block's address is its number, shifted by 48 bits, and no number is used twice in
//! a call.

use crate::behaviours::guests;
use harness_host::peers::{LineServer, TcpEcho};
use harness_host::{Allow, Config, Plugin, guests};
use host_tests::{Host, Outcome, Run};
use std::path::Path;

/// How a plugin used its kernel, as reported by `count_kernel_calls.mjs`.
#[derive(Debug, serde::Deserialize)]
struct Counted {
    allocations: u64,
    given_back_at_once: u64,
}

fn counted(outcome: &Outcome) -> Counted {
    let mut lines = outcome.said.lines();
    let counted = lines.find_map(|line| line.strip_prefix("counted: "));
    serde_json::from_str(counted.expect("counts")).expect("counts")
}

/// The library allocates the rest of a page of the runtime's kernel, and frees it, to keep that kernel's allocator
/// fast. In this kernel it would be a wasted block of up to 64 KiB.
pub fn no_page_is_taken_of_a_kernel_that_has_none(host: &'static Host) {
    let echo = TcpEcho::v4().unwrap();
    let input = echo.addr().to_string();
    let config = Config::new()
        .allow(Allow::loopback())
        .count_kernel_calls(true);
    let mut plugin = Plugin::from_file(guests(), &config).expect("a plugin");
    plugin.call("tcp_echo", input.as_bytes()).expect("an echo");
    let in_rust = plugin.report().kernel_calls.get("alloc");

    let counter = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hosts/count_kernel_calls.mjs");
    let run = Run::new(guests(), "tcp_echo", &input).preload(counter);
    let outcome = run.with("--allow", "loopback").on(host);
    outcome.text();
    let here = counted(&outcome);
    println!("{here:?}; in Rust {in_rust} allocations");
    assert_eq!(here.given_back_at_once, 0);
    // Everything else is the same, and there is much of it: the difference there is the pages.
    assert!(here.allocations > 200, "{here:?}");
    assert!(here.allocations < in_rust, "{here:?}, in Rust {in_rust}");
}

/// With each line two blocks are passed out and one comes back.
pub fn a_call_that_uses_up_the_blocks_fails_and_loses_nothing(host: &'static Host) {
    let server = LineServer::v4().unwrap();
    let lines = |count: usize| {
        let input = format!("{} {}", server.addr(), "a ".repeat(count));
        let plugin = guests::example("tcp_lines").expect("the example");
        let run = Run::new(&plugin, "run", &input);
        run.with("--allow", "loopback").on(host)
    };
    assert_eq!(lines(10_000).text(), "you said: a\n".repeat(10_000));
    let outcome = lines(11_000);
    outcome.output.as_ref().expect_err("there are not as many");
    assert_eq!(outcome.left_open, 0);
    let blocks = outcome.calls_of("tcp_send") + outcome.calls_of("tcp_recv");
    assert!((32_700..=32_767).contains(&blocks), "{blocks}");
}
