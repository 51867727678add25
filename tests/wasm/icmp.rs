use crate::{FAKE_CLOCK, UNKNOWN, WASIP1, call, dialects, guest, ipv6, quick, run};
use harness_host::IcmpListening;
use harness_host::icmp::allowed_or_skipped;

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
    for bad in ["", "127.0.0.1:80", "[::1]", "a b", "a\0"] {
        assert_eq!(run(&quick(), "icmp_send", bad), "InvalidInput", "{bad:?}");
    }
    assert_eq!(run(&quick(), "icmp_send", "nobody.invalid"), "Other");
}

#[test]
fn ping() {
    if !allowed_or_skipped("ping") {
        return;
    }
    for config in dialects() {
        for (guests, time) in [
            (&WASIP1, "timed"),
            (&FAKE_CLOCK, "untimed"),
            (&UNKNOWN, "untimed"),
        ] {
            let mut plugin = guests.plugin(&config);
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
    assert_eq!(call(&mut plugin, "icmp_ping", "127.0.0.1 2000"), "TimedOut");
    assert_eq!(
        plugin.report().calls.get("icmp_send"),
        2,
        "a second one after a second"
    );
}
