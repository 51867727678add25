use crate::places::{Nobody, everywhere, nowhere};
use server_tests::guests::{Host, Package, call};
use server_tests::{servers, started};
use std::time::{SystemTime, UNIX_EPOCH};

fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a clock after 1970")
        .as_secs()
}

pub fn sntpc_asks_chrony_for_the_time(host: Host) {
    let server = started(servers::chrony());
    let mut plugin = Package::Std.load("ntp", &host.config());
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
    let offset: i64 = fields[2].parse().unwrap();
    let seconds = i64::try_from(match host {
        // Both clocks are this machine's: they differ by what the way there and back differ.
        Host::Default => after - before + 1,
        // Ours began with the year 2022.
        Host::Production => after - 1_640_995_200 + 1,
    });
    assert!(offset.abs() < 1_000_000 * seconds.unwrap(), "{answer}");
}

pub fn sntpc_without_std_asks_chrony_for_the_time(host: Host) {
    let server = started(servers::chrony());
    let mut plugin = Package::NoStd.load("bare_ntp", &host.config());
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

pub fn rsntp_asks_chrony_for_the_time(host: Host) {
    let server = started(servers::chrony());
    let config = host.config();
    everywhere("std_rsntp", &config, server.addr(), |call, at| {
        let before = now();
        let answer = call(at.to_owned()).unwrap();
        let after = now();
        let (seconds, stratum) = answer.split_once(' ').unwrap();
        let seconds: u64 = seconds.parse().unwrap();
        assert_eq!(stratum, "5");
        // On a clock that stands still, the crate reckons from a wrong time.
        if matches!(host, Host::Default) {
            assert!((before - 1..=after + 1).contains(&seconds), "{answer}");
        }
    });
    nowhere("std_rsntp", &config, Nobody::NameAndPort, str::to_owned);
}
