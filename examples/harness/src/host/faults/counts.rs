//! Counts the injected faults.

use std::fmt;

use super::kind::{FAULTS, Fault};
use crate::report::HOST_FUNCTIONS;

/// How often each fault happened, by kind and host function. A fault that changed nothing, such as a partial send of a
/// single byte, is not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FaultCounts([[u64; HOST_FUNCTIONS.len()]; FAULTS.len()]);

impl FaultCounts {
    /// Returns how often this fault happened.
    pub fn get(&self, fault: Fault) -> u64 {
        self.0[fault.index()].iter().sum()
    }

    /// Returns how often it happened in this host function.
    pub fn get_in(&self, function: &str, fault: Fault) -> u64 {
        let index = HOST_FUNCTIONS.iter().position(|name| *name == function);
        index.map_or(0, |index| self.0[fault.index()][index])
    }

    /// Returns the number of all faults.
    pub fn total(&self) -> u64 {
        self.0.iter().flatten().sum()
    }

    /// Returns each fault that happened, in which function, and how often.
    pub fn iter(&self) -> impl Iterator<Item = (Fault, &'static str, u64)> + '_ {
        FAULTS
            .into_iter()
            .zip(self.0)
            .flat_map(|((fault, _), row)| {
                let counts = HOST_FUNCTIONS.into_iter().zip(row);
                counts
                    .filter(|(_, count)| *count > 0)
                    .map(move |(function, count)| (fault, function, count))
            })
    }

    pub(crate) fn add(&mut self, other: &Self) {
        let sums = self.0.iter_mut().flatten();
        for (sum, more) in sums.zip(other.0.iter().flatten()) {
            *sum += more;
        }
    }

    pub(in crate::host) fn count(&mut self, fault: Fault, function: &str) {
        if let Some(index) = HOST_FUNCTIONS.iter().position(|name| *name == function) {
            self.0[fault.index()][index] += 1;
        }
    }
}

/// Lists the faults by kind, as `drop 1, stall 12`.
impl fmt::Display for FaultCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (fault, name) in FAULTS {
            let count = self.get(fault);
            if count > 0 {
                write!(f, "{separator}{name} {count}")?;
                separator = ", ";
            }
        }
        if separator.is_empty() {
            f.write_str("none")?;
        }
        Ok(())
    }
}
