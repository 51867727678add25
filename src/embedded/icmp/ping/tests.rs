//! Pings over a scripted host.

use super::*;
use crate::host::Native;
use core::cell::{Cell, RefCell};
use std::collections::VecDeque;

/// A host with scripted reports and a scripted clock.
struct Script {
    heard: RefCell<VecDeque<Option<std::string::String>>>,
    sent: RefCell<Vec<u16>>,
    now: Cell<Option<Duration>>,
    tick: Duration,
    /// The sum of the receive timeouts, in milliseconds.
    allowed: Cell<u32>,
}

impl Script {
    fn new(heard: Vec<Option<std::string::String>>, tick: Option<Duration>) -> Self {
        Script {
            heard: RefCell::new(heard.into()),
            sent: RefCell::default(),
            now: Cell::new(tick.map(|_| Duration::from_secs(1))),
            tick: tick.unwrap_or_default(),
            allowed: Cell::new(0),
        }
    }
}

#[derive(Clone)]
struct Hears<'a>(&'a Script);

impl Host for Hears<'_> {
    fn icmp_send(&self, _target: u64, _payload: u64, _len: u64, seq: u16) -> u32 {
        self.0.sent.borrow_mut().push(seq);
        1
    }
    fn icmp_recv(&self, timeout_ms: u32) -> u64 {
        self.0.allowed.set(self.0.allowed.get() + timeout_ms);
        let pass = |ms| self.0.now.set(self.0.now.get().map(|now| now + ms));
        match self.0.heard.borrow_mut().pop_front().flatten() {
            Some(json) => {
                pass(Duration::from_micros(1_500));
                crate::Block::copy_of(json.as_bytes())
                    .unwrap()
                    .into_offset()
            }
            None => {
                pass(Duration::from_millis(timeout_ms.into()));
                0
            }
        }
    }
    fn now(&self) -> Option<Duration> {
        // The readings of a real clock do not all take the same time.
        let nanos = self.0.now.get()?.subsec_nanos();
        let more = u32::from(self.0.tick < Duration::from_micros(1) && nanos % 3 == 0);
        let step = self.0.tick * (1 + more);
        self.0.now.set(self.0.now.get().map(|now| now + step));
        self.0.now.get()
    }
    crate::testing::no_sockets!();
    crate::testing::native_memory!();
}

fn report(source: &str, icmp_type: u8, seq: u16, data: &[u8]) -> Option<std::string::String> {
    Some(format!(
        r#"{{"source":"{source}","type":{icmp_type},"code":0,"id":1,"seq":{seq},"data":{data:?}}}"#
    ))
}

fn ping(
    target: &str,
    heard: Vec<Option<std::string::String>>,
    tick: Option<Duration>,
) -> (Result<PingReply, Error>, Vec<u16>) {
    let script = Script::new(heard, tick);
    let reply = IcmpSocket::new_in(Hears(&script)).ping(target, b"mine", 65_535, 5_000);
    assert_eq!(Native::live_blocks(), 0);
    (reply, script.sent.into_inner())
}

const REAL: Option<Duration> = Some(Duration::from_nanos(40));

#[test]
fn only_its_own_reply_will_do() {
    let strangers = vec![
        report("10.0.0.1", 8, 65_535, b"mine"), // our own request, received on loopback
        report("10.0.0.2", 0, 65_535, b"mine"), // another address
        report("10.0.0.1", 0, 65_534, b"mine"), // another number
        report("10.0.0.1", 0, 8_191, b"mine"),  // a number that was not sent yet
        report("10.0.0.1", 0, 0, b"mine"),      // a number that is never sent
        report("10.0.0.1", 0, 65_535, b"mine!"), // another payload
        report("10.0.0.1", 129, 65_535, b"mine"), // a reply of ICMPv6
        report("::ffff:10.0.0.1", 129, 65_535, b"mine"), // also
        Some(r#"{"source":"10.0.0.1","type":3,"code":1}"#.to_owned()),
        Some("garbage".to_owned()),
    ];
    let mut heard = strangers.clone();
    heard.push(report("10.0.0.1", 0, 65_535, b"mine"));
    let (reply, sent) = ping("10.0.0.1", heard, REAL);
    let reply = reply.unwrap();
    assert_eq!(
        (reply.source.as_str(), reply.seq, reply.requests),
        ("10.0.0.1", 65_535, 1)
    );
    assert!(
        reply.round_trip.unwrap() >= Duration::from_millis(16),
        "eleven packets' time"
    );
    assert_eq!(sent, [65_535]);

    let (reply, sent) = ping("10.0.0.1", strangers, REAL);
    assert_eq!(reply, Err(Error::TimedOut));
    assert_eq!(
        sent,
        [65_535, 8_191, 16_383, 24_575, 32_767],
        "a request a second, numbered far apart and round"
    );
}

#[test]
fn a_reply_to_any_of_its_requests_will_do() {
    let late = vec![None, None, report("10.0.0.1", 0, 8_191, b"mine")];
    let (reply, sent) = ping("10.0.0.1", late, REAL);
    let reply = reply.unwrap();
    assert_eq!((reply.seq, reply.requests), (8_191, 3));
    let time = reply.round_trip.unwrap();
    assert!(
        (1_000..1_100).contains(&time.as_millis()),
        "{time:?} from its own request on"
    );
    assert_eq!(sent, [65_535, 8_191, 16_383]);
}

#[test]
fn no_time_is_claimed_without_a_real_clock() {
    let clocks = [None, Some(Duration::from_millis(1)), Some(Duration::ZERO)];
    for (i, tick) in clocks.into_iter().enumerate() {
        let heard = vec![None, report("10.0.0.1", 0, 8_191, b"mine")];
        let (reply, _) = ping("10.0.0.1", heard, tick);
        let time = reply.unwrap().round_trip;
        // The last clock stands still except while the host waits. That counts as a clock.
        assert_eq!(time.is_some(), i == 2, "{tick:?}");
    }
}

#[test]
fn without_a_clock_strangers_make_it_wait_five_times_as_long_at_most() {
    let flood = vec![report("10.0.0.9", 0, 7, b"other"); 20_000];
    let script = Script::new(flood, None);
    let reply = IcmpSocket::new_in(Hears(&script)).ping("10.0.0.1", b"mine", 0, 5_000);
    assert_eq!(reply, Err(Error::TimedOut));
    // As if each packet had arrived at the last moment.
    let waited = script.allowed.get();
    assert!((20_000..=25_000).contains(&waited), "{waited} ms");
    // A reply after other packets is still received.
    let mut heard = vec![report("10.0.0.9", 0, 7, b"other"); 5_000];
    heard.push(report("10.0.0.1", 0, 65_535, b"mine"));
    assert!(ping("10.0.0.1", heard, None).0.is_ok());
}

#[test]
fn names_and_ipv6() {
    let heard = vec![report("fe80::1%eth0", 129, 65_535, b"mine")];
    assert!(
        ping("router.example", heard.clone(), None).0.is_ok(),
        "any address that it resolves to"
    );
    for target in ["fe80::2", "fe80::2%eth0"] {
        assert_eq!(ping(target, heard.clone(), None).0, Err(Error::TimedOut));
    }
    assert!(
        ping("fe80::1%2", heard, None).0.is_ok(),
        "a scope is written as each likes"
    );
    let heard = vec![report("fe80:0::2", 129, 65_535, b"mine")];
    assert!(
        ping("fe80::2", heard, None).0.is_ok(),
        "however it is written"
    );
    assert_eq!(ping("[::1]", vec![], None).0, Err(Error::InvalidAddress));
}
