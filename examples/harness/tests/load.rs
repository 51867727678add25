//! Many plugins with many connections at once: nothing is lost or leaked, and memory does not grow.
//!
//! `LOAD_SECONDS=60 cargo test -p harness-host --test load -- --nocapture` runs for a minute; by default it runs a few
//! rounds.

mod common;

use common::{PATIENCE, eventually};
use extism::{Manifest, Plugin, PluginBuilder, Wasm};
use harness_host::peers::TcpPeer;
use harness_host::{Allow, Config, Sockets};
use std::io::{Read, Write};
use std::net::Ipv4Addr;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const PLUGINS: usize = 200;
const CONNECTIONS: usize = 5;
/// The minimum number of rounds of each plugin.
const ROUNDS: u64 = 3;
/// How much the memory may grow in a long run after its first third: the noise of an allocator with 200 threads. A leak
/// of a single block per round would be more.
const NOISE: u64 = 16 << 20;

fn number(plugin: &mut Plugin, function: &str, input: &[u8]) -> u64 {
    let output: Vec<u8> = plugin.call(function, input).unwrap();
    u64::from_le_bytes(output.try_into().unwrap())
}

/// Returns this process's memory, if the system reports it.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: u64 = status.split(' ').nth(1)?.parse().ok()?;
    Some(pages * 4096)
}

/// An echo server whose threads sleep until there is work: there are a thousand of them.
fn echo() -> TcpPeer {
    let echo = TcpPeer::start(Ipv4Addr::LOCALHOST.into(), |mut stream, _| {
        stream.set_read_timeout(None)?;
        let mut buffer = [0; 4096];
        loop {
            match stream.read(&mut buffer)? {
                0 => return Ok(()),
                n => stream.write_all(&buffer[..n])?,
            }
        }
    });
    echo.unwrap()
}

#[test]
fn two_hundred_plugins_with_five_connections_each() {
    let seconds = std::env::var("LOAD_SECONDS").map_or(0, |s| s.parse().expect("a number"));
    let time = Duration::from_secs(seconds);
    let echo = echo();
    let address = echo.addr().to_string();
    let config = Config::new()
        .allow(Allow::loopback())
        .wait(PATIENCE)
        .connect_wait(PATIENCE)
        .send_wait(PATIENCE)
        .max_connections(CONNECTIONS);
    let sockets = Sockets::new(&config);
    let (rounds, bytes) = (AtomicU64::new(0), AtomicU64::new(0));
    let stop = AtomicBool::new(false);
    let together = Barrier::new(PLUGINS + 1);
    let (mut first, mut last) = (None, None);
    thread::scope(|scope| {
        for seed in 0..PLUGINS {
            let (sockets, address) = (&sockets, &address);
            let (rounds, bytes, stop, together) = (&rounds, &bytes, &stop, &together);
            scope.spawn(move || {
                let manifest = Manifest::new([Wasm::data(include_bytes!("common/client.wat"))]);
                let mut plugin = PluginBuilder::new(manifest)
                    .with_functions(sockets.functions())
                    .build()
                    .unwrap();
                for _ in 0..CONNECTIONS {
                    assert_ne!(number(&mut plugin, "connect", address.as_bytes()), 0);
                }
                together.wait();
                let mut random = fastrand::Rng::with_seed(seed as u64);
                let mut mine = 0;
                while mine < ROUNDS || !stop.load(Ordering::Relaxed) {
                    let message: Vec<u8> = (0..random.usize(1..=3_000))
                        .map(|_| random.u8(..))
                        .collect();
                    // Nothing is lost: over every connection everything came back, with the same digest.
                    let whole = number(&mut plugin, "round", &message);
                    assert_eq!(whole, CONNECTIONS as u64, "plugin {seed}, round {mine}");
                    mine += 1;
                    bytes.fetch_add((message.len() * CONNECTIONS) as u64, Ordering::Relaxed);
                }
                rounds.fetch_add(mine, Ordering::Relaxed);
                // Half of them close explicitly; the others' connections close with them.
                if seed % 2 == 0 {
                    plugin.call::<&str, &str>("close", "").unwrap();
                }
            });
        }
        together.wait();
        assert_eq!(echo.open(), PLUGINS * CONNECTIONS);
        let start = Instant::now();
        while start.elapsed() < time {
            thread::sleep(Duration::from_millis(100));
            if first.is_none() && start.elapsed() >= time / 3 {
                first = resident();
            }
        }
        last = resident();
        stop.store(true, Ordering::Relaxed);
    });
    // Nothing left.
    assert_eq!(sockets.open_connections(), 0);
    eventually("the peer has no connection", || echo.open() == 0);
    let report = sockets.report();
    let bytes = bytes.into_inner();
    let opened = (PLUGINS * CONNECTIONS) as u64;
    assert_eq!(
        (report.opened, report.limited, report.denied),
        (opened, 0, 0)
    );
    assert_eq!((report.bytes_sent, report.bytes_received), (bytes, bytes));
    let rounds = rounds.into_inner();
    println!(
        "{rounds} rounds, {bytes} bytes there and back; memory {first:?}, at the end {last:?}"
    );
    if let (Some(first), Some(last), true) = (first, last, seconds >= 30) {
        assert!(
            last < first + NOISE,
            "memory has grown from {first} to {last}"
        );
    }
}
