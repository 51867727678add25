//! The kinds of faults.

use std::fmt;
use std::str::FromStr;

/// A fault of the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// The connection is closed and forgotten, as after a restart of the host: its id becomes invalid. In sends and
    /// receives.
    Drop,
    /// The connection is reset: the peer gets a reset, and every later call returns 0 until the plugin closes it. In
    /// sends and receives of TCP.
    Reset,
    /// Only a part of the bytes is sent, and the return value says so. In sends of TCP.
    Partial,
    /// Nothing is received for the whole wait, or no peer answers. Data that arrived stays for the next call. In
    /// receives, including those of ICMP, in connects, and in `http_request`.
    Stall,
    /// The block is longer than requested, by as many bytes as the peer has sent and
    /// [`Faults::over_long_by`](super::Faults::over_long_by) allows. In receives of TCP and UDP.
    OverLong,
    /// The result is not JSON of the agreed form, whatever was received. In `icmp_recv` and `http_request`.
    Garbage,
    /// The peer is slow: one to three bytes arrive, and late. In receives of TCP.
    Slow,
    /// The function returns 0 at once and does nothing. In every function that returns a value.
    Zero,
}

/// All kinds, in the order in which `FaultCounts` lists them.
pub(super) const FAULTS: [(Fault, &str); 8] = [
    (Fault::Drop, "drop"),
    (Fault::Reset, "reset"),
    (Fault::Partial, "partial"),
    (Fault::Stall, "stall"),
    (Fault::OverLong, "over-long"),
    (Fault::Garbage, "garbage"),
    (Fault::Slow, "slow"),
    (Fault::Zero, "zero"),
];

impl Fault {
    /// Returns whether it can happen in the host function of this name.
    pub(super) fn strikes(self, function: &str) -> bool {
        let sends = function.ends_with("_send");
        let receives = function.ends_with("_recv");
        let tcp = function.starts_with("tcp_");
        let icmp = function.starts_with("icmp_");
        let http = function == "http_request";
        match self {
            Fault::Drop => (sends || receives) && !icmp,
            Fault::Reset => (sends || receives) && tcp,
            Fault::Partial => sends && tcp,
            Fault::Stall => receives || http || function.ends_with("_connect"),
            Fault::OverLong => receives && !icmp,
            Fault::Garbage => receives && icmp || http,
            Fault::Slow => receives && tcp,
            Fault::Zero => !function.ends_with("_close"),
        }
    }

    pub(super) fn index(self) -> usize {
        FAULTS
            .iter()
            .position(|(fault, _)| *fault == self)
            .unwrap_or(0)
    }
}

/// Its name on the command line.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(FAULTS[self.index()].1)
    }
}

impl FromStr for Fault {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = FAULTS.iter().find(|(_, name)| *name == text);
        known
            .map(|(fault, _)| *fault)
            .ok_or("a fault is drop, reset, partial, stall, over-long, garbage, slow or zero")
    }
}
