//! The soak: many TCP and UDP connections, a host that fails at a known rate, and a plugin that checks every byte.
//!
//! In each call the plugin (`tests/guests/src/soak.rs`) does one operation with one connection, and reports the
//! outcome. This module decides whether the outcome is allowed: a connection may end or fail only after a fault that
//! explains it. Bytes that are lost, invented or out of order are never allowed.

mod summary;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::peers::{TcpEcho, UdpEcho};
use crate::wasm::Target;
use crate::{Allow, Config, Fault, FaultCounts, Faults, Plugin, Report, guests};
pub use summary::{Memory, Summary};

/// How long a receive waits: long enough to differ from no wait, short enough for many receives.
const WAIT: Duration = Duration::from_millis(100);

/// The minimum number of calls of the plugin.
const LEAST_CALLS: u64 = 10_000;

/// A page of wasm memory, in bytes.
const PAGE: u64 = 65_536;

/// The rates of the faults.
const RATES: [(Fault, f64); 7] = [
    (Fault::Drop, 0.002),
    (Fault::Reset, 0.002),
    (Fault::Partial, 0.05),
    (Fault::Stall, 0.002),
    (Fault::OverLong, 0.01),
    (Fault::Slow, 0.02),
    (Fault::Zero, 0.002),
];

/// The size of a soak.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long it runs. A slow machine continues until the plugin has been called 10,000 times.
    pub time: Duration,
    /// The number of connections: half of them TCP, half UDP.
    pub connections: usize,
    /// The same seed produces the same plan; how far it gets depends on the machine.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            time: Duration::from_secs(10),
            connections: 64,
            seed: 1,
        }
    }
}

/// The faults that a connection has had since it was opened.
type Met = Vec<(Fault, &'static str)>;

/// Runs a soak. The error says what went wrong without a fault that explains it, and with which seed.
pub fn run(settings: &Settings, say: &dyn Fn(&str)) -> Result<Summary, String> {
    let wasm = guests::package("test-guests", Target::Wasip1).map_err(|e| e.to_string())?;
    say(&format!(
        "soaking for {} s with {} connections, seed {} ...",
        settings.time.as_secs(),
        settings.connections,
        settings.seed
    ));
    let with_seed = |error: String| format!("{error} (seed {})", settings.seed);
    let tcp = TcpEcho::v4().map_err(|e| e.to_string())?;
    let udp = UdpEcho::v4().map_err(|e| e.to_string())?;
    let rate = |faults: Faults, (fault, rate)| faults.rate(fault, rate);
    let faults = RATES
        .into_iter()
        .fold(Faults::seeded(settings.seed), rate)
        .over_long_by(6_000);
    let config = Config::new()
        .wait(WAIT)
        .connect_wait(Duration::from_secs(1))
        .allow(Allow::loopback())
        .faults(faults);
    let mut plugin = Plugin::from_file(wasm, &config).map_err(|e| e.to_string())?;
    let Settings {
        seed, connections, ..
    } = settings;
    let input = format!("{seed} {connections} {} {}", tcp.addr(), udp.addr());
    plugin
        .call("soak_start", input.as_bytes())
        .map_err(|e| e.to_string())?;

    let mut soak = Soak {
        plugin,
        met: vec![Met::new(); *connections],
        faults: FaultCounts::default(),
        summary: Summary {
            settings: settings.clone(),
            steps: 0,
            operations: BTreeMap::new(),
            consequences: BTreeMap::new(),
            sent: 0,
            checked: 0,
            digests: 0,
            report: Report::default(),
            first: Memory::default(),
            last: Memory::default(),
        },
    };
    soak.run(settings).map_err(with_seed)?;
    soak.after(&tcp).map_err(with_seed)?;
    Ok(soak.summary)
}

/// A running soak.
struct Soak {
    plugin: Plugin,
    met: Vec<Met>,
    /// All faults so far.
    faults: FaultCounts,
    summary: Summary,
}

impl Soak {
    fn run(&mut self, settings: &Settings) -> Result<(), String> {
        let began = Instant::now();
        // A busy machine does little in its time, and memory is compared only after everything has run once.
        let is_before = |part: u32, steps| {
            began.elapsed() < settings.time / part || steps < LEAST_CALLS / u64::from(part)
        };
        while is_before(1, self.summary.steps) {
            self.call("soak_step", "")?;
            if is_before(10, self.summary.steps) {
                self.summary.first = self.summary.last;
            }
        }
        for slot in 0..settings.connections {
            self.call("soak_finish", &slot.to_string())?;
        }
        Ok(())
    }

    /// Calls the plugin once, and checks the outcome.
    fn call(&mut self, function: &str, input: &str) -> Result<(), String> {
        let answer = self.plugin.call(function, input.as_bytes());
        let answer = answer.map_err(|error| format!("step {}: {error}", self.summary.steps))?;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let report = self.plugin.report();
        if report.live_blocks != Some(0) {
            return Err(format!("{answer}: {:?} blocks left", report.live_blocks));
        }
        let words: Vec<&str> = answer.split(' ').collect();
        let [slot, what, outcome, sent, checked, digests, pages] = words[..] else {
            return Err(format!("{answer}: not what a step answers"));
        };
        let number = |word: &str| {
            let number = word.parse::<u64>();
            number.map_err(|_| format!("{answer}: {word} is no number"))
        };
        let summary = &mut self.summary;
        summary.steps += 1;
        *summary.operations.entry(what.to_owned()).or_default() += 1;
        (summary.sent, summary.checked) = (number(sent)?, number(checked)?);
        summary.digests = number(digests)?;
        summary.last = Memory {
            kernel: report.kernel_bytes.unwrap_or(0),
            guest: number(pages)? * PAGE,
        };

        let index = usize::try_from(number(slot)?).unwrap_or(usize::MAX);
        let met = self.met.get_mut(index).ok_or("there is no such slot")?;
        if what == "open" {
            met.clear();
        }
        for (fault, function, count) in report.faults.iter() {
            if count > self.faults.get_in(function, fault) {
                met.push((fault, function));
            }
        }
        self.faults = report.faults;
        if outcome != "ok" {
            if !is_explained(outcome, met) {
                return Err(format!("{answer}: after {met:?} that has no reason"));
            }
            let consequence = format!("{what} {outcome}");
            *summary.consequences.entry(consequence).or_default() += 1;
        }
        Ok(())
    }

    /// Checks the state after all connections have been closed.
    fn after(&mut self, echo: &TcpEcho) -> Result<(), String> {
        let report = self.plugin.report();
        let open = self.plugin.open_connections();
        if open != 0 {
            return Err(format!("{open} connections are still open"));
        }
        let closes = report.calls.get("tcp_close") + report.calls.get("udp_close");
        if closes != report.opened {
            return Err(format!("{closes} closes of {} opened", report.opened));
        }
        // Connections that the host forgot could not be closed again.
        if report.closed + report.faults.get(Fault::Drop) != report.opened {
            return Err(format!("{} closed of {}", report.closed, report.opened));
        }
        let deadline = Instant::now() + Duration::from_secs(30);
        while echo.open() > 0 {
            if Instant::now() > deadline {
                return Err("the peer still has connections".to_owned());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let (first, last) = (self.summary.first, self.summary.last);
        // A rare operation may need one more page. A leak, however small, would need many: each of thousands of calls
        // per second adds to it.
        let grown = |first: u64, last: u64| last > first + PAGE;
        if grown(first.kernel, last.kernel) || grown(first.guest, last.guest) {
            return Err(format!("memory has grown from {first:?} to {last:?}"));
        }
        self.summary.report = report;
        Ok(())
    }
}

/// Returns whether one of these faults explains this outcome.
fn is_explained(outcome: &str, met: &Met) -> bool {
    met.iter().any(|(fault, function)| match (outcome, fault) {
        ("BrokenPipe" | "end", Fault::Drop | Fault::Reset) => function.starts_with("tcp_"),
        ("WouldBlock" | "Other", Fault::Drop) => function.starts_with("udp_"),
        ("ConnectionRefused", Fault::Zero | Fault::Stall) => function.ends_with("_connect"),
        ("BrokenPipe", Fault::Zero) => *function == "tcp_send",
        ("end", Fault::Zero) => *function == "tcp_recv",
        ("Other", Fault::Zero) => *function == "udp_send",
        ("WouldBlock", Fault::Zero) => *function == "udp_recv",
        ("InvalidData", Fault::OverLong) => *function == "tcp_recv",
        _ => false,
    })
}
