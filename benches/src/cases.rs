//! The cases to measure, and their goals.

use crate::goals::Goal;
use crate::guests::Style::{Embedded, Facade};
use crate::peers::Peer;
use harness_host::Dialect;

/// One piece of work, implemented three times.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// The name on the command line.
    pub name: &'static str,
    /// A short description.
    pub about: &'static str,
    /// The guests' function.
    pub work: &'static str,
    /// The peer that they talk to.
    pub peer: Peer,
    /// The amount: bytes, lines, rounds or packets.
    pub count: u64,
    /// The amount in a quick run.
    pub quick: u64,
    /// The amount while kernel calls are counted, which is slow.
    pub counted: u64,
    /// Bytes per operation.
    pub size: usize,
    /// How a stream is split into pieces is random. Whether the host joins them, so that the fuel is reproducible.
    pub whole: bool,
    /// The ICMP packets to receive: their form and their length.
    pub packets: Option<(Dialect, usize)>,
    /// How often the case is run.
    pub rounds: usize,
    /// The amount after which everything is in its steady state, if that is checked.
    pub warm: Option<u64>,
    /// The goals.
    pub goals: &'static [Goal],
}

impl Case {
    const fn new(
        name: &'static str,
        about: &'static str,
        work: &'static str,
        peer: Peer,
        count: u64,
        size: usize,
    ) -> Case {
        Case {
            name,
            about,
            work,
            peer,
            count,
            quick: count,
            counted: count,
            size,
            whole: false,
            packets: None,
            rounds: 7,
            warm: None,
            goals: &[],
        }
    }

    const fn long(self, quick: u64, rounds: usize) -> Case {
        Case {
            quick,
            counted: quick,
            rounds,
            ..self
        }
    }

    const fn whole(self) -> Case {
        Case {
            whole: true,
            ..self
        }
    }

    const fn warm(self, warm: u64) -> Case {
        Case {
            warm: Some(warm),
            ..self
        }
    }

    const fn goals(self, goals: &'static [Goal]) -> Case {
        Case { goals, ..self }
    }

    const fn icmp(name: &'static str, about: &'static str, dialect: Dialect, len: usize) -> Case {
        Case {
            packets: Some((dialect, len)),
            ..Case::new(name, about, "icmp", Peer::Nobody, 100, len)
        }
        .goals(&[Goal::Fuel(Embedded, 100), Goal::Fuel(Facade, 100)])
    }
}

const KIB: u64 = 1_024;
const MIB: u64 = 1_024 * KIB;

/// The goals for a transfer.
const TRANSFER: &[Goal] = &[Goal::Fuel(Embedded, 100), Goal::Fuel(Facade, 102)];

/// The cases with much data: copying dominates their cost.
pub const BULK: [&str; 5] = [
    "echo-64k",
    "echo-16m",
    "send-16m",
    "receive-16m",
    "udp-100000-large",
];

/// All cases, in the order of the tables.
pub const CASES: [Case; 19] = [
    Case::new(
        "echo-64k",
        "echo of 64 KiB in 1 KiB chunks",
        "tcp_echo",
        Peer::Echo,
        64 * KIB,
        1_024,
    )
    .goals(TRANSFER),
    Case::new(
        "echo-16m",
        "echo of 16 MiB in 1 KiB chunks",
        "tcp_echo",
        Peer::Echo,
        16 * MIB,
        1_024,
    )
    .long(MIB, 5)
    .warm(64 * KIB)
    .goals(&[
        Goal::Fuel(Embedded, 100),
        Goal::Fuel(Facade, 102),
        Goal::Flat,
        Goal::Heap,
    ]),
    Case::new(
        "send-16m",
        "16 MiB sent in 64 KiB chunks",
        "tcp_send",
        Peer::Sink,
        16 * MIB,
        65_536,
    )
    .long(MIB, 5)
    .goals(&[
        Goal::Fuel(Embedded, 100),
        Goal::Fuel(Facade, 102),
        Goal::Floor(Embedded, "floor_store", 110),
        Goal::Floor(Facade, "floor_store", 110),
    ]),
    Case::new(
        "receive-16m",
        "16 MiB received in 64 KiB chunks",
        "tcp_receive",
        Peer::Source,
        16 * MIB,
        65_536,
    )
    .long(MIB, 5)
    .whole()
    .goals(&[
        Goal::Fuel(Embedded, 100),
        Goal::Fuel(Facade, 102),
        Goal::Floor(Embedded, "floor_load", 110),
        Goal::Floor(Facade, "floor_load", 110),
    ]),
    Case::new(
        "lines",
        "10,000 lines, buffered",
        "tcp_lines",
        Peer::Lines,
        10_000,
        0,
    )
    .long(2_000, 5)
    .whole(),
    Case::new(
        "lines-bytewise",
        "10,000 lines, byte by byte",
        "tcp_bytes",
        Peer::Lines,
        10_000,
        0,
    )
    .long(1_000, 3)
    .whole()
    .goals(&[
        Goal::Fuel(Embedded, 10),
        Goal::Fuel(Facade, 10),
        Goal::CallEvery(Embedded, "tcp_recv", 1_024),
        Goal::CallEvery(Facade, "tcp_recv", 4_096),
    ]),
    Case::new(
        "udp-100",
        "100 UDP ping-pongs of 64 B",
        "udp_ping_pong",
        Peer::Echo,
        100,
        64,
    )
    .goals(&[Goal::Fuel(Embedded, 40), Goal::Fuel(Facade, 40)]),
    Case::new(
        "udp-1000",
        "1,000 UDP ping-pongs of 64 B",
        "udp_ping_pong",
        Peer::Echo,
        1_000,
        64,
    )
    .goals(&[Goal::Fuel(Embedded, 25), Goal::Fuel(Facade, 25)]),
    Case::new(
        "udp-100000",
        "100,000 UDP ping-pongs of 64 B",
        "udp_ping_pong",
        Peer::Echo,
        100_000,
        64,
    )
    .long(5_000, 3)
    .warm(1_000)
    .goals(&[
        Goal::Fuel(Embedded, 90),
        Goal::Fuel(Facade, 90),
        Goal::Flat,
        Goal::Heap,
    ]),
    Case::new(
        "udp-100000-large",
        "100,000 UDP ping-pongs of 1,400 B",
        "udp_ping_pong",
        Peer::Echo,
        100_000,
        1_400,
    )
    .long(5_000, 3)
    .warm(1_000)
    .goals(&[
        Goal::Fuel(Embedded, 100),
        Goal::Fuel(Facade, 100),
        Goal::Flat,
        Goal::Heap,
    ]),
    Case::new(
        "sends-of-1",
        "1,000 one-byte sends",
        "tcp_send",
        Peer::Sink,
        1_000,
        1,
    )
    .goals(&[Goal::Fuel(Embedded, 10), Goal::Fuel(Facade, 10)]),
    Case::new(
        "gather",
        "a vectored write of 64 slices",
        "tcp_gather",
        Peer::Sink,
        1,
        20,
    )
    .goals(&[
        Goal::Calls(Embedded, "tcp_send", 1),
        Goal::Calls(Facade, "tcp_send", 1),
    ]),
    Case::new(
        "connects",
        "10,000 connects and closes",
        "tcp_connects",
        Peer::Door,
        10_000,
        0,
    )
    .long(5_000, 3)
    .warm(3_000)
    .goals(&[Goal::NothingLeft, Goal::Flat]),
    Case::icmp("icmp-56", "ICMP of 56 B, an array", Dialect::Described, 56),
    Case::icmp("icmp-56-base64", "ICMP of 56 B, base64", Dialect::Real, 56),
    Case::icmp(
        "icmp-1472",
        "ICMP of 1,472 B, an array",
        Dialect::Described,
        1_472,
    ),
    Case::icmp(
        "icmp-1472-base64",
        "ICMP of 1,472 B, base64",
        Dialect::Real,
        1_472,
    ),
    Case::new(
        "kept",
        "3 calls on a stream from an earlier one",
        "kept",
        Peer::Echo,
        3,
        1_024,
    )
    .goals(&[Goal::SameCalls(Embedded), Goal::SameCalls(Facade)]),
    Case::new(
        "mixed",
        "1,000,000 mixed operations",
        "mixed",
        Peer::Echo,
        1_000_000,
        1_400,
    )
    .long(20_000, 1)
    .warm(10_000)
    .goals(&[Goal::NothingLeft, Goal::Flat, Goal::Steady(5)]),
];

/// The work that is done in several calls of the plugin, over a stream that was opened before.
pub const KEPT: &str = "kept";
