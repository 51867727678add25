use harness_host::Config;
use server_tests::guests::{Package, call};
use server_tests::{servers, started};
use std::time::{SystemTime, UNIX_EPOCH};

fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a clock after 1970")
        .as_secs()
}

pub fn sntpc_asks_chrony_for_the_time() {
    let server = started(servers::chrony());
    let mut plugin = Package::Std.load("ntp", &Config::new());
    let before = now();
    let answer = call(&mut plugin, server.addr().to_string()).unwrap();
    let after = now();
    let fields: Vec<&str> = answer.split(' ').collect();
    let seconds: u64 = fields[0].parse().unwrap();
    assert!(
        (before..=after).contains(&seconds),
        "{before} {answer} {after}"
    );
    assert_eq!(fields[1], "5", "{answer}");
    // Both clocks are this machine's: they differ by what the way there and back differ.
    let offset: i64 = fields[2].parse().unwrap();
    assert!(
        offset.abs() < 1_000_000 * (after - before + 1) as i64,
        "{answer}"
    );
}

pub fn sntpc_without_std_asks_chrony_for_the_time() {
    let server = started(servers::chrony());
    let mut plugin = Package::NoStd.load("bare_ntp", &Config::new());
    let before = now();
    let answer = call(&mut plugin, server.addr().to_string()).unwrap();
    let after = now();
    let (seconds, stratum) = answer.split_once(' ').unwrap();
    let seconds: u64 = seconds.parse().unwrap();
    assert!(
        (before..=after).contains(&seconds),
        "{before} {answer} {after}"
    );
    assert_eq!(stratum, "5");
}
