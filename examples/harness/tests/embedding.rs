//! The ten functions in a plugin that the application builds itself.

mod common;

use common::{PATIENCE, WAIT, eventually};
use extism::{CompiledPlugin, Manifest, Plugin, PluginBuilder, UserData, Val, ValType, Wasm};
use harness_host::peers::{TcpEcho, TcpPeer};
use harness_host::{Allow, Config, Denied, Sockets, Why};
use std::net::Ipv4Addr;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

const CLIENT: &[u8] = include_bytes!("common/client.wat");

fn local() -> Config {
    Config::new().allow(Allow::loopback()).wait(PATIENCE)
}

fn manifest() -> Manifest {
    Manifest::new([Wasm::data(CLIENT)])
}

fn plugin(sockets: &Sockets) -> Plugin {
    PluginBuilder::new(manifest())
        .with_functions(sockets.functions())
        .build()
        .unwrap()
}

fn number(plugin: &mut Plugin, function: &str, input: &str) -> u64 {
    let output: Vec<u8> = plugin.call(function, input).unwrap();
    u64::from_le_bytes(output.try_into().unwrap())
}

#[test]
fn three_lines() {
    let echo = TcpEcho::v4().unwrap();
    let config = Config::new().allow(Allow::loopback()).wait(PATIENCE);
    let mut plugin = PluginBuilder::new(manifest())
        .with_functions(harness_host::functions(&config))
        .build()
        .unwrap();
    let address = echo.addr().to_string();
    assert_ne!(number(&mut plugin, "connect", &address), 0);
    assert_eq!(number(&mut plugin, "round", "sideways"), 1);
    // Closed with the plugin.
    assert_eq!(echo.open(), 1);
    drop(plugin);
    eventually("the connection closes", || echo.open() == 0);
}

/// An application's own functions and manifest keep working.
#[test]
fn beside_functions_of_ones_own() {
    let module = r#"(module
        (import "app" "twice" (func $twice (param i32) (result i32)))
        (import "env" "tcp_connect" (func $connect (param i64) (result i32)))
        (import "extism:host/env" "input_offset" (func $input (result i64)))
        (func (export "run") (result i32)
            (i32.eqz (i32.and
                (i32.eq (call $twice (i32.const 21)) (i32.const 42))
                (i32.ne (call $connect (call $input)) (i32.const 0))))))"#;
    let echo = TcpEcho::v4().unwrap();
    let sockets = Sockets::new(&local());
    let manifest = Manifest::new([Wasm::data(module.as_bytes())]).with_timeout(PATIENCE);
    let twice = |_: &mut _, inputs: &[Val], outputs: &mut [Val], _| {
        outputs[0] = Val::I32(inputs[0].unwrap_i32() * 2);
        Ok(())
    };
    let unit = UserData::new(());
    let i32 = ValType::I32;
    let mut plugin = PluginBuilder::new(manifest)
        .with_function_in_namespace("app", "twice", [i32.clone()], [i32], unit, twice)
        .with_functions(sockets.functions())
        .build()
        .unwrap();
    let address = echo.addr().to_string();
    plugin.call::<&str, &str>("run", &address).unwrap();
    assert_eq!(sockets.open_connections(), 1);
}

#[test]
fn nothing_is_reached_unless_it_is_allowed() {
    let echo = TcpEcho::v4().unwrap();
    let events = Arc::new(Mutex::new(Vec::<Denied>::new()));
    let heard = Arc::clone(&events);
    let config = Config::new().on_denied(move |denied| heard.lock().unwrap().push(denied.clone()));
    let sockets = Sockets::new(&config);
    let mut plugin = plugin(&sockets);
    let (address, name) = (echo.addr().to_string(), "localhost:80");
    assert_eq!(number(&mut plugin, "connect", &address), 0);
    assert_eq!(number(&mut plugin, "connect", name), 0);
    let events = events.lock().unwrap();
    let targets: Vec<_> = events.iter().map(|e| e.target.as_str()).collect();
    assert_eq!(targets, [&address, name]);
    for event in events.iter() {
        assert_eq!(
            (event.function, event.why),
            ("tcp_connect", Why::NotAllowed)
        );
        assert_eq!(event.plugin, plugin.id.to_string());
    }
    let said = format!(
        "plugin {}: tcp_connect to {address}: not allowed",
        plugin.id
    );
    assert_eq!(events[0].to_string(), said);
    assert_eq!(sockets.report().denied, 2);
    assert_eq!(echo.accepted(), 0);
}

/// Runs a plugin with limits, and returns what it was denied.
fn limited(config: Config, run: impl FnOnce(&mut Plugin, &Sockets)) -> Vec<(&'static str, Why)> {
    let events = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&events);
    let config = config.on_denied(move |d| heard.lock().unwrap().push((d.function, d.why)));
    let sockets = Sockets::new(&config);
    let mut plugin = plugin(&sockets);
    run(&mut plugin, &sockets);
    let events = events.lock().unwrap().clone();
    assert_eq!(sockets.report().limited, events.len() as u64);
    events
}

#[test]
fn connections_are_limited() {
    let echo = TcpEcho::v4().unwrap();
    let address = echo.addr().to_string();
    let events = limited(local().max_connections(7), |plugin, sockets| {
        assert_eq!(number(plugin, "flood", &address), 7);
        assert_eq!(sockets.open_connections(), 7);
    });
    assert_eq!(events, [("tcp_connect", Why::Connections)]);
}

#[test]
fn bytes_are_limited() {
    let echo = TcpEcho::v4().unwrap();
    let address = echo.addr().to_string();
    let events = limited(local().max_bytes(20), |plugin, sockets| {
        number(plugin, "connect", &address);
        assert_eq!(number(plugin, "round", "ten bytes."), 1);
        // There and back, that is the limit.
        assert_eq!(number(plugin, "round", "x"), 0);
        let report = sockets.report();
        assert_eq!((report.bytes_sent, report.bytes_received), (10, 10));
    });
    let all = [("tcp_send", Why::Bytes), ("tcp_recv", Why::Bytes)];
    assert_eq!(events, all);
    // Data that exceeds the limit is not sent in part.
    let events = limited(local().max_bytes(9).wait(WAIT), |plugin, sockets| {
        number(plugin, "connect", &address);
        assert_eq!(number(plugin, "round", "ten bytes."), 0);
        assert_eq!(sockets.report().bytes_sent, 0);
    });
    assert_eq!(events, [("tcp_send", Why::Bytes)]);
}

#[test]
fn waiting_is_limited() {
    let silent = silent();
    let address = silent.addr().to_string();
    let limit = Duration::from_millis(300);
    let events = limited(local().max_waiting(limit), |plugin, _| {
        number(plugin, "connect", &address);
        // It would wait for a minute.
        assert_eq!(number(plugin, "receive", ""), 0);
        assert_eq!(number(plugin, "receive", ""), 0);
    });
    // On a very busy machine, connecting may already use it up.
    assert!(events.contains(&("tcp_recv", Why::Time)), "{events:?}");
}

fn silent() -> TcpPeer {
    let silent = TcpPeer::start(Ipv4Addr::LOCALHOST.into(), |_stream, stop| {
        while !stop.is_set() {
            thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    });
    silent.unwrap()
}

/// One plugin's ids are invalid in another, even if both come from one compilation and share the functions.
#[test]
fn plugins_of_one_compilation_share_nothing() {
    let echo = TcpEcho::v4().unwrap();
    let address = echo.addr().to_string();
    let sockets = Sockets::new(&local().max_connections(2));
    let builder = PluginBuilder::new(manifest()).with_functions(sockets.functions());
    let compiled = CompiledPlugin::new(builder).unwrap();
    let mut first = Plugin::new_from_compiled(&compiled).unwrap();
    let mut second = Plugin::new_from_compiled(&compiled).unwrap();
    // The same ids, different connections, and separate limits.
    for plugin in [&mut first, &mut second] {
        assert_eq!(number(plugin, "connect", &address), 1);
        assert_eq!(number(plugin, "connect", &address), 2);
        assert_eq!(number(plugin, "connect", &address), 0);
    }
    assert_eq!(sockets.open_connections(), 4);
    sockets.close(&first);
    assert_eq!(sockets.open_connections_of(&first), 0);
    assert_eq!(number(&mut first, "round", "gone"), 0);
    assert_eq!(number(&mut second, "round", "there"), 2);
    assert_eq!(sockets.report_of(&second).unwrap().bytes_sent, 10);
    drop((first, second, compiled));
    eventually("all is closed", || echo.open() == 0);
    assert_eq!(sockets.open_connections(), 0);
    // Their counters remain.
    assert_eq!(sockets.report().opened, 4);
}

/// While one plugin waits for a silent peer, and others connect as fast as they can, another continues.
#[test]
fn a_plugin_that_waits_or_floods_holds_up_no_other() {
    let (silent, echo) = (silent(), TcpEcho::v4().unwrap());
    let (_refusing, refused) = common::refusing_tcp();
    let sockets = Sockets::new(&local());
    thread::scope(|scope| {
        let waits = {
            let mut waits = plugin(&sockets);
            let cancel = waits.cancel_handle();
            let address = silent.addr().to_string();
            let thread = scope.spawn(move || {
                number(&mut waits, "connect", &address);
                let _ = waits.call::<&str, Vec<u8>>("receive", "");
            });
            (thread, cancel)
        };
        let floods: Vec<_> = (0..4)
            .map(|_| {
                let mut floods = plugin(&sockets);
                let cancel = floods.cancel_handle();
                let refused = refused.to_string();
                let run = move || drop(floods.call::<&str, Vec<u8>>("hammer", &refused));
                (scope.spawn(run), cancel)
            })
            .collect();
        eventually("one waits", || silent.open() == 1);
        let mut goes_on = plugin(&sockets);
        number(&mut goes_on, "connect", &echo.addr().to_string());
        for _ in 0..50 {
            assert_eq!(number(&mut goes_on, "round", "still there?"), 1);
        }
        // They were running all the time.
        assert!(!waits.0.is_finished());
        assert!(floods.iter().all(|(thread, _)| !thread.is_finished()));
        for (thread, cancel) in floods {
            cancel.cancel().unwrap();
            thread.join().unwrap();
        }
        // The peer's EOF ends its wait.
        drop(silent);
        waits.0.join().unwrap();
        drop(waits.1);
    });
}

/// Without its features the crate is only the functions, `extism`, and little else.
#[test]
fn an_embedder_compiles_little_else() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--offline", "--no-default-features"])
        .args([
            "--edges", "normal", "--depth", "1", "--prefix", "none", "--format", "{p}",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let tree = String::from_utf8(output.stdout).unwrap();
    let names: Vec<_> = tree
        .lines()
        .skip(1)
        .filter_map(|line| line.split(' ').next())
        .collect();
    let little = [
        "data-encoding",
        "etherparse",
        "extism",
        "fastrand",
        "ipnet",
        "serde",
        "serde_json",
        "socket2",
        "thiserror",
        "uuid",
        "wasmtime",
    ];
    assert_eq!(names, little);
}
