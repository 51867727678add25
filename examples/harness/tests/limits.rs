//! Fuel and time limits, and that the same work costs the same.

mod common;

use common::{Raw, local};
use harness_host::peers::TcpEcho;
use harness_host::{Error, Plugin};
use std::time::Duration;

const SPIN: &[u8] = br#"(module (func (export "run") (loop $again (br $again))))"#;

#[test]
fn a_plugin_that_runs_for_ever_runs_out_of_fuel() {
    let mut plugin = Plugin::new(SPIN, &local().fuel_limit(100_000)).unwrap();
    let error = plugin.call("run", b"").unwrap_err();
    assert!(matches!(error, Error::OutOfFuel(_)), "{error:?}");
    assert_eq!(plugin.report().fuel, 100_000);
    assert_eq!(plugin.live_blocks(), None);
}

#[test]
fn a_plugin_that_runs_for_ever_is_stopped_in_time() {
    let config = local().call_timeout(Duration::from_millis(100));
    let mut plugin = Plugin::new(SPIN, &config).unwrap();
    let error = plugin.call("run", b"").unwrap_err();
    assert!(matches!(error, Error::TimedOut(_)), "{error:?}");
}

#[test]
fn waiting_ends_with_the_call() {
    // Waits an hour for a silent peer, again and again.
    let wait_on = r#"(module
        (import "env" "tcp_connect" (func $connect (param i64) (result i32)))
        (import "env" "tcp_recv" (func $recv (param i32 i32) (result i64)))
        (import "extism:host/env" "input_offset" (func $input (result i64)))
        (func (export "run") (local $id i32)
            (local.set $id (call $connect (call $input)))
            (loop $again
                (drop (call $recv (local.get $id) (i32.const 10)))
                (br $again))))"#;
    let silent = TcpEcho::v4().unwrap();
    let address = silent.addr().to_string();
    let config = local().wait(Duration::from_secs(3600));
    let mut stopped = |seconds| {
        let config = config.clone().call_timeout(Duration::from_secs(seconds));
        let mut plugin = Plugin::new(wait_on.as_bytes(), &config).unwrap();
        let error = plugin.call("run", address.as_bytes());
        assert!(matches!(error, Err(Error::TimedOut(_))), "{error:?}");
        // On a very busy machine the time may be up before it has connected.
        (plugin.open_connections() == 1).then_some(plugin)
    };
    let plugin = [1, 10, 60].into_iter().find_map(&mut stopped);
    drop(plugin.expect("a connection that is open"));
    common::eventually("the connection closes", || silent.open() == 0);
}

#[test]
fn the_same_work_uses_the_same_fuel() {
    let echo = TcpEcho::v4().unwrap();
    let fuel = || {
        let mut raw = Raw::new(&local());
        let id = raw.connect("tcp", echo.addr());
        raw.0.reset_counters();
        assert_eq!(raw.send("tcp", id, b"hello"), 5);
        assert_eq!(raw.receive("tcp", id, 5), b"hello");
        raw.0.report().fuel
    };
    let first = fuel();
    assert!(first > 0);
    assert_eq!(fuel(), first);
}

#[test]
fn a_status_is_an_error() {
    let wat = br#"(module (func (export "run") (result i32) (i32.const 3)))"#;
    let mut plugin = Plugin::new(wat, &local().wasi(false)).unwrap();
    let error = plugin.call("run", b"").unwrap_err();
    assert!(error.to_string().contains('3'), "{error}");
}

#[test]
fn wasi_is_there_unless_refused() {
    let wat = br#"(module
        (import "wasi_snapshot_preview1" "sched_yield" (func (result i32)))
        (func (export "run")))"#;
    let mut plugin = Plugin::new(wat, &local()).unwrap();
    plugin.call("run", b"").unwrap();
    let error = Plugin::new(wat, &local().wasi(false)).unwrap_err();
    assert!(error.to_string().contains("sched_yield"), "{error}");
}

#[test]
fn a_file_that_is_not_there() {
    let error = Plugin::from_file("no/such/plugin.wasm", &local()).unwrap_err();
    assert!(error.to_string().contains("no/such/plugin.wasm"), "{error}");
}
