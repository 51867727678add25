//! Counts the kernel's blocks, and runs plugins that write invalid data into the kernel's memory.

mod common;

use common::local;
use harness_host::peers::{TcpEcho, TcpPeer};
use harness_host::{Error, Plugin};
use std::io::Write;
use std::net::Ipv4Addr;

/// A plugin with the kernel's functions, whose `run` is this.
fn plugin(run: &str) -> Plugin {
    let wat = format!(
        r#"(module
            (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
            (import "extism:host/env" "free" (func $free (param i64)))
            (import "extism:host/env" "store_u8" (func $store_u8 (param i64 i32)))
            (import "extism:host/env" "store_u64" (func $store_u64 (param i64 i64)))
            (import "extism:host/env" "input_offset" (func $input (result i64)))
            (import "extism:host/env" "output_set" (func $output_set (param i64 i64)))
            (import "extism:host/env" "error_set" (func $error_set (param i64)))
            (import "extism:host/env" "error_get" (func $error_get (result i64)))
            (import "env" "tcp_connect" (func $tcp_connect (param i64) (result i32)))
            (import "env" "tcp_send" (func $tcp_send (param i32 i64 i64) (result i32)))
            (import "env" "tcp_recv" (func $tcp_recv (param i32 i32) (result i64)))
            (memory 1)
            (func (export "run") (result i32)
                (local $a i64) (local $b i64) (local $id i32)
                {run}
                (i32.const 0)))"#
    );
    Plugin::new(wat.as_bytes(), &local()).unwrap()
}

fn live_after(run: &str, input: &[u8]) -> Option<u64> {
    let mut plugin = plugin(run);
    assert_eq!(plugin.live_blocks(), None);
    plugin.call("run", input).unwrap();
    plugin.live_blocks()
}

const LEAK: &str = "(drop (call $alloc (i64.const 100)))";

#[test]
fn leaks_are_counted() {
    assert_eq!(live_after(&LEAK.repeat(3), b""), Some(3));
    assert_eq!(live_after(&LEAK.repeat(3), b"input is no leak"), Some(3));
}

#[test]
fn what_is_freed_is_no_leak() {
    let clean = "(call $free (call $alloc (i64.const 100)))".repeat(3);
    assert_eq!(live_after(&clean, b"input"), Some(0));
    assert_eq!(live_after("", b""), Some(0));
    assert_eq!(live_after("", b"input"), Some(0));
    assert_eq!(live_after("(call $free (call $input))", b"input"), Some(0));
    // An allocation of zero bytes is none.
    assert_eq!(
        live_after("(drop (call $alloc (i64.const 0)))", b""),
        Some(0)
    );
}

#[test]
fn output_and_error_are_no_leaks_but_what_they_replace_is() {
    let output = "(call $output_set (call $alloc (i64.const 9)) (i64.const 9))";
    assert_eq!(live_after(output, b"input"), Some(0));
    assert_eq!(live_after(&output.repeat(2), b"input"), Some(1));
    let part =
        "(call $output_set (i64.add (call $alloc (i64.const 9)) (i64.const 4)) (i64.const 5))";
    assert_eq!(live_after(part, b""), Some(0));

    let mut plugin = plugin("(call $error_set (call $alloc (i64.const 9)))");
    plugin.call("run", b"").unwrap_err();
    assert_eq!(plugin.live_blocks(), Some(0));
}

#[test]
fn what_a_host_function_allocates_counts_too() {
    let echo = TcpEcho::v4().unwrap();
    let receive = "
        (local.set $id (call $tcp_connect (call $input)))
        (drop (call $tcp_send (local.get $id) (call $input) (i64.const 5)))
        (local.set $a (call $tcp_recv (local.get $id) (i32.const 100)))";
    let input = echo.addr().to_string();
    assert_eq!(live_after(receive, input.as_bytes()), Some(1));
    let and_free = format!("{receive} (call $free (local.get $a))");
    assert_eq!(live_after(&and_free, input.as_bytes()), Some(0));
}

#[test]
fn each_call_is_counted_for_itself() {
    let mut plugin = plugin(LEAK);
    for _ in 0..3 {
        plugin.call("run", b"").unwrap();
        assert_eq!(plugin.live_blocks(), Some(1));
    }
    assert!(matches!(
        plugin.call("other", b""),
        Err(Error::NoSuchFunction(_))
    ));
}

#[test]
fn leaks_are_counted_after_a_trap() {
    let mut plugin = plugin(&format!("{LEAK} {LEAK} (unreachable)"));
    let error = plugin.call("run", b"").unwrap_err();
    assert!(matches!(error, Error::Stopped { .. }), "{error}");
    assert!(error.to_string().contains("unreachable"), "{error}");
    assert_eq!(plugin.live_blocks(), Some(2));
}

#[test]
fn the_size_of_the_kernel_is_told() {
    let mut plugin = plugin(
        "(call $free (call $alloc (i64.const 100)))
         (drop (call $alloc (i64.const 1000000)))",
    );
    plugin.call("run", b"").unwrap();
    let report = plugin.report();
    assert_eq!(report.live_blocks, Some(1));
    assert_eq!(report.kernel_blocks, Some(2));
    // Both blocks, each with its header of 12 bytes.
    assert_eq!(report.kernel_used, Some(100 + 1_000_000 + 24));
    let bytes = report.kernel_bytes.unwrap();
    assert!(
        bytes >= 1_000_000 && bytes.is_multiple_of(64 * 1024),
        "{bytes}"
    );
}

#[test]
fn blocks_used_again_are_found() {
    // A freed block as large as the first region must be split for the small ones after it.
    let run = "
        (call $free (call $alloc (i64.const 65000)))
        (drop (call $alloc (i64.const 10000)))
        (drop (call $alloc (i64.const 10000)))
        (call $free (call $alloc (i64.const 10000)))";
    assert_eq!(live_after(run, b""), Some(2));
}

#[test]
fn the_error_message_is_the_plugins_own() {
    let run = r#"
        (local.set $a (call $alloc (i64.const 5)))
        (call $store_u8 (local.get $a) (i32.const 111))
        (call $store_u8 (i64.add (local.get $a) (i64.const 1)) (i32.const 117))
        (call $store_u8 (i64.add (local.get $a) (i64.const 2)) (i32.const 99))
        (call $store_u8 (i64.add (local.get $a) (i64.const 3)) (i32.const 104))
        (call $store_u8 (i64.add (local.get $a) (i64.const 4)) (i32.const 33))
        (call $error_set (local.get $a))
        (if (i64.ne (call $error_get) (local.get $a)) (then (unreachable)))"#;
    match plugin(run).call("run", b"").unwrap_err() {
        Error::Guest { function, message } => {
            assert_eq!((function.as_str(), message.as_str()), ("run", "ouch!"));
        }
        other => panic!("{other:?}"),
    }
    // Also when it traps afterwards, as a plugin that panics does.
    let error = plugin(&format!("{run} (unreachable)"))
        .call("run", b"")
        .unwrap_err();
    assert_eq!(error.to_string(), "`run` failed: ouch!");
}

/// The first block's header is at 65; without input, the first allocation makes that block.
const FIRST: &str = "(local.set $a (call $alloc (i64.const 100)))";

#[test]
fn damaged_headers_are_noticed() {
    for damage in [
        // The block's size: far outside, and just outside.
        "(call $store_u64 (i64.const 69) (i64.const -1))",
        "(call $store_u64 (i64.const 69) (i64.const 0x64_0000_0065))",
        // How much of the block is in use.
        "(call $store_u64 (i64.const 69) (i64.const 0x65_0000_0064))",
        "(call $store_u64 (i64.const 69) (i64.const 0xffff_ffff_0000_0064))",
    ] {
        let after = [
            "(drop (call $tcp_connect (local.get $a)))",
            "(drop (call $tcp_send (i32.const 1) (local.get $a) (i64.const -1)))",
            "(call $output_set (local.get $a) (i64.const 100))",
            "(call $error_set (local.get $a))",
        ];
        for use_it in after {
            let mut plugin = plugin(&format!("{FIRST} {damage} {use_it}"));
            // Whatever it returns, it must return.
            let _ = plugin.call("run", b"");
            assert_eq!(plugin.live_blocks(), None, "{damage} {use_it}");
            // And the next call starts afresh.
            let _ = plugin.call("run", b"");
        }
    }
}

#[test]
fn a_block_of_the_wrong_size_is_not_written_to() {
    // Says of a freed block that it reaches far behind the memory's end, and lets the host
    // allocate: it must not write there.
    let echo = TcpEcho::v4().unwrap();
    let run = "
        (local.set $id (call $tcp_connect (call $input)))
        (drop (call $tcp_send (local.get $id) (call $input) (i64.const 9)))
        (local.set $a (call $alloc (i64.const 65400)))
        (call $free (local.get $a))
        (call $store_u64 (i64.sub (local.get $a) (i64.const 8)) (i64.const 0x7fff_0000))
        (drop (call $tcp_recv (local.get $id) (i32.const 4096)))";
    let mut plugin = plugin(run);
    let _ = plugin.call("run", echo.addr().to_string().as_bytes());
    assert_eq!(plugin.live_blocks(), None);
}

#[test]
fn an_output_outside_the_memory_is_empty() {
    for run in [
        // The last byte of a range so long that its end wraps around is inside.
        "(call $output_set (call $alloc (i64.const 100)) (i64.const -10))",
        // The length of the output, written past the kernel's functions.
        "(call $output_set (call $alloc (i64.const 9)) (i64.const 9))
         (call $store_u64 (i64.const 57) (i64.const 0x7fff_ffff))",
        "(call $output_set (call $alloc (i64.const 9)) (i64.const 9))
         (call $store_u64 (i64.const 57) (i64.const -1))",
    ] {
        assert_eq!(plugin(run).call("run", b"").unwrap(), b"");
    }
}

#[test]
fn no_memory_left() {
    // Receives from a peer that never stops, and frees nothing, until the host has no block left
    // to give.
    let talker = TcpPeer::start(Ipv4Addr::LOCALHOST.into(), |mut stream, stop| {
        while !stop.is_set() {
            stream.write_all(&[7; 60_000])?;
        }
        Ok(())
    })
    .unwrap();
    let wat = br#"(module
        (import "extism:host/env" "input_offset" (func $input (result i64)))
        (import "env" "tcp_connect" (func $tcp_connect (param i64) (result i32)))
        (import "env" "tcp_recv" (func $tcp_recv (param i32 i32) (result i64)))
        (func (export "run") (local $id i32)
            (local.set $id (call $tcp_connect (call $input)))
            (loop $again
                (br_if $again (i64.ne (i64.const 0)
                    (call $tcp_recv (local.get $id) (i32.const 60000)))))))"#;
    let mut plugin = Plugin::new(wat, &local().memory_pages(4)).unwrap();
    plugin
        .call("run", talker.addr().to_string().as_bytes())
        .unwrap();
    let report = plugin.report();
    assert!(report.live_blocks > Some(0), "{report:?}");
    assert!(report.kernel_used < Some(5 * 64 * 1024), "{report:?}");
    assert!(report.bytes_received < 5 * 64 * 1024, "{report:?}");
}
