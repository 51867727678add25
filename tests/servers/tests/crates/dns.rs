use crate::places::{Nobody, everywhere, nowhere};
use server_tests::guests::{Host, Package, call};
use server_tests::{servers, started};

pub fn simple_dns_asks_dnsmasq(host: Host) {
    let server = started(servers::dnsmasq());
    let addr = server.addr();
    let mut plugin = Package::Std.load("dns", &host.config());
    let mut ask = |question: &str| call(&mut plugin, format!("{addr} {question}"));

    assert_eq!(ask("crab.test A").unwrap(), "192.0.2.7");
    assert_eq!(ask("crab.test AAAA").unwrap(), "2001:db8::7");
    assert_eq!(ask("crab.test MX").unwrap(), "10 mail.crab.test");
    assert_eq!(ask("crab.test TXT").unwrap(), "sideways");
    let error = ask("lobster.test A").unwrap_err();
    assert!(error.contains("there is no such name"), "{error}");
}

pub fn simple_dns_takes_what_is_too_long_for_a_datagram_over_tcp(host: Host) {
    let server = started(servers::dnsmasq());
    let mut plugin = Package::Std.load("dns", &host.config());
    let answer = call(&mut plugin, format!("{} many.test TXT", server.addr())).unwrap();
    assert_eq!(answer.lines().count(), servers::MANY);
    assert!(answer.lines().all(|line| line.len() == 100), "{answer}");
    let calls = &plugin.report().calls;
    assert_eq!((calls.get("udp_connect"), calls.get("tcp_connect")), (1, 1));
}

pub fn rsdns_asks_dnsmasq(host: Host) {
    let server = started(servers::dnsmasq());
    let config = host.config();
    everywhere("std_rsdns", &config, server.addr(), |call, at| {
        let answer = call(format!("{at} crab.test")).unwrap();
        assert_eq!(answer, "192.0.2.7\n8 bytes\n");
        let error = call(format!("{at} lobster.test")).unwrap_err();
        assert!(error.starts_with("`run` failed: "), "{error}");
    });
    nowhere("std_rsdns", &config, Nobody::NameAndPort, |at| {
        format!("{at} crab.test")
    });
}
