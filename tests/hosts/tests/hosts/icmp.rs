//! ICMP: packets in the production host's form, and real ones if permitted.

use harness_host::{Allow, Config, Dialect, Plugin, guests, icmp};
use host_tests::{Host, Outcome, Run};
use std::fs;
use tempfile::NamedTempFile;

/// What a raw socket on loopback receives during a ping, in the production host's form: an unrelated unreachable port,
/// which is not an echo; the request itself; and the reply.
const HEARD: &str = r#"{"code":3,"source":"127.0.0.1","type":3}
{"code":0,"data":"SGVsbG8=","id":1,"seq":7,"source":"127.0.0.1","type":8}
{"code":0,"data":"SGVsbG8=","id":1,"seq":7,"source":"127.0.0.1","type":0}
"#;
const INPUT: &str = "127.0.0.1 Hello";
const OUTPUT: &str = "Hello (from 127.0.0.1, type 0, seq 7)";

fn ping(host: &Host, options: &[(&str, &str)]) -> Outcome {
    let plugin = guests::example("icmp_echo").expect("the example");
    let run = Run::new(&plugin, "run", INPUT);
    let run = options
        .iter()
        .fold(run, |run, (o, value)| run.with(o, value));
    run.on(host)
}

pub fn what_the_host_hears_is_decoded(host: &'static Host) {
    let heard = NamedTempFile::new().expect("a file");
    fs::write(&heard, HEARD).expect("a file");
    let heard = heard.path().to_str().expect("a path that is text");
    let reports = ("--icmp-reports", heard);
    let outcome = ping(host, &[("--allow", "127.0.0.1"), reports]);
    assert_eq!(outcome.text(), OUTPUT);
    assert_eq!(outcome.calls_of("icmp_send"), 1);
    assert_eq!(outcome.calls_of("icmp_recv"), 3);
    // ICMP has no ports, so a rule for one does not allow it.
    for rule in ["127.0.0.1:7", "10.0.0.0/8"] {
        let outcome = ping(host, &[("--allow", rule), reports]);
        assert!(outcome.output.is_err(), "{rule}");
        assert_eq!(outcome.calls_of("icmp_recv"), 0);
    }
    if icmp::allowed().is_ok() {
        assert_eq!(reference(), OUTPUT);
    }
}

pub fn without_a_right_or_a_report_nothing_is_heard(host: &'static Host) {
    let outcome = ping(host, &[]);
    assert!(outcome.output.is_err());
    assert_eq!(outcome.calls_of("icmp_send"), 1);
    assert_eq!(outcome.calls_of("icmp_recv"), 0);
}

pub fn real_pings_come_back(host: &'static Host) {
    let outcome = ping(host, &[("--allow", "127.0.0.1")]);
    assert_eq!(outcome.text(), OUTPUT);
    assert_eq!(reference(), OUTPUT);
}

/// Returns the result of the reference host, with real packets.
fn reference() -> String {
    let config = Config::new()
        .allow(Allow::loopback())
        .dialect(Dialect::Real);
    let plugin = guests::example("icmp_echo").expect("the example");
    let mut plugin = Plugin::from_file(plugin, &config).expect("a plugin");
    let output = plugin.call("run", INPUT.as_bytes()).expect("an output");
    String::from_utf8(output).expect("text")
}
