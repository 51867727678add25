//! The guests, what each of them may weigh, and what it uses of its host.

use harness_host::wasm::Target;

/// A guest to weigh.
#[derive(Clone, Copy, Debug)]
pub struct Guest {
    /// The name of its source file.
    pub name: &'static str,
    /// What it is built for.
    pub target: Target,
    /// How large it was when last looked at, in bytes: with Rust 1.95 or 1.96, whichever made it
    /// larger. (That matters where std is in it. Those of TCP, UDP and all three are from 1.95, and 5,283 more:
    /// what 1.96 was seen to add.)
    pub measured: u64,
    /// Whether it is promised that no panic is reachable in it.
    pub never_panics: bool,
    /// The functions of the host that it uses, and its kernel's, other than those for its input.
    pub uses: &'static [&'static [&'static str]],
    /// What it calls for its input.
    pub input: &'static [&'static str],
}

impl Guest {
    /// What it may weigh: 2 % more than measured, since compilers differ by a little.
    #[must_use]
    pub const fn budget(&self) -> u64 {
        self.measured + self.measured / 50
    }
}

/// What it takes to give the host bytes.
const GIVE: &[&str] = &["alloc", "store_u8", "store_u64", "free"];
/// What it takes to get bytes from the host.
const TAKE: &[&str] = &["length", "load_u8", "load_u64"];
const TCP: &[&str] = &["tcp_connect", "tcp_send", "tcp_recv", "tcp_close"];
const UDP: &[&str] = &["udp_connect", "udp_send", "udp_recv", "udp_close"];
const ICMP: &[&str] = &["icmp_send", "icmp_recv"];
/// What a guest calls for its input, unless it has it from the library.
const INPUT: &[&str] = &["input_length", "input_load_u8"];
/// What the library's module `plugin` uses, where a function returns an output or fails.
const PLUGIN: &[&str] = &["output_set", "error_set"];
/// What `extism-pdk` uses in a function that takes text and may fail.
const PDK: &[&str] = &[
    "alloc",
    "store_u8",
    "store_u64",
    "error_set",
    "output_set",
    "input_load_u64",
];

/// All of them.
pub const GUESTS: [Guest; 21] = [
    bare("empty", 328, &[]).never_panicking(),
    bare("tcp_ours", 2_449, &[TCP, GIVE, TAKE]).never_panicking(),
    bare("tcp_lean", 1_565, &[TCP, GIVE, TAKE]).never_panicking(),
    bare("tcp_async_ours", 3_380, &[TCP, GIVE, TAKE]).never_panicking(),
    bare("plugin_ours", 2_587, &[PLUGIN, TCP, GIVE, TAKE])
        .never_panicking()
        .over_plugin(),
    bare("plugin_lean", 1_757, &[PLUGIN, TCP, GIVE, TAKE])
        .never_panicking()
        .over_plugin(),
    bare("tcp_hand", 1_487, &[TCP, GIVE, TAKE]).never_panicking(),
    bare("udp_ours", 1_781, &[UDP, GIVE, TAKE]).never_panicking(),
    bare("udp_lean", 1_420, &[UDP, GIVE, TAKE]).never_panicking(),
    bare("udp_hand", 1_422, &[UDP, GIVE, TAKE]).never_panicking(),
    bare("icmp_ours", 6_132, &[ICMP, GIVE, TAKE]).never_panicking(),
    bare("icmp_hand", 13_914, &[ICMP, GIVE, TAKE]),
    bare("all_ours", 8_034, &[TCP, UDP, ICMP, GIVE, TAKE]).never_panicking(),
    bare("all_hand", 14_807, &[TCP, UDP, ICMP, GIVE, TAKE]),
    bare("every_call_ours", 24_998, &[TCP, UDP, ICMP, GIVE, TAKE]).never_panicking(),
    bare("every_trait_ours", 25_012, &[TCP, UDP, GIVE, TAKE]).never_panicking(),
    with_std("std_empty", 97_854, &[PDK]),
    with_std("std_error", 106_090, &[PDK]),
    with_std("std_tcp", 113_429, &[PDK, TCP, GIVE, TAKE]),
    with_std("std_udp", 113_427, &[PDK, UDP, GIVE, TAKE]),
    with_std("std_all", 122_500, &[PDK, TCP, UDP, ICMP, GIVE, TAKE]),
];

/// The guest of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Guest> {
    GUESTS.iter().find(|guest| guest.name == name)
}

/// A guest without std.
const fn bare(
    name: &'static str,
    measured: u64,
    uses: &'static [&'static [&'static str]],
) -> Guest {
    Guest {
        name,
        target: Target::Unknown,
        measured,
        never_panics: false,
        uses,
        input: INPUT,
    }
}

/// A guest with std, whose panics are std's business.
const fn with_std(
    name: &'static str,
    measured: u64,
    uses: &'static [&'static [&'static str]],
) -> Guest {
    Guest {
        target: Target::Wasip1,
        ..bare(name, measured, uses)
    }
}

impl Guest {
    const fn over_plugin(self) -> Guest {
        Guest {
            input: &["input_offset"],
            ..self
        }
    }

    const fn never_panicking(self) -> Guest {
        Guest {
            never_panics: true,
            ..self
        }
    }
}
