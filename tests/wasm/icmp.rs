use crate::{dialects, ipv6, quick, run};

/// Says by name that a test is skipped, where raw sockets are not allowed.
fn allowed(test: &str) -> bool {
    match harness_host::icmp::allowed() {
        Ok(()) => true,
        Err(why) => {
            println!("skipped: {test}: {why}");
            false
        }
    }
}

#[test]
fn echo_in_both_dialects() {
    if !allowed("echo_in_both_dialects") {
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
    if allowed("silence_times_out") {
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
