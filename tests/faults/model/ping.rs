//! The expected result of a ping, whatever else is received, on every clock.
//!
//! * Only the first report that is its own reply ends it.
//! * Each request is waited for as long as its interval is: with a real clock exactly; with any other at most five
//!   times as long, and never less, unless more than a thousand reports arrive per second. The intervals add up to the
//!   timeout.
//!
//! The property tests run this, and so does a fuzz target.

use crate::host::{AT_ONCE, Call, Clock, Scripted, State};
use harness_wasi_sockets::Error;
use harness_wasi_sockets::embedded::{IcmpSocket, PingReply};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

/// Notations of targets and sources, and some that are not equivalent.
pub const PLACES: [&str; 20] = [
    "10.0.0.1",
    "10.0.0.2",
    "::ffff:10.0.0.1",
    "::FFFF:a00:1",
    "::ffff:10.0.0.2",
    "127.0.0.1",
    "0.0.0.0",
    "255.255.255.255",
    "224.0.0.1",
    "::",
    "::1",
    "0:0:0:0:0:0:0:1",
    "2001:db8::1",
    "2001:DB8:0::0:1",
    "fe80::1",
    "fe80::1%2",
    "fe80::1%3",
    "fe80::1%eth0",
    "fe80::1%eth1",
    "router.example",
];

/// The target's replies are made of this.
const PAYLOAD: &[u8] = b"mine, and no other's";
/// The maximum number of requests of one ping.
const MOST_REQUESTS: usize = 8;

/// The content of a report.
#[derive(Debug, Clone)]
pub enum Report {
    Echo {
        /// One of [`PLACES`].
        source: u8,
        icmp_type: u8,
        code: u8,
        /// The request whose number it has, and an offset to that.
        request: u8,
        beside: i8,
        /// How much of the payload it has, and what follows that.
        payload: u8,
        behind: u8,
    },
    /// For example about an unreachable host: it has no number.
    NoEcho {
        source: u8,
        icmp_type: u8,
    },
    Garbage(Vec<u8>),
}

/// A ping, and what is received. Times are in microseconds.
#[derive(Debug, Clone)]
pub struct Case {
    pub clock: Clock,
    /// One of [`PLACES`].
    pub target: u8,
    /// How much of the payload is sent.
    pub payload: u8,
    pub seq: u16,
    pub timeout_ms: u32,
    /// Reports of any kind that arrive at this time after the start.
    pub arriving: Vec<(u32, Report)>,
    /// Foreign replies: their start, their interval, their count.
    pub floods: Vec<(u32, u32, u16)>,
    /// The reports that each request causes, and how long after it.
    pub echoes: Vec<Vec<(u32, Report)>>,
}

impl Case {
    fn target(&self) -> &'static str {
        place(self.target)
    }

    fn sent(&self) -> &'static [u8] {
        &PAYLOAD[..usize::from(self.payload) % (PAYLOAD.len() + 1)]
    }

    /// Returns the number of a request.
    fn number(&self, request: usize) -> u16 {
        self.seq.wrapping_add((request as u16).wrapping_mul(8_192))
    }

    /// Returns the report as a host writes it.
    fn json(&self, report: &Report) -> Vec<u8> {
        match report {
            &Report::Echo {
                source,
                icmp_type,
                code,
                request,
                beside,
                payload,
                behind,
            } => {
                let source = place(source);
                let seq = self
                    .number(request.into())
                    .wrapping_add_signed(beside.into());
                let len = usize::from(payload) % (PAYLOAD.len() + 1);
                let data = [&PAYLOAD[..len], &vec![b'!'; behind.into()]].concat();
                format!(r#"{{"source":"{source}","type":{icmp_type},"code":{code},"seq":{seq},"data":{data:?}}}"#)
                    .into_bytes()
            }
            &Report::NoEcho { source, icmp_type } => {
                let source = place(source);
                format!(r#"{{"code":1,"source":"{source}","type":{icmp_type},"data":null}}"#)
                    .into_bytes()
            }
            // An empty report is not a report.
            Report::Garbage(bytes) if bytes.iter().all(|byte| *byte == 0) => b"garbage".to_vec(),
            Report::Garbage(bytes) => bytes.clone(),
        }
    }

    /// Returns which of the sent requests a report replies to.
    fn answered(&self, report: &[u8], sent: usize) -> Option<usize> {
        let report: serde_json::Value = serde_json::from_slice(report).ok()?;
        let source = report.get("source")?.as_str()?;
        let (ip, _) = address(source);
        let reply_type = if ip.is_some_and(|ip| ip.is_ipv6()) {
            129
        } else {
            0
        };
        let data: Vec<u8> = serde_json::from_value(report.get("data")?.clone()).ok()?;
        let seq = report.get("seq")?.as_u64()?;
        let own = report.get("type")? == reply_type
            && report.get("code")? == 0
            && self.sent().starts_with(&data)
            && (data.len().min(1) == self.sent().len().min(1))
            && may_answer(self.target(), source);
        (0..sent).find(|request| own && u64::from(self.number(*request)) == seq)
    }
}

fn place(number: u8) -> &'static str {
    PLACES[usize::from(number) % PLACES.len()]
}

/// Returns an address, as IPv4 if possible, and its scope.
fn address(text: &str) -> (Option<IpAddr>, Option<&str>) {
    let (ip, scope) = match text.split_once('%') {
        Some((ip, scope)) => (ip, Some(scope)),
        None => (text, None),
    };
    (ip.parse().ok().map(|ip: IpAddr| ip.to_canonical()), scope)
}

/// Returns whether a reply to a request to this target may come from there.
fn may_answer(target: &str, source: &str) -> bool {
    let ((target, scope), (source, other)) = (address(target), address(source));
    let Some(target) = target else { return true };
    if target.is_unspecified() || target.is_multicast() || target == Ipv4Addr::BROADCAST {
        return true;
    }
    let same_scope = match (scope, other) {
        // A name and a number may be the same.
        (Some(a), Some(b)) if a.parse::<u32>().is_ok() == b.parse::<u32>().is_ok() => a == b,
        _ => true,
    };
    source == Some(target) && same_scope
}

/// Runs a case, and checks its result.
#[track_caller]
pub fn run(case: &Case) {
    let host = Scripted::new(case.clock);
    {
        let mut state = host.state();
        state.arriving = Some(Default::default());
        let time = |us: u32| Duration::from_micros(us.into());
        for (at, report) in &case.arriving {
            state.arrives(time(*at), case.json(report));
        }
        for (from, apart, reports) in &case.floods {
            for n in 0..*reports {
                let report =
                    br#"{"source":"10.9.9.9","type":0,"code":0,"seq":0,"data":"b3RoZXI="}"#;
                state.arrives(time(*from) + time(*apart) * n.into(), report.to_vec());
            }
        }
        let echoes = case.echoes.iter().map(|echoes| {
            let echo = |(after, report): &(u32, Report)| (time(*after), case.json(report));
            echoes.iter().map(echo).collect()
        });
        state.echoes = echoes.collect();
    }
    let pinged = IcmpSocket::new_in(host.clone()).ping(
        case.target(),
        case.sent(),
        case.seq,
        case.timeout_ms,
    );
    host.finish("a ping");
    check_answer(case, &host.state(), &pinged);
    check_time(case, &host.state(), pinged.is_err());
}

/// Checks that only its own reply ended the ping, if that was received.
#[track_caller]
fn check_answer(case: &Case, state: &State, pinged: &Result<PingReply, Error>) {
    let sent: Vec<u16> = state.pings.iter().map(|ping| ping.2).collect();
    let expected: Vec<u16> = (0..sent.len())
        .map(|request| case.number(request))
        .collect();
    assert_eq!(sent, expected);
    let mut answers = state
        .heard
        .iter()
        .map(|(report, sent)| case.answered(report, *sent));
    match pinged {
        Ok(reply) => {
            let request = answers.next_back().flatten().expect("its own reply");
            assert_eq!(reply.seq, sent[request]);
            assert_eq!(usize::from(reply.requests), sent.len());
            let time = state.passed - state.pinged_at[request];
            let near = |step: Duration| {
                let claimed = reply.round_trip.unwrap_or_default();
                claimed + step >= time && claimed <= time + step
            };
            let readings = Duration::from_nanos(2_000) * (state.calls(Call::IcmpRecv) + 20);
            match case.clock {
                Clock::Real => assert!(reply.round_trip.is_some() && near(readings)),
                Clock::Coarse(step) => assert!(near(step + readings)),
                Clock::Jumps => {}
                _ => assert_eq!(reply.round_trip, None),
            }
        }
        Err(error) => assert_eq!(*error, Error::TimedOut),
    }
    assert!(
        answers.all(|answer| answer.is_none()),
        "passed over its reply"
    );
}

/// Checks that neither the ping nor any of its intervals took more or less time than allowed.
#[track_caller]
fn check_time(case: &Case, state: &State, unanswered: bool) {
    let ms = |ms: u32| Duration::from_millis(ms.into());
    // The error of a clock that tells the time.
    let off = match case.clock {
        Clock::Real => Some(Duration::ZERO),
        Clock::Coarse(step) => Some(step),
        _ => None,
    };
    let interval = case.timeout_ms.div_ceil(MOST_REQUESTS as u32).max(1_000);
    let mut left = case.timeout_ms;
    let ends = state.pinged_at.iter().skip(1).chain([&state.passed]);
    for (request, (start, end)) in state.pinged_at.iter().zip(ends).enumerate() {
        let wait = interval.min(left);
        left -= wait;
        let over = unanswered || request + 1 < state.pings.len();
        let heard = state
            .heard
            .iter()
            .filter(|(_, sent)| *sent == request + 1)
            .count();
        let took = *end - *start;
        // Each call and each reading of the clock takes time in addition to the waits.
        let calls = (AT_ONCE + Duration::from_nanos(2_000)) * state.calls(Call::IcmpRecv).max(20);
        let slack = calls + off.unwrap_or_default();
        let most = if off.is_some() {
            ms(wait) + ms(1)
        } else {
            ms(wait) * 5
        };
        assert!(took <= most + slack, "{took:?} of {wait} ms");
        if over && (case.clock == Clock::Real || heard <= wait as usize) {
            assert!(took + slack >= ms(wait), "{took:?} of {wait} ms");
        }
    }
    // There is no time for another request after the last.
    assert!(!unanswered || left == 0, "{left} ms left");
    assert!((1..=MOST_REQUESTS).contains(&state.pings.len()));
    // The waits after a report double, up to the interval.
    let (heard, requests) = (state.heard.len(), state.pings.len());
    let nothings = state.calls(Call::IcmpRecv) as usize - heard;
    let each = interval.ilog2() as usize + 2;
    assert!(
        nothings <= each * (heard + requests),
        "asked {nothings} times"
    );
}
