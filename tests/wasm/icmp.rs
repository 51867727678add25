use crate::{UNKNOWN, WASIP1, call, dialects, guest, ipv6, quick, run};
use harness_host::icmp::allowed_or_skipped;
use harness_host::{Clock, IcmpListening};

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
        // Nothing has been sent, so this host listens only now; what it hears is nothing, or what
        // other tests send.
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
        for (guests, clock, time) in [
            (&WASIP1, Clock::Real, "timed"),
            (&WASIP1, Clock::Fake, "untimed"),
            (&UNKNOWN, Clock::Real, "untimed"),
        ] {
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

/// A host that opens its socket only to receive cannot hear a reply that was quicker. The ping asks
/// again, and says in the end that it has heard none.
#[test]
fn a_ping_that_is_never_heard() {
    if !allowed_or_skipped("a_ping_that_is_never_heard") {
        return;
    }
    let mut plugin = guest(&quick().icmp(IcmpListening::AtReceive));
    // A payload of its own: other tests ping at the same time.
    assert_eq!(
        call(&mut plugin, "icmp_ping", "127.0.0.1 4000 unheard"),
        "TimedOut"
    );
    // One a second; on a busy machine fewer.
    let sent = plugin.report().calls.get("icmp_send");
    assert!((2..=4).contains(&sent), "{sent} requests");
}

/// The host hears replies to everybody. A ping passes over what is not its own: another payload, though
/// source and number are right; another source, though all else is.
#[test]
fn a_ping_is_not_satisfied_by_somebody_elses_reply() {
    if !allowed_or_skipped("a_ping_is_not_satisfied_by_somebody_elses_reply") {
        return;
    }
    for config in dialects() {
        // Replies to others, with its very numbers, are there before its own.
        let mut plugin = guest(&config);
        for payload in ["ours, but for the end?", "ours, but for the", "x"] {
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
        // Each of the nine comes as a request too, on loopback.
        let asked = plugin.report().calls.get("icmp_recv");
        assert!(asked > 18, "{asked} packets");

        // The same from another address than was asked, and nothing but that.
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

        // Strangers alone, all the time, and never its own: that would have to be heard at once.
        let deaf = config.icmp(IcmpListening::AtReceive);
        let mut stranger = guest(&deaf);
        let mut plugin = guest(&deaf);
        std::thread::scope(|scope| {
            let pings = scope.spawn(move || {
                let got = call(&mut plugin, "icmp_ping", "127.0.0.1 3000 ours");
                (got, plugin.report().calls.get("icmp_recv"))
            });
            while !pings.is_finished() {
                call(&mut stranger, "icmp_stranger", "127.0.0.1 theirs");
            }
            let (got, asked) = pings.join().unwrap();
            assert_eq!(got, "TimedOut");
            assert!(asked > 1, "{asked} packets");
        });
    }
}
