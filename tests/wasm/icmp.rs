use crate::{Guests, UNKNOWN, WASIP1, call, dialects, guest, ipv6, quick, run};
use harness_host::icmp::allowed_or_skipped;
use harness_host::{Clock, IcmpListening, Plugin};
use socket2::{Domain, Protocol, SockAddr, Socket, Type};
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

#[test]
fn echo_in_both_dialects() {
    if !allowed_or_skipped("echo_in_both_dialects") {
        return;
    }
    for config in dialects() {
        run(&config, "icmp_echo", "127.0.0.1");
        run(&config, "icmp_echo", "localhost");
        if ipv6("echo_in_both_dialects, its IPv6 part") {
            run(&config, "icmp_echo", "::1");
        }
    }
}

#[test]
fn silence_times_out() {
    if allowed_or_skipped("silence_times_out") {
        // Nothing has been sent, so this host listens only now; it receives nothing, or packets of other tests.
        let heard = run(&quick(), "icmp_listen", "50");
        assert!(
            heard == "TimedOut" || heard.starts_with("Ok(IcmpResponse"),
            "{heard}"
        );
    }
}

#[test]
fn what_is_no_target() {
    let mut plugin = guest(&quick());
    let bad = [
        "",
        "127.0.0.1:80",
        "[::1]",
        "a b",
        "a\0",
        "\0a",
        "a\nb",
        "user@host",
        "a[b",
        "a%b",
        "a%00",
        "::1%",
        "a..b",
        "127.0.0.1%eth0",
        "host/24",
    ];
    let long = "a".repeat(64);
    for bad in bad.into_iter().chain([long.as_str()]) {
        let got = call(&mut plugin, "icmp_send", bad);
        assert_eq!(got, "InvalidInput", "{bad:?}");
    }
    assert_eq!(plugin.report().calls.total(), 0);
    assert_eq!(run(&quick(), "icmp_send", "nobody.invalid"), "Other");
}

#[test]
fn ping() {
    if !allowed_or_skipped("ping") {
        return;
    }
    for config in dialects() {
        for ((guests, clock), time) in clocks().into_iter().zip(["timed", "untimed", "untimed"]) {
            let mut plugin = guests.plugin(&config.clone().clock(clock));
            for target in ["127.0.0.1", "localhost"] {
                let reply = call(&mut plugin, "icmp_ping", &format!("{target} 5000"));
                assert_eq!(reply, format!("Ok(\"127.0.0.1 65535 {time}\")"));
            }
            assert_eq!(
                plugin.report().calls.get("icmp_send"),
                2,
                "one request each"
            );
        }
    }
}

#[test]
fn pings_one_after_the_other() {
    if !allowed_or_skipped("pings_one_after_the_other") {
        return;
    }
    for config in dialects() {
        for ((guests, clock), timed) in clocks().into_iter().zip([true, false, false]) {
            let mut plugin = guests.plugin(&config.clone().clock(clock));
            let got = call(&mut plugin, "icmp_pings", "127.0.0.1 3 100 5000 a series");
            assert_eq!(
                got,
                format!("r40000 r40001 r40002 3 3 0 {timed}"),
                "{clock:?}"
            );
            assert_eq!(plugin.report().calls.get("icmp_send"), 3);
        }
    }
}

/// Nobody replies, or the host does not even send.
#[test]
fn pings_that_are_never_heard_are_lost() {
    if !allowed_or_skipped("pings_that_are_never_heard_are_lost") {
        return;
    }
    let config = quick().icmp(IcmpListening::AtReceive);
    for (guests, clock) in clocks() {
        let mut plugin = guests.plugin(&config.clone().clock(clock));
        let started = Instant::now();
        let got = call(&mut plugin, "icmp_pings", "127.0.0.1 2 300 500 lost series");
        assert_eq!(got, "l40000 l40001 2 0 2 false", "{clock:?}");
        assert!(started.elapsed() >= Duration::from_millis(800), "{clock:?}");
    }
    let got = run(&quick(), "icmp_pings", "nobody.invalid 2 10 10 x");
    assert_eq!(got, "Other0 0 0 false");
}

/// A host that opens its socket only to receive misses a fast reply. The ping retries, and finally reports that there
/// was none.
#[test]
fn a_ping_that_is_never_heard() {
    if !allowed_or_skipped("a_ping_that_is_never_heard") {
        return;
    }
    let mut plugin = guest(&quick().icmp(IcmpListening::AtReceive));
    // A unique payload: other tests ping at the same time.
    assert_eq!(
        call(&mut plugin, "icmp_ping", "127.0.0.1 4000 unheard"),
        "TimedOut"
    );
    // One per second; on a busy machine fewer.
    let sent = plugin.report().calls.get("icmp_send");
    assert!((2..=4).contains(&sent), "{sent} requests");
}

/// The host receives replies to everybody. A ping skips foreign ones: with another payload, though source and number
/// match; with another source, though everything else matches.
#[test]
fn a_ping_is_not_satisfied_by_somebody_elses_reply() {
    if !allowed_or_skipped("a_ping_is_not_satisfied_by_somebody_elses_reply") {
        return;
    }
    for config in dialects() {
        // Foreign replies, with the ping's own numbers, arrive before its own.
        let mut plugin = guest(&config);
        for payload in ["ours, but for the end?", "ours, but for the e?", "x"] {
            call(
                &mut plugin,
                "icmp_stranger",
                &format!("127.0.0.1 {payload}"),
            );
        }
        plugin.reset_counters();
        let got = call(
            &mut plugin,
            "icmp_ping",
            "127.0.0.1 10000 ours, but for the end",
        );
        assert_eq!(got, "Ok(\"127.0.0.1 65535 timed\")");
        // On loopback each of the nine also arrives as a request.
        let asked = plugin.report().calls.get("icmp_recv");
        assert!(asked > 18, "{asked} packets");

        // The same, but from another address than requested.
        let redirected = config.clone().redirect("192.0.2.1", "127.0.0.1");
        let mut plugin = guest(&redirected);
        let got = call(
            &mut plugin,
            "icmp_ping",
            "192.0.2.1 300 from another source",
        );
        assert_eq!(got, "TimedOut");
        let report = plugin.report();
        assert!(
            report.calls.get("icmp_recv") > 1,
            "the reply was heard: {report:?}"
        );
    }
}

/// A plugin pings 127.0.0.1 and misses the reply, since its host listens only during a receive; meanwhile it receives
/// other packets, fewer than 1,000 per second. Returns the result of the ping.
fn beside_strangers(mut plugin: Plugin, ping: &str, mut send: impl FnMut()) -> String {
    std::thread::scope(|scope| {
        let pings = scope.spawn(move || {
            let got = call(&mut plugin, "icmp_ping", ping);
            let asked = plugin.report().calls.get("icmp_recv");
            (got, asked)
        });
        while !pings.is_finished() {
            send();
            std::thread::sleep(Duration::from_millis(30));
        }
        let (got, asked) = pings.join().unwrap();
        assert!(got != "TimedOut" || asked > 1, "{asked} packets");
        got
    })
}

/// Returns each pair of plugins and clocks that a ping can have.
fn clocks() -> [(&'static Guests, Clock); 3] {
    [
        (&WASIP1, Clock::Real),
        (&WASIP1, Clock::Fake),
        (&UNKNOWN, Clock::Real),
    ]
}

#[test]
fn strangers_do_not_shorten_a_ping() {
    if !allowed_or_skipped("strangers_do_not_shorten_a_ping") {
        return;
    }
    for (guests, clock) in clocks() {
        let config = quick().clock(clock).icmp(IcmpListening::AtReceive);
        let mut stranger = guest(&config);
        let send = || drop(call(&mut stranger, "icmp_stranger", "127.0.0.1 theirs"));
        let plugin = guests.plugin(&config);
        let started = Instant::now();
        let got = beside_strangers(plugin, "127.0.0.1 3000 ours", send);
        assert_eq!(got, "TimedOut");
        let took = started.elapsed();
        assert!(took >= Duration::from_secs(3), "{clock:?}: {took:?}");
    }
}

/// Runs something, and meanwhile repeatedly sends echo replies to this machine: like a distant target, which a host
/// that listens only during a receive can receive.
pub fn with_late_replies<T>(payload: &[u8], seq: u16, run: impl FnOnce() -> T) -> T {
    let raw = Socket::new(Domain::IPV4, Type::RAW, Some(Protocol::ICMPV4)).unwrap();
    let to = SockAddr::from(SocketAddr::from(([127, 0, 0, 1], 0)));
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                raw.send_to(&echo_reply(payload, seq), &to).unwrap();
                std::thread::sleep(Duration::from_millis(30));
            }
        });
        // Catches panics, so that the thread ends too.
        let result = catch_unwind(AssertUnwindSafe(run));
        done.store(true, Ordering::Relaxed);
        result.unwrap_or_else(|panic| resume_unwind(panic))
    })
}

/// Returns the bytes of an echo reply.
fn echo_reply(payload: &[u8], seq: u16) -> Vec<u8> {
    let [high, low] = seq.to_be_bytes();
    let packet = [&[0, 0, 0, 0, 0, 1, high, low], payload].concat();
    let words = packet
        .chunks(2)
        .map(|word| u32::from(word[0]) << 8 | u32::from(*word.get(1).unwrap_or(&0)));
    let sum: u32 = words.sum();
    let sum = !((sum & 0xffff) + (sum >> 16)) as u16;
    [&packet[..2], &sum.to_be_bytes(), &packet[4..]].concat()
}

/// Some machines return only the first bytes of a payload. Here the test does so.
#[test]
fn a_shortened_reply_is_a_reply() {
    if !allowed_or_skipped("a_shortened_reply_is_a_reply") {
        return;
    }
    let raw = Socket::new(Domain::IPV4, Type::RAW, Some(Protocol::ICMPV4)).unwrap();
    let to = SockAddr::from(SocketAddr::from(([127, 0, 0, 1], 0)));
    for config in dialects() {
        for (guests, clock) in clocks() {
            let config = config.clone().clock(clock).icmp(IcmpListening::AtReceive);
            let send = || {
                raw.send_to(&echo_reply(b"shortened", 65_535), &to).unwrap();
            };
            let ping = "127.0.0.1 60000 shortened on its way";
            let got = beside_strangers(guests.plugin(&config), ping, send);
            assert!(got.starts_with("Ok(\"127.0.0.1 65535"), "{clock:?}: {got}");
        }
    }
}

/// The reply comes from the same address in another notation, or from another address.
#[test]
fn addresses_that_are_answered_from_another() {
    if !allowed_or_skipped("addresses_that_are_answered_from_another") {
        return;
    }
    let mut targets = vec![("0.0.0.0", "127.0.0.1"), ("::ffff:127.0.0.1", "127.0.0.1")];
    if ipv6("addresses_that_are_answered_from_another, their IPv6 part") {
        targets.extend([("::", "::1"), ("0:0::0:1", "::1")]);
    }
    for config in dialects() {
        let mut plugin = guest(&config);
        for (target, source) in &targets {
            let got = call(
                &mut plugin,
                "icmp_ping",
                &format!("{target} 10000 addressed"),
            );
            assert_eq!(got, format!("Ok(\"{source} 65535 timed\")"), "{target}");
        }
    }
}
