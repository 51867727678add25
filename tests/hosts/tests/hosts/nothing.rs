//! How a read interprets the host's 0 depends on the clock: WASI's is real in these hosts.

use crate::behaviours::guests;
use harness_host::peers::TcpPeer;
use host_tests::{Host, Run};
use std::io::Write;
use std::net::Ipv4Addr;
use std::thread::sleep;
use std::time::Duration;

fn reads(host: &Host, peer: &TcpPeer, wait: &str, timeout: &str, reads: usize) -> String {
    let input = format!("{} {timeout} {reads}", peer.addr());
    let run = Run::new(guests(), "nothing_reads", &input);
    let run = run.with("--allow", "loopback").with("--wait", wait);
    run.on(host).text()
}

fn silent() -> TcpPeer {
    let silent = TcpPeer::start(Ipv4Addr::LOCALHOST.into(), |_stream, stop| {
        while !stop.is_set() {
            sleep(Duration::from_millis(10));
        }
        Ok(())
    });
    silent.unwrap()
}

/// Without a clock, or with a fake one, it would be `Ok(0)`.
pub fn the_clock_is_real_so_silence_is_no_end(host: &'static Host) {
    let got = reads(host, &silent(), "100", "300", 2);
    assert_eq!(got, "TimedOut TimedOut");
}

pub fn no_wait_is_so_short_that_a_silence_looks_like_the_end(host: &'static Host) {
    for wait in ["0", "5"] {
        let got = reads(host, &silent(), wait, "300", 2);
        assert_eq!(got, "TimedOut TimedOut", "--wait {wait}");
    }
}

pub fn the_end_is_known_at_once(host: &'static Host) {
    let brief = TcpPeer::start(Ipv4Addr::LOCALHOST.into(), |mut stream, _| {
        stream.write_all(b"x")
    });
    let brief = brief.unwrap();
    let got = reads(host, &brief, "100", "default", 4);
    assert_eq!(got, "Ok(1) Ok(0) Ok(0) Ok(0)");
}
