//! The library inside a plugin: compiled to wasm, in the real Extism runtime, over real sockets. After every call
//! nothing may be leaked: no kernel block, no connection.

mod bad_input;
mod blocks;
mod description;
mod examples;
mod faults;
mod icmp;
#[path = "../native/no_address.rs"]
mod no_address;
mod nothing;
mod plugin;
mod soak;
mod stopped;
mod tcp;
mod tiny;
mod udp;

use harness_host::wasm::Target;
use harness_host::{Allow, Config, Dialect, Plugin, guests};
use socket2::{Domain, Socket, Type};
use std::net::{SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// A build of the test guests, made on first use.
struct Guests {
    package: &'static str,
    target: Target,
    wasm: OnceLock<PathBuf>,
}

/// Like ordinary plugins: with WASI, and therefore with a clock.
static WASIP1: Guests = Guests::of("test-guests", Target::Wasip1);
/// Without WASI, and therefore without a clock.
static UNKNOWN: Guests = Guests::of("test-guests", Target::Unknown);

impl Guests {
    const fn of(package: &'static str, target: Target) -> Self {
        Self {
            package,
            target,
            wasm: OnceLock::new(),
        }
    }

    /// These guests, in a host of this kind.
    fn plugin(&self, config: &Config) -> Plugin {
        let build = || guests::package(self.package, self.target).expect("the test guests");
        let wasm = self.wasm.get_or_init(build);
        Plugin::from_file(wasm, config).expect("a plugin")
    }
}

/// A host with short waits, in which a plugin may reach the peers of the tests.
fn quick() -> Config {
    Config::new()
        .allow(Allow::loopback())
        .wait(Duration::from_millis(100))
}

/// Longer than anything takes, unless the machine hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// The same for tests in which all expected data arrives, however late on a busy machine. (A UDP receive ends with the
/// host's wait.)
fn patient() -> Config {
    quick().wait(PATIENCE)
}

/// A host like production, and the default one. In both, expected data arrives, however late.
fn hosts() -> [Config; 2] {
    [Config::production(), Config::new()]
        .map(|config| config.allow(Allow::loopback()).wait(PATIENCE))
}

/// Both forms of the host's JSON.
fn dialects() -> [Config; 2] {
    [Dialect::Described, Dialect::Real].map(|dialect| quick().dialect(dialect))
}

/// Waits for a condition that another thread brings about.
fn eventually(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !condition() {
        assert!(Instant::now() < deadline, "never happened: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A TCP port that refuses as long as this lives: bound, but not listening.
fn refusing_tcp() -> (Socket, SocketAddr) {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&SocketAddr::new(v4(), 0).into()).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    (socket, address)
}

/// A UDP port that refuses as long as this lives: connected to itself, so it receives nothing from others.
fn refusing_udp() -> (UdpSocket, SocketAddr) {
    let socket = UdpSocket::bind((v4(), 0)).unwrap();
    let address = socket.local_addr().unwrap();
    socket.connect(address).unwrap();
    (socket, address)
}

/// The test guests, in a host of this kind.
fn guest(config: &Config) -> Plugin {
    WASIP1.plugin(config)
}

/// Calls a function and returns its output. A panic or an error of the guest fails the test with its message, and so
/// does a leak.
fn call(plugin: &mut Plugin, function: &str, input: &str) -> String {
    let output = match plugin.call(function, input.as_bytes()) {
        Ok(output) => output,
        Err(error) => panic!("{function}({input}): {error}"),
    };
    assert_eq!(
        plugin.live_blocks(),
        Some(0),
        "{function}({input}): kernel blocks left over"
    );
    String::from_utf8(output).expect("text")
}

/// Calls a function of the test guests in a new host, which has nothing open afterwards.
fn run(config: &Config, function: &str, input: &str) -> String {
    let mut plugin = guest(config);
    let output = call(&mut plugin, function, input);
    assert_eq!(
        plugin.open_connections(),
        0,
        "{function}({input}): connections left over"
    );
    output
}

/// `127.0.0.1`.
fn v4() -> std::net::IpAddr {
    std::net::Ipv4Addr::LOCALHOST.into()
}

/// Returns `len` bytes of a pattern in which positions are distinguishable, as in the guests.
fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i ^ (i >> 8) ^ (i >> 16)) as u8).collect()
}

/// Returns whether the machine has `::1`; if not, reports the test, or part of it, as skipped.
fn ipv6(test: &str) -> bool {
    let has = harness_host::peers::has_ipv6();
    if !has {
        harness_host::skipped(test, "this machine has no ::1");
    }
    has
}

/// A guest's panic reaches the test with its message.
#[test]
fn a_panic_has_its_message() {
    let error = guest(&quick())
        .call("panic", b"what went wrong")
        .unwrap_err();
    assert!(error.to_string().contains("what went wrong"), "{error}");
}
