//! The module `plugin`, in a plugin without std: input, output, error text, configuration, log.

use crate::{Guests, call, hosts, pattern, quick};
use harness_host::peers::TcpEcho;
use harness_host::wasm::Target;
use harness_host::{Config, Plugin};
use std::io;
use std::sync::{Arc, Mutex};
use tracing_subscriber::filter::LevelFilter;

static GUEST: Guests = Guests::of("plugin-guest", Target::Unknown);

/// Loads the guest in a host without WASI: a plugin that imported any of it would not load.
fn guest(config: Config) -> Plugin {
    GUEST.plugin(&config.wasi(false))
}

/// Calls a function and returns its output as bytes. Nothing may be leaked.
fn bytes(plugin: &mut Plugin, function: &str, input: &[u8]) -> Vec<u8> {
    let output = plugin.call(function, input).expect(function);
    assert_eq!(plugin.live_blocks(), Some(0), "{function}");
    output
}

/// Calls a function and returns the error text that the host shows. Nothing may be leaked.
#[track_caller]
fn error(plugin: &mut Plugin, function: &str, input: &str) -> String {
    let error = plugin.call(function, input.as_bytes()).unwrap_err();
    assert_eq!(plugin.live_blocks(), Some(0), "{function}");
    error.to_string()
}

#[test]
fn an_input_of_any_length_comes_back() {
    let mut plugin = guest(quick());
    for len in (0..=16).chain([63, 64, 999, 1_000, 1_001, 65_536, 1 << 20]) {
        let input = pattern(len);
        assert!(bytes(&mut plugin, "read", &input) == input, "{len} bytes");
        if len <= 64 {
            assert_eq!(bytes(&mut plugin, "input", &input), input, "{len} bytes");
        }
    }
    let error = error(&mut plugin, "input", &"x".repeat(65));
    assert!(error.contains("longer than the buffer"), "{error}");
}

#[test]
fn the_host_shows_the_text_of_an_error() {
    let mut plugin = guest(quick());
    for (function, input, text) in [
        ("refuse", "", "refused: \u{fc}"),
        ("connect", "", "invalid address: expected `host:port`"),
        ("say", "anything that is text", "anything that is text"),
        ("write", "", "longer than the buffer"),
        ("send", "a datagram", "no server"),
    ] {
        let error = error(&mut plugin, function, input);
        assert!(error.contains(text), "{function}: {error}");
    }
    // An empty text is a failure as well.
    let error = error(&mut plugin, "say", "");
    assert!(!error.contains("no text"), "{error}");
    // The plugin still works.
    assert_eq!(bytes(&mut plugin, "input", b"next"), b"next");
}

#[test]
fn an_output_is_the_last_that_was_finished() {
    let mut plugin = guest(quick());
    for function in ["nothing", "unwritten"] {
        assert_eq!(
            bytes(&mut plugin, function, b"some input"),
            b"",
            "{function}"
        );
    }
    assert_eq!(plugin.call("output_twice", b"").unwrap(), b"another");
    assert_eq!(plugin.live_blocks(), Some(1), "the first output's");
    for len in [1, 33, 34, 64] {
        let input = pattern(len);
        let expected: Vec<u8> = input
            .chunks(33)
            .flat_map(|piece| piece.repeat(20))
            .collect();
        assert_eq!(bytes(&mut plugin, "shorter", &input), expected);
    }
}

#[test]
fn blocks_go_through_without_a_copy() {
    let echo = TcpEcho::v4().unwrap();
    for config in hosts() {
        let mut plugin = guest(config.set("server", echo.addr().to_string()));
        // The first call includes the plugin's start, and each call frees what the previous one allocated.
        bytes(&mut plugin, "send", b"warm");
        let mut fuel = |len| {
            let input = pattern(len);
            plugin.reset_counters();
            assert_eq!(bytes(&mut plugin, "send", &input), input);
            plugin.report().fuel
        };
        let (small, large) = (fuel(10), fuel(10_000));
        assert!(large < small + 1_250, "{small} for 10, {large} for 10,000");
    }
}

#[test]
fn configuration() {
    let config = quick()
        .set("short", "8 bytes.")
        .set("long", "9 bytes..")
        .set("empty", "");
    let mut plugin = guest(config);
    assert_eq!(call(&mut plugin, "config", "short"), "8 bytes.");
    assert_eq!(call(&mut plugin, "config_block", "long"), "9 bytes..");
    for (function, name, text) in [
        ("config", "long", "longer than the buffer"),
        ("config", "absent", "no such value"),
        ("config", "empty", "no such value"),
        ("config", "", "no such value"),
        ("config_block", "absent", "no such value"),
    ] {
        let error = error(&mut plugin, function, name);
        assert!(error.contains(text), "{function}({name}): {error}");
    }
}

/// Records what the runtime logs.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(buf)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn log_lines_at_each_level() {
    let mut plugin = guest(quick());
    // Whether or not the host logs them, nothing is leaked.
    assert_eq!(call(&mut plugin, "log", "to nobody"), "");

    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_writer(move || writer.clone())
        .with_ansi(false)
        .finish();
    tracing::subscriber::with_default(subscriber, || {
        assert_eq!(call(&mut plugin, "log", "a line for everybody"), "");
    });
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("a line for everybody"))
        .collect();
    assert_eq!(lines.len(), 4, "{log}");
    for (line, level) in lines.iter().zip(["DEBUG", "INFO", "WARN", "ERROR"]) {
        assert!(line.contains(level), "{line} at {level}");
    }
}

#[test]
fn a_panic_stops_the_plugin() {
    let mut plugin = guest(quick());
    assert_eq!(call(&mut plugin, "panics", ""), "");
    let error = plugin.call("panics", b"now").unwrap_err();
    assert!(error.to_string().contains("unreachable"), "{error}");
}
