//! The result of a soak.

use std::collections::BTreeMap;
use std::fmt;

use super::Settings;
use crate::Report;

/// The size of the memory at one moment, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// The bytes that the kernel has reserved for blocks.
    pub kernel: u64,
    /// The plugin's own memory.
    pub guest: u64,
}

/// The result of a successful soak.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Summary {
    /// The settings of the run.
    pub settings: Settings,
    /// How often the plugin was called.
    pub steps: u64,
    /// What the plugin did, and how often.
    pub operations: BTreeMap<String, u64>,
    /// Other outcomes than success, and how often; each after a fault that explains it.
    pub consequences: BTreeMap<String, u64>,
    /// Bytes that the plugin sent.
    pub sent: u64,
    /// Bytes that came back and were compared.
    pub checked: u64,
    /// Whole streams and datagrams whose digests were compared.
    pub digests: u64,
    /// The host's counters.
    pub report: Report,
    /// The memory after a tenth of the time, when everything has run once.
    pub first: Memory,
    /// The memory at the end.
    pub last: Memory,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |map: &BTreeMap<String, u64>| {
            let items = map.iter().map(|(name, count)| format!("{name} {count}"));
            items.collect::<Vec<_>>().join(", ")
        };
        let report = &self.report;
        writeln!(
            f,
            "soak:          {} s, {} connections, seed {}",
            self.settings.time.as_secs(),
            self.settings.connections,
            self.settings.seed
        )?;
        writeln!(f, "calls:         {}", self.steps)?;
        writeln!(f, "operations:    {}", list(&self.operations))?;
        writeln!(
            f,
            "host calls:    {} ({})",
            report.calls.total(),
            report.calls
        )?;
        writeln!(f, "connections:   {} opened, none left open", report.opened)?;
        writeln!(
            f,
            "bytes:         {} sent, {} back and compared, {} digests of whole streams and datagrams",
            self.sent, self.checked, self.digests
        )?;
        writeln!(
            f,
            "faults:        {} ({})",
            report.faults.total(),
            report.faults
        )?;
        writeln!(f, "consequences:  {}", list(&self.consequences))?;
        write!(
            f,
            "memory:        kernel {} bytes first, {} last; plugin {} first, {} last",
            self.first.kernel, self.last.kernel, self.first.guest, self.last.guest
        )
    }
}
