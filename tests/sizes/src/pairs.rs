//! The pairs to compare, and their goals.

use crate::Result;
use crate::built::{Built, get};

/// A guest with the library, and the guest that it is compared with.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    /// A short description.
    pub about: &'static str,
    /// The guest with the library.
    pub ours: &'static str,
    /// The equivalent guest by hand.
    pub by_hand: Option<&'static str>,
    /// The goals.
    pub goals: &'static [Goal],
}

/// A goal for a guest's size.
#[derive(Clone, Copy, Debug)]
pub enum Goal {
    /// At most this percentage of the one by hand.
    Percent(u64),
    /// Fewer bytes than this.
    Under(u64),
    /// At most this many bytes more than the other guest.
    Over(&'static str, u64),
}

/// All pairs, in the order of the table.
pub const PAIRS: [Pair; 17] = [
    pair("TCP", "tcp_ours", Some("tcp_hand"), &[Goal::Under(2_351)]),
    pair(
        "TCP, no buffer, address unchecked",
        "tcp_lean",
        Some("tcp_hand"),
        &[Goal::Under(1_721)],
    ),
    pair("UDP", "udp_ours", Some("udp_hand"), &[Goal::Under(1_851)]),
    pair(
        "UDP, address unchecked",
        "udp_lean",
        Some("udp_hand"),
        &[Goal::Under(1_501)],
    ),
    pair(
        "ICMP",
        "icmp_ours",
        Some("icmp_hand"),
        &[Goal::Under(6_701)],
    ),
    pair(
        "all three",
        "all_ours",
        Some("all_hand"),
        &[Goal::Under(8_301)],
    ),
    pair("every call", "every_call_ours", None, &[]),
    pair(
        "every trait, and a stream in halves",
        "every_trait_ours",
        None,
        &[],
    ),
    pair("TCP, async", "tcp_async_ours", None, &[]),
    pair("TCP, as `tiny`", "plugin_ours", None, &[Goal::Under(2_251)]),
    pair(
        "TCP, as `tiny`, no buffer, address unchecked",
        "plugin_lean",
        None,
        &[Goal::Under(1_901)],
    ),
    pair("nothing", "empty", None, &[]),
    pair(
        "std: TCP",
        "std_tcp",
        None,
        &[Goal::Over("std_empty", 16_000)],
    ),
    pair(
        "std: UDP",
        "std_udp",
        None,
        &[Goal::Over("std_empty", 17_000)],
    ),
    pair(
        "std: all three",
        "std_all",
        None,
        &[Goal::Over("std_empty", 24_000)],
    ),
    pair("std: nothing but an `io::Error`", "std_error", None, &[]),
    pair("std: nothing", "std_empty", None, &[]),
];

const fn pair(
    about: &'static str,
    ours: &'static str,
    by_hand: Option<&'static str>,
    goals: &'static [Goal],
) -> Pair {
    Pair {
        about,
        ours,
        by_hand,
        goals,
    }
}

/// A measured pair.
#[derive(Clone, Debug)]
pub struct Weighed<'a> {
    /// The pair.
    pub pair: &'static Pair,
    /// The guest with the library.
    pub ours: &'a Built,
    /// The guest by hand.
    pub by_hand: Option<&'a Built>,
    /// Each goal as text, and whether it is met.
    pub goals: Vec<(String, bool)>,
}

/// Measures every pair.
pub fn weigh(built: &[Built]) -> Result<Vec<Weighed<'_>>> {
    PAIRS.iter().map(|pair| weigh_one(pair, built)).collect()
}

fn weigh_one<'a>(pair: &'static Pair, built: &'a [Built]) -> Result<Weighed<'a>> {
    let ours = get(built, pair.ours)?;
    let by_hand = pair.by_hand.map(|name| get(built, name)).transpose()?;
    let goals = pair.goals.iter().map(|goal| {
        let (words, most) = match *goal {
            Goal::Percent(percent) => {
                let by_hand = by_hand.ok_or("a ratio to nothing")?;
                let words = format!("at most {}.{:02} x", percent / 100, percent % 100);
                (words, by_hand.bytes * percent / 100)
            }
            Goal::Under(bytes) => (format!("under {bytes} bytes"), bytes - 1),
            Goal::Over(base, bytes) => {
                let words = format!("at most {bytes} bytes more than {base}");
                (words, get(built, base)?.bytes + bytes)
            }
        };
        Ok((words, ours.bytes <= most))
    });
    Ok(Weighed {
        pair,
        ours,
        by_hand,
        goals: goals.collect::<Result<_>>()?,
    })
}
