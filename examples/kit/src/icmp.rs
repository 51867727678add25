//! The functions of ICMP.

use crate::calls;
use crate::peers::Peers;
use crate::report::{Behaviour, Verdict};
use serde_json::Value;

/// How many packets are checked: a host receives those of its whole machine.
const MOST: usize = 200;
/// How long to wait for one, in milliseconds.
const WAIT: u32 = 2_000;
/// The peers' address, and the target of the pings.
const TARGET: &str = "127.0.0.1";

pub const ALL: &[Behaviour] = &[
    Behaviour {
        function: "icmp_send",
        does: "sends an echo request, and returns 1",
        costs: "no pings: the error `Other`. (Expected if the host may not open raw sockets.)",
        row: "returns 0 from a send",
        check: sends,
    },
    Behaviour {
        function: "icmp_recv",
        does: "returns a reply that arrives while it waits",
        costs: "no ping is ever answered: `TimedOut`",
        row: "returns 0 after waiting",
        check: hears_what_comes,
    },
    Behaviour {
        function: "icmp_recv",
        does: "returns a reply that arrived before it was called",
        costs: "pings to targets that answer at once, such as loopback, are `TimedOut`",
        row: "returns 0 after waiting",
        check: hears_what_came,
    },
    Behaviour {
        function: "icmp_recv",
        does: "reports packets as JSON of the documented form",
        costs: "`InvalidData`; a ping skips it",
        row: "is not an object, has a bracket, comma, colon or quote too many or too few, or has a comment",
        check: reports_as_json,
    },
];

fn sends(_: &Peers) -> Verdict {
    let sent = calls::ping(TARGET, b"kit", 1);
    Verdict::of(sent == 1, || format!("{sent}"))
}

/// Parses the JSON of a packet.
fn parse(report: &[u8]) -> Option<Value> {
    // Trailing NULs are not part of it.
    let end = report.iter().rposition(|byte| *byte != 0)? + 1;
    let json: Value = serde_json::from_slice(&report[..end]).ok()?;
    let byte = |key: &str| json[key].as_u64().is_some_and(|n| n <= 255);
    let word = |key: &str| json[key].is_null() || json[key].as_u64().is_some_and(|n| n <= 65_535);
    let data = match &json["data"] {
        Value::Null => true,
        Value::String(text) => is_base64(text),
        Value::Array(bytes) => bytes.iter().all(|b| b.as_u64().is_some_and(|n| n <= 255)),
        _ => false,
    };
    let agreed =
        json["source"].is_string() && byte("type") && byte("code") && word("id") && word("seq");
    (agreed && data).then_some(json)
}

fn is_base64(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    text.len().is_multiple_of(4)
        && text.len() - digits.len() <= 2
        && digits
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'/')
}

/// Returns whether an echo reply with this number is received.
fn hears(seq: u16) -> bool {
    for _ in 0..MOST {
        let Some(report) = calls::hear(WAIT) else {
            return false;
        };
        let Some(json) = parse(&report) else {
            continue;
        };
        if json["type"] == 0 && json["seq"] == seq && json["source"] == TARGET {
            return true;
        }
    }
    false
}

/// Makes the peers send replies for some seconds, like a distant target.
fn with_replies(peers: &Peers, seq: u16) -> Result<(), Verdict> {
    if calls::ping(TARGET, b"kit", seq) != 1 {
        return Err(Verdict::needs("icmp_send"));
    }
    match peers.ask(&format!("reply {seq}")).as_deref() {
        Some("sent") => Ok(()),
        Some(_) => Err(Verdict::NotTried(
            "the peers may not open raw sockets".to_owned(),
        )),
        None => Err(Verdict::needs("asking the peers for a reply")),
    }
}

fn hears_what_comes(peers: &Peers) -> Verdict {
    match with_replies(peers, 7_002) {
        Err(verdict) => verdict,
        Ok(()) => Verdict::of(hears(7_002), || "no reply".to_owned()),
    }
}

fn hears_what_came(_: &Peers) -> Verdict {
    if calls::ping(TARGET, b"kit", 7_003) != 1 {
        return Verdict::needs("icmp_send");
    }
    Verdict::of(hears(7_003), || "no reply from loopback".to_owned())
}

fn reports_as_json(peers: &Peers) -> Verdict {
    if let Err(verdict) = with_replies(peers, 7_004) {
        return verdict;
    }
    let reports: Vec<_> = (0..10).filter_map(|_| calls::hear(WAIT)).collect();
    if reports.is_empty() {
        return Verdict::needs("hearing any packet");
    }
    match reports.iter().find(|report| parse(report).is_none()) {
        None => Verdict::Holds,
        Some(report) => {
            let start = String::from_utf8_lossy(&report[..report.len().min(60)]).into_owned();
            Verdict::Broken(format!("{} bytes that begin {start:?}", report.len()))
        }
    }
}
