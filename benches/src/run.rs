//! One run of one guest.

use crate::Result;
use crate::cases::{Case, KEPT};
use crate::guests::{Guests, Style};
use crate::peers::Peers;
use harness_host::{Allow, Config, Plugin, Report};
use rustix::time::{ClockId, clock_gettime};
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// The seed of the random numbers.
const SEED: u64 = 0x5eed_0001;

/// How to run a guest.
#[derive(Clone, Copy, Debug)]
pub struct How {
    /// The amount.
    pub count: u64,
    /// Whether the guest checks the bytes.
    pub check: bool,
    /// Whether kernel calls are counted, which changes the fuel.
    pub count_kernel_calls: bool,
    /// How many pages of 64 KiB the guest's and the kernel's memory may grow by, if there is a limit.
    pub memory_pages: Option<u32>,
}

impl How {
    /// Returns the settings of an ordinary run.
    #[must_use]
    pub const fn plain(count: u64) -> How {
        How {
            count,
            check: false,
            count_kernel_calls: false,
            memory_pages: None,
        }
    }
}

/// The result of a run.
#[derive(Clone, Debug, Serialize)]
pub struct Run {
    /// Instructions, including the kernel's.
    pub fuel: u64,
    /// Host calls, by name.
    pub host_calls: BTreeMap<&'static str, u64>,
    /// Kernel calls, by name, if they were counted.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub kernel_calls: BTreeMap<&'static str, u64>,
    /// The bytes that the kernel had reserved for blocks before the run.
    pub kernel_bytes_before: u64,
    /// The same after the run.
    pub kernel_bytes: u64,
    /// How far into that its list of blocks reaches.
    pub kernel_used: u64,
    /// The length of that list.
    pub kernel_blocks: u64,
    /// How many of them were not freed.
    pub live_blocks: u64,
    /// Connections that were not closed.
    pub open_connections: u64,
    /// Bytes received, or sent if nothing is received.
    pub bytes: u64,
    /// Their digest, if they were checked.
    #[serde(skip)]
    pub digest: u64,
    /// What the peer received, if it is a sink.
    #[serde(skip)]
    pub taken: u64,
    /// Heap allocations of the guest.
    pub heap_allocations: u64,
    /// Pages of 64 KiB of the guest's memory.
    pub guest_pages: u64,
    /// Processor time of the thread that made the calls: the guest, the kernel, the host functions and the operating
    /// system's work for them. Waiting and the peers do not count.
    #[serde(skip)]
    pub time: Duration,
}

/// Runs a case once, in a new plugin, against new peers.
pub fn run(guests: &Guests, case: &Case, style: Style, how: How) -> Result<Run> {
    run_work(guests, case, case.work, style, how)
        .map_err(|error| format!("{}, {}: {error}", case.name, style.name()).into())
}

/// Like [`run`], with other work than the case's.
pub fn run_work(guests: &Guests, case: &Case, work: &str, style: Style, how: How) -> Result<Run> {
    let peers = Peers::start(case.peer, how.count)?;
    let mut plugin = Plugin::new(guests.wasm(style), &config(case, style, how))?;
    let check = u8::from(how.check);
    let (tcp, udp, size) = (&peers.tcp, &peers.udp, case.size);
    let job = format!("{tcp} {udp} {} {size} {SEED} {check}", how.count);
    // The cost of a plugin's first call is the runtime's, not the work's.
    plugin.call("nothing", job.as_bytes())?;
    let before = plugin.report().kernel_bytes;
    let calls = if work == KEPT {
        plugin.call("keep", job.as_bytes())?;
        how.count
    } else {
        1
    };
    plugin.reset_counters();
    let start = processor_time()?;
    let mut outcome = Vec::new();
    for _ in 0..calls {
        outcome = plugin.call(work, job.as_bytes())?;
    }
    let time = processor_time()?.saturating_sub(start);
    let report = plugin.report();
    if work == KEPT {
        plugin.call("close_kept", job.as_bytes())?;
    }
    let run = collect(&report, before, &outcome, time)?;
    let open = plugin.open_connections() as u64;
    // The peer may still be receiving.
    let patience = Instant::now() + Duration::from_secs(5);
    let sent = if case.peer == crate::peers::Peer::Sink {
        run.bytes
    } else {
        0
    };
    while peers.taken() < sent && Instant::now() < patience {
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok(Run {
        open_connections: open,
        taken: peers.taken(),
        ..run
    })
}

/// Returns the processor time that this thread has used so far.
fn processor_time() -> Result<Duration> {
    Ok(clock_gettime(ClockId::ThreadCPUTime).try_into()?)
}

fn config(case: &Case, style: Style, how: How) -> Config {
    let mut config = Config::new()
        .allow(Allow::loopback())
        .wasi(style.has_std())
        .whole_receives(case.whole)
        .count_kernel_calls(how.count_kernel_calls);
    if let Some(pages) = how.memory_pages {
        config = config.memory_pages(pages);
    }
    if let Some((dialect, len)) = case.packets {
        let payload: Vec<u8> = (0..len).map(|at| (at ^ (at >> 8)) as u8).collect();
        config = config.dialect(dialect).echo_reply(payload);
    }
    config
}

fn collect(report: &Report, before: Option<u64>, outcome: &[u8], time: Duration) -> Result<Run> {
    let mut numbers = outcome
        .as_chunks::<8>()
        .0
        .iter()
        .map(|number| u64::from_le_bytes(*number));
    let mut number = || numbers.next().ok_or("the guest's answer is too short");
    let damaged = "the kernel's memory is damaged";
    let called = |calls: &mut dyn Iterator<Item = (&'static str, u64)>| {
        calls.filter(|(_, count)| *count > 0).collect()
    };
    Ok(Run {
        fuel: report.fuel,
        host_calls: called(&mut report.calls.iter()),
        kernel_calls: called(&mut report.kernel_calls.iter()),
        kernel_bytes_before: before.ok_or(damaged)?,
        kernel_bytes: report.kernel_bytes.ok_or(damaged)?,
        kernel_used: report.kernel_used.ok_or(damaged)?,
        kernel_blocks: report.kernel_blocks.ok_or(damaged)?,
        live_blocks: report.live_blocks.ok_or(damaged)?,
        open_connections: 0,
        bytes: number()?,
        digest: number()?,
        taken: 0,
        heap_allocations: number()?,
        guest_pages: number()?,
        time,
    })
}
