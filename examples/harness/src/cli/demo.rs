//! Runs all example guests: the program's main job.

use std::process::ExitCode;

use super::{Failure, say};
use crate::guests::{self, EXAMPLES};
use crate::peers::{self, HttpServer, LineServer, TcpEcho, UdpEcho};
use crate::table::{self, cell, grouped};
use crate::wasm::{Artifact, Target};
use crate::{Allow, Config, Dialect, Error, Plugin, Report, icmp};

/// The form of ICMP data that the production host does not use.
const NUMBERS: &str = "data in numbers";
/// The hosts.
const DEFAULT: &str = "default";
const PRODUCTION: &str = "production";
/// How many characters of an output are shown: the table fits 80 columns.
const SHOWN: usize = 18;

/// One run of a guest.
#[derive(Clone)]
struct Run {
    guest: &'static str,
    /// The host that it runs in.
    host: &'static str,
    /// What is special about this run.
    about: &'static str,
    input: String,
    /// What the output must contain.
    expected: String,
    config: Config,
    /// Why it cannot run on this machine.
    skip: Option<String>,
}

/// The servers that the guests talk to.
struct Peers {
    tcp: TcpEcho,
    tcp6: Option<TcpEcho>,
    lines: LineServer,
    udp: UdpEcho,
    http: HttpServer,
}

/// The result of a run.
enum Outcome {
    Worked { output: String, report: Box<Report> },
    Failed(String),
    Skipped(String),
}

/// Builds all guests, runs them, and shows the results.
pub(super) fn run() -> Result<ExitCode, Failure> {
    let guests = EXAMPLES
        .iter()
        .map(|example| guests::build(example, &say))
        .collect::<Result<Vec<_>, Error>>()?;
    let peers = start_peers()?;
    say("running ...");
    let runs = runs(&peers);
    let production: Vec<_> = runs.iter().filter_map(in_production).collect();
    let outcomes: Vec<_> = runs
        .into_iter()
        .chain(production)
        .map(|run| {
            let guest = guests.iter().find(|guest| guest.name == run.guest);
            let outcome = perform(&run, guest);
            (run, outcome, guest.map_or(0, |guest| guest.bytes))
        })
        .collect();
    show(&outcomes);
    Ok(conclude(&outcomes))
}

fn start_peers() -> Result<Peers, Failure> {
    Ok(Peers {
        tcp: TcpEcho::v4()?,
        tcp6: peers::has_ipv6().then(TcpEcho::v6).transpose()?,
        lines: LineServer::v4()?,
        udp: UdpEcho::v4()?,
        http: HttpServer::v4()?,
    })
}

fn runs(peers: &Peers) -> Vec<Run> {
    let echo = |guest, about, address: String, message: &str| Run {
        guest,
        host: DEFAULT,
        about,
        input: format!("{address} {message}"),
        expected: message.to_owned(),
        config: Config::new()
            .allow(Allow::loopback())
            .wasi(guests::find(guest).is_ok_and(|e| e.target == Target::Wasip1)),
        skip: None,
    };
    let tcp = peers.tcp.addr();
    let tcp6 = peers.tcp6.as_ref().map(TcpEcho::addr);
    let unable = icmp::allowed().err();
    let icmp_echo = |about, message: &str, dialect| {
        let run = echo("icmp_echo", about, "127.0.0.1".to_owned(), message);
        Run {
            config: run.config.clone().dialect(dialect),
            skip: unable.clone(),
            ..run
        }
    };
    let line = |word: &str| format!("you said: {word}\n");
    vec![
        echo("tcp_echo", "IPv4", tcp.to_string(), "Hello over IPv4"),
        Run {
            skip: tcp6
                .is_none()
                .then(|| "this machine has no [::1]".to_owned()),
            ..echo(
                "tcp_echo",
                "IPv6",
                tcp6.map_or_else(String::new, |address| address.to_string()),
                "Hello over IPv6",
            )
        },
        echo(
            "tcp_echo",
            "by name",
            format!("localhost:{}", tcp.port()),
            "Hello, localhost",
        ),
        Run {
            expected: ["one", "two", "three"].map(line).concat(),
            ..echo(
                "tcp_lines",
                "lines",
                peers.lines.addr().to_string(),
                "one two three",
            )
        },
        echo(
            "udp_echo",
            "datagram",
            peers.udp.addr().to_string(),
            "Hello over UDP",
        ),
        icmp_echo(NUMBERS, "Hello, numbers", Dialect::Described),
        icmp_echo("data in base64", "Hello, base64", Dialect::Real),
        Run {
            input: format!("{}/hello.txt", peers.http.addr()),
            expected: HttpServer::BODY.to_owned(),
            ..echo("http_get", "a page", String::new(), "")
        },
        echo("tiny", "no std, no WASI", tcp.to_string(), "Hello, tiny"),
    ]
}

/// Returns the same run with a host like production. `None` if production has no such case.
fn in_production(run: &Run) -> Option<Run> {
    let mut run = Run {
        host: PRODUCTION,
        config: run.config.clone().like_production(),
        ..run.clone()
    };
    if run.guest == "icmp_echo" {
        if run.about == NUMBERS {
            return None;
        }
        run.about = "to loopback";
        run.skip =
            Some("a ping to loopback gets no reply there: see docs/production.md".to_owned());
    }
    Some(run)
}

fn perform(run: &Run, guest: Option<&Artifact>) -> Outcome {
    if let Some(why) = &run.skip {
        return Outcome::Skipped(why.clone());
    }
    let Some(guest) = guest else {
        return Outcome::Failed("it was not built".to_owned());
    };
    match try_run(run, guest) {
        Ok((output, report)) => Outcome::Worked {
            output,
            report: Box::new(report),
        },
        Err(failure) => Outcome::Failed(failure.to_string()),
    }
}

/// Runs a guest. It succeeds if the output is right, and nothing is leaked.
fn try_run(run: &Run, guest: &Artifact) -> Result<(String, Report), Failure> {
    let mut plugin = Plugin::from_file(&guest.path, &run.config)?;
    let output = String::from_utf8(plugin.call("run", run.input.as_bytes())?)?;
    if !output.contains(&run.expected) {
        return Err(format!("expected {:?}, but got {output:?}", run.expected).into());
    }
    if plugin.open_connections() > 0 {
        return Err("it did not close a connection".into());
    }
    match plugin.live_blocks() {
        Some(0) => Ok((output, plugin.report())),
        Some(n) => Err(format!("it did not free {n} kernel blocks").into()),
        None => Err("the kernel's blocks could not be counted".into()),
    }
}

fn show(outcomes: &[(Run, Outcome, u64)]) {
    for (host, title) in [
        (DEFAULT, "In the default host:"),
        (PRODUCTION, "In a host as in production:"),
    ] {
        let rows: Vec<_> = outcomes
            .iter()
            .filter(|(run, ..)| run.host == host)
            .map(|(run, outcome, bytes)| row(run, outcome, *bytes))
            .collect();
        let head = [
            "guest",
            "how",
            "came back",
            "calls",
            "fuel",
            "bytes",
            "result",
        ];
        let numbers = [false, false, false, true, true, true, false];
        println!("\n{title}\n\n{}", table::render(head, numbers, &rows));
    }
}

fn row(run: &Run, outcome: &Outcome, bytes: u64) -> [String; 7] {
    let (output, calls, fuel, verdict) = match outcome {
        Outcome::Worked { output, report } => (
            cell(output, SHOWN),
            report.calls.total().to_string(),
            grouped(report.fuel),
            "ok",
        ),
        Outcome::Failed(_) => (String::new(), String::new(), String::new(), "FAILED"),
        Outcome::Skipped(_) => (String::new(), String::new(), String::new(), "skipped"),
    };
    [
        run.guest.to_owned(),
        run.about.to_owned(),
        output,
        calls,
        fuel,
        grouped(bytes),
        verdict.to_owned(),
    ]
}

/// Prints the failures, the skipped runs and the totals.
fn conclude(outcomes: &[(Run, Outcome, u64)]) -> ExitCode {
    let mut failed = 0;
    let mut skipped = 0;
    for (run, outcome, _) in outcomes {
        let title = format!("{} ({}, {})", run.guest, run.host, run.about);
        match outcome {
            Outcome::Worked { .. } => {}
            Outcome::Failed(why) => {
                failed += 1;
                println!("FAILED: {title}: {why}");
            }
            Outcome::Skipped(why) => {
                skipped += 1;
                println!("SKIPPED: {title}: {why}");
            }
        }
    }
    let worked = outcomes.len() - failed - skipped;
    println!("{worked} worked, {failed} failed, {skipped} skipped");
    match failed {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}
