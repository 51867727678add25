//! Runs the guests: whatever a peer does, a pair of guests must return the same, and leak nothing.

use crate::Result;
use crate::built::{Built, get};
use crate::pairs::PAIRS;
use harness_host::peers::{Stop, TcpEcho, TcpPeer, UdpEcho};
use harness_host::{Allow, Config, Dialect, Plugin, icmp, wasm::Target};
use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, TcpListener, TcpStream, UdpSocket};
use std::thread;
use std::time::Duration;

const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// The successful scenario.
const ECHO: &str = "an echo";
/// The scenario in which a stream neither continues nor ends.
const SILENCE: &str = "a silence";
/// The length of the guests' message.
const LEN: usize = 64;

/// A scenario for a guest.
struct Scenario {
    what: &'static str,
    protocol: &'static str,
    /// The guest's input.
    address: String,
    dialect: Dialect,
    /// Whether the guest should report success.
    works: bool,
    /// The peer.
    _peer: Box<dyn Send>,
}

/// Runs every guest in every scenario of its protocol. Returns the number of runs, and why some were left out, if any.
pub fn run_all(built: &[Built]) -> Result<(usize, Option<String>)> {
    let mut runs = 0;
    let skipped = icmp::allowed().err();
    for pair in PAIRS {
        for name in [Some(pair.ours), pair.by_hand].into_iter().flatten() {
            let guest = get(built, name)?;
            let mut scenarios = tcp()?;
            scenarios.extend(udp()?);
            if skipped.is_none() {
                scenarios.extend(echo_requests());
            }
            // New peers for each guest: late data of one must not reach the next.
            for scenario in &scenarios {
                runs += usize::from(run(guest, scenario)?);
            }
        }
    }
    Ok((runs, skipped.map(|why| why.to_string())))
}

/// Runs a guest in one scenario, if it has the protocol.
fn run(built: &Built, scenario: &Scenario) -> Result<bool> {
    let bare = built.guest.target == Target::Unknown;
    let config = Config::new()
        .allow(Allow::loopback())
        .wait(Duration::from_millis(50))
        .dialect(scenario.dialect)
        .wasi(!bare);
    let mut plugin = Plugin::from_file(&built.path, &config)?;
    let (function, input) = if bare {
        (scenario.protocol, scenario.address.clone())
    } else {
        ("run", format!("{} {}", scenario.protocol, scenario.address))
    };
    // These do nothing, and that one needs peers that echo everything.
    let wanted = match built.guest.name {
        "empty" | "std_empty" | "std_error" => false,
        "std_tcp" => scenario.protocol == "tcp" && scenario.what != SILENCE,
        "std_udp" => scenario.protocol == "udp",
        "every_trait_ours" => scenario.what == ECHO,
        "every_call_ours" => {
            scenario.what == ECHO || (scenario.works && scenario.protocol == "icmp")
        }
        // With a clock, silence takes the whole 30 s.
        _ => bare || scenario.what != SILENCE,
    };
    if !wanted || !plugin.function_exists(function) {
        return Ok(false);
    }
    let outcome = plugin.call(function, input.as_bytes());
    let failed = |why: String| format!("{}, {}: {why}", built.guest.name, scenario.what);
    match (&outcome, scenario.works) {
        (Ok(_), true) | (Err(_), false) => {}
        (Ok(_), false) => return Err(failed("it works, and should not".to_owned()).into()),
        (Err(error), true) => return Err(failed(error.to_string()).into()),
    }
    match (plugin.open_connections(), plugin.live_blocks()) {
        (0, Some(0)) => Ok(true),
        (open, live) => {
            Err(failed(format!("left over: {open} connections, blocks: {live:?}")).into())
        }
    }
}

fn tcp() -> Result<Vec<Scenario>> {
    let echo = TcpEcho::v4()?;
    let scenario = |what, works, peer: TcpPeer| Scenario {
        what,
        protocol: "tcp",
        address: peer.addr().to_string(),
        dialect: Dialect::Real,
        works,
        _peer: Box::new(peer),
    };
    Ok(vec![
        Scenario {
            what: ECHO,
            protocol: "tcp",
            address: echo.addr().to_string(),
            dialect: Dialect::Real,
            works: true,
            _peer: Box::new(echo),
        },
        scenario("an echo in parts", true, peer(in_parts)?),
        scenario("another message back", false, peer(altered)?),
        scenario("half of it back", false, peer(half)?),
        scenario(SILENCE, false, peer(silence)?),
        Scenario {
            what: "nobody listens",
            protocol: "tcp",
            address: unused()?,
            dialect: Dialect::Real,
            works: false,
            _peer: Box::new(()),
        },
    ])
}

fn udp() -> Result<Vec<Scenario>> {
    let echo = UdpEcho::v4()?;
    let silent = UdpSocket::bind((LOCALHOST, 0))?;
    Ok(vec![
        Scenario {
            what: ECHO,
            protocol: "udp",
            address: echo.addr().to_string(),
            dialect: Dialect::Real,
            works: true,
            _peer: Box::new(echo),
        },
        Scenario {
            what: "no answer",
            protocol: "udp",
            address: silent.local_addr()?.to_string(),
            dialect: Dialect::Real,
            works: false,
            _peer: Box::new(silent),
        },
    ])
}

fn echo_requests() -> Vec<Scenario> {
    let scenario = |what, target: &str, dialect, works| Scenario {
        what,
        protocol: "icmp",
        address: target.to_owned(),
        dialect,
        works,
        _peer: Box::new(()),
    };
    vec![
        scenario("data as an array", "127.0.0.1", Dialect::Described, true),
        scenario("data as base64", "127.0.0.1", Dialect::Real, true),
        scenario("no such target", "nobody.invalid", Dialect::Real, false),
    ]
}

fn peer(
    serve: impl Fn(TcpStream, &Stop) -> io::Result<()> + Send + Sync + 'static,
) -> io::Result<TcpPeer> {
    TcpPeer::start(LOCALHOST, serve)
}

/// Reads the message.
fn message(stream: &mut TcpStream) -> io::Result<[u8; LEN]> {
    let mut message = [0; LEN];
    stream.read_exact(&mut message)?;
    Ok(message)
}

fn in_parts(mut stream: TcpStream, stop: &Stop) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let message = message(&mut stream)?;
    for part in message.chunks(23) {
        stream.write_all(part)?;
        thread::sleep(Duration::from_millis(10));
    }
    linger(stop);
    Ok(())
}

fn altered(mut stream: TcpStream, stop: &Stop) -> io::Result<()> {
    let mut message = message(&mut stream)?;
    message[LEN - 1] ^= 1;
    stream.write_all(&message)?;
    linger(stop);
    Ok(())
}

fn half(mut stream: TcpStream, _: &Stop) -> io::Result<()> {
    let message = message(&mut stream)?;
    stream.write_all(&message[..LEN / 2])
}

fn silence(mut stream: TcpStream, stop: &Stop) -> io::Result<()> {
    message(&mut stream)?;
    linger(stop);
    Ok(())
}

/// Keeps the connection open.
fn linger(stop: &Stop) {
    while !stop.is_set() {
        thread::sleep(Duration::from_millis(5));
    }
}

/// Returns an address without a listener.
fn unused() -> io::Result<String> {
    Ok(TcpListener::bind((LOCALHOST, 0))?.local_addr()?.to_string())
}
