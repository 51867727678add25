//! The kinds of faults.

use std::fmt;
use std::str::FromStr;

/// Something that goes wrong at the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// The connection is closed and forgotten, as by a host that was started anew: its id means
    /// nothing any more. In sends and receives.
    Drop,
    /// The connection is broken off: the peer gets a reset, and every call from then on answers 0
    /// until the plugin closes it. In sends and receives of TCP.
    Reset,
    /// A part of the bytes is sent, and the answer says so. In sends of TCP.
    Partial,
    /// Nothing is received, after the whole wait, or nobody answers. What has come stays for the next
    /// call. In receives, those of ICMP included, in connects, and in `http_request`.
    Stall,
    /// The block is longer than was asked for, with as many more bytes as the peer has sent and
    /// [`Faults::over_long_by`](super::Faults::over_long_by) says. In receives of TCP and UDP.
    OverLong,
    /// The answer is no JSON of the agreed form, whatever has been heard. In `icmp_recv` and
    /// `http_request`.
    Garbage,
    /// The peer is slow: one to three bytes come, and those late. In receives of TCP.
    Slow,
    /// The answer is 0, at once, and nothing is done. In every function that answers.
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
    /// Whether it can happen in a host function of this name.
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

/// The name that the command line has for it.
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
