//! What a read makes of the host's "nothing" depends on the clock: WASI's is real in these hosts.

use crate::behaviours::guests;
use harness_host::peers::TcpPeer;
use host_tests::{Host, Run};
use std::io::Write;
use std::net::Ipv4Addr;
use std::thread::sleep;
use std::time::Duration;

fn reads(host: &Host, peer: &TcpPeer, timeout: &str, reads: usize) -> String {
    let input = format!("{} {timeout} {reads}", peer.addr());
    let run = Run::new(guests(), "nothing_reads", &input);
    let run = run.with("--allow", "loopback").with("--wait", "100");
    run.on(host).text()
}

/// Without a clock, or with one that is fake, it would be `Ok(0)`.
pub fn the_clock_is_real_so_silence_is_no_end(host: &'static Host) {
    let silent = TcpPeer::start(Ipv4Addr::LOCALHOST.into(), |_stream, stop| {
        while !stop.is_set() {
            sleep(Duration::from_millis(10));
        }
        Ok(())
    });
    let silent = silent.unwrap();
    assert_eq!(reads(host, &silent, "300", 2), "TimedOut TimedOut");
}

pub fn the_end_is_known_at_once(host: &'static Host) {
    let brief = TcpPeer::start(Ipv4Addr::LOCALHOST.into(), |mut stream, _| {
        stream.write_all(b"x")
    });
    let brief = brief.unwrap();
    assert_eq!(reads(host, &brief, "default", 4), "Ok(1) Ok(0) Ok(0) Ok(0)");
}
