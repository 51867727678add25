//! The example plugins, against loopback peers.

use harness_host::peers::{HttpServer, LineServer, TcpEcho, UdpEcho};
use harness_host::wasm::Target;
use harness_host::{Allow, Config, Plugin, guests};
use host_tests::{Host, Run};
use std::fs;
use std::net::Ipv6Addr;
use std::time::Duration;

/// The functions whose number of calls does not depend on timing: a receive may return more or less.
const STEADY: [&str; 6] = [
    "tcp_connect",
    "tcp_send",
    "tcp_close",
    "udp_connect",
    "udp_send",
    "udp_close",
];

/// Creates a call of an example, which may reach loopback.
fn call(example: &str, input: &str) -> Run {
    let plugin = guests::example(example).expect("the example");
    patient(Run::new(&plugin, "run", input).with("--allow", "loopback"))
}

/// All expected data arrives, however late on a busy machine. (A UDP receive ends with the host's wait.)
const PATIENCE: u32 = 60_000;

fn patient(run: Run) -> Run {
    run.with("--wait", &PATIENCE.to_string())
}

/// Makes a call in the reference host and in this one: the output and the use of the host functions are the same.
fn same(host: &Host, example: &str, input: &str, config: &Config, run: &Run) -> String {
    let plugin = guests::example(example).expect("the example");
    let mut plugin = Plugin::from_file(plugin, config).expect("a plugin");
    let expected = plugin.call("run", input.as_bytes()).expect("an output");
    let outcome = run.on(host);
    assert_eq!(outcome.text(), String::from_utf8_lossy(&expected));
    let calls = plugin.report().calls;
    for function in STEADY {
        assert_eq!(
            outcome.calls_of(function),
            calls.get(function),
            "{function}"
        );
    }
    outcome.text()
}

/// Returns the settings of a reference host equivalent to [`call`]'s.
fn local() -> Config {
    let wait = Duration::from_millis(PATIENCE.into());
    Config::new().allow(Allow::loopback()).wait(wait)
}

fn plain(host: &Host, example: &str, input: &str) -> String {
    same(host, example, input, &local(), &call(example, input))
}

pub fn tcp_echo_over_ipv4(host: &'static Host) {
    let echo = TcpEcho::v4().unwrap();
    let output = plain(host, "tcp_echo", &format!("{} over IPv4", echo.addr()));
    assert_eq!(output, "over IPv4");
}

pub fn tcp_echo_over_ipv6(host: &'static Host) {
    let echo = TcpEcho::v6().unwrap();
    let output = plain(host, "tcp_echo", &format!("{} over IPv6", echo.addr()));
    assert_eq!(output, "over IPv6");
}

/// An IPv6 address may name its interface. Link-local ones must.
pub fn an_interface_has_a_number_and_a_name(host: &'static Host) {
    let interfaces = fs::read_to_string("/proc/net/if_inet6").unwrap_or_default();
    let line = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let ip = Ipv6Addr::from(u128::from_str_radix(words.first()?, 16).ok()?);
        let number = u32::from_str_radix(words.get(1)?, 16).ok()?;
        let ours = ip.is_loopback() || ip.is_unicast_link_local();
        ours.then(|| {
            (
                ip,
                number.to_string(),
                words.last().unwrap_or(&"").to_string(),
            )
        })
    };
    let scoped: Vec<_> = interfaces.lines().filter_map(line).collect();
    if !scoped.iter().any(|(ip, ..)| ip.is_unicast_link_local()) {
        let test = "an_interface_has_a_number_and_a_name, its link-local part";
        harness_host::skipped(test, "this machine has no link-local address");
    }
    for (ip, number, name) in scoped {
        let echo = TcpEcho::start(Ipv6Addr::UNSPECIFIED.into()).unwrap();
        for zone in [number, name] {
            let input = format!("[{ip}%{zone}]:{} there", echo.addr().port());
            let plugin = guests::example("tcp_echo").expect("the example");
            let run = Run::new(&plugin, "run", &input).with("--allow", &ip.to_string());
            let config = Config::new().allow(ip.to_string().parse().expect("an address"));
            let output = same(host, "tcp_echo", &input, &config, &run);
            assert_eq!(output, "there", "{ip}%{zone}");
        }
    }
}

pub fn tcp_echo_by_name(host: &'static Host) {
    let echo = TcpEcho::v4().unwrap();
    let port = echo.addr().port();
    assert_eq!(
        plain(host, "tcp_echo", &format!("localhost:{port} by name")),
        "by name"
    );
    // The library itself knows `localhost`. Only the host can resolve this one.
    assert_eq!(
        plain(host, "tcp_echo", &format!("LOCALHOST.:{port} by name")),
        "by name"
    );
}

pub fn tcp_lines_are_the_same(host: &'static Host) {
    let lines = LineServer::v4().unwrap();
    let output = plain(host, "tcp_lines", &format!("{} one two", lines.addr()));
    assert_eq!(output, "you said: one\nyou said: two\n");
}

pub fn udp_echo_is_the_same(host: &'static Host) {
    let echo = UdpEcho::v4().unwrap();
    let output = plain(host, "udp_echo", &format!("{} a datagram", echo.addr()));
    assert_eq!(output, "a datagram");
}

pub fn http_get_is_the_same(host: &'static Host) {
    let server = HttpServer::v4().unwrap();
    let output = plain(host, "http_get", &format!("{}/hello.txt", server.addr()));
    assert_eq!(output, HttpServer::BODY);
}

pub fn udp_proxy_passes_on_60_000_bytes(host: &'static Host) {
    let echo = UdpEcho::v4().unwrap();
    let datagram: String = (0..60_000)
        .map(|i| char::from(b'a' + (i % 23) as u8))
        .collect();
    let config = local().set("address", echo.addr().to_string());
    let run = call("udp_proxy", &datagram).with("--set", &format!("address={}", echo.addr()));
    assert!(same(host, "udp_proxy", &datagram, &config, &run) == datagram);
}

pub fn tiny_runs_without_wasi(host: &'static Host) {
    let echo = TcpEcho::v4().unwrap();
    let input = format!("{} tiny", echo.addr());
    let run = call("tiny", &input).option("--no-wasi");
    let output = same(host, "tiny", &input, &local().wasi(false), &run);
    assert_eq!(output, "tiny");
}

/// A plugin's input, output, configuration, log and errors, through the library's module `plugin`.
pub fn a_plugin_without_std_has_all_that_a_kernel_offers(host: &'static Host) {
    let plugin = guests::package("plugin-guest", Target::Unknown).expect("the guest");
    let call = |function: &str, input: &str| {
        let run = Run::new(&plugin, function, input).option("--no-wasi");
        run.with("--set", "key=a value")
    };
    let long = "sideways".repeat(12_501);
    for (function, input, output) in [
        ("read", long.as_str(), long.as_str()),
        ("input", "short", "short"),
        ("read", "", ""),
        ("config", "key", "a value"),
        ("output_twice", "", "another"),
        ("shorter", "20 of it. ", &"20 of it. ".repeat(20)),
    ] {
        let text = call(function, input).on(host).text();
        let (len, expected) = (text.len(), output.len());
        assert!(text == output, "{function}: {len} bytes, not {expected}");
    }
    // (One of these hosts logs to standard output.)
    call("log", "a line").on(host).output.expect("an output");
    for (function, input, text) in [
        ("refuse", "", "refused: \u{fc}"),
        ("connect", "", "invalid address"),
        ("config", "absent", "no such value"),
    ] {
        let failure = call(function, input).on(host).output.expect_err(function);
        assert!(failure.contains(text), "{failure}");
    }
}

pub fn nothing_is_reached_that_is_not_allowed(host: &'static Host) {
    let echo = TcpEcho::v4().unwrap();
    let port = echo.addr().port();
    let plugin = guests::example("tcp_echo").expect("the example");
    let others = format!("127.0.0.1:{}", port ^ 1);
    for rules in [&[][..], &["10.0.0.0/8"], &[&others], &["::1"]] {
        for address in [format!("127.0.0.1:{port}"), format!("localhost:{port}")] {
            let run = Run::new(&plugin, "run", &address);
            let run = rules
                .iter()
                .fold(run, |run, rule| run.with("--allow", rule));
            let failure = run.on(host).output.expect_err("it is not allowed");
            assert!(failure.contains("could not connect"), "{failure}");
        }
    }
    assert_eq!(echo.accepted(), 0);
    let udp = UdpEcho::v4().unwrap();
    let plugin = guests::example("udp_echo").expect("the example");
    let denied = Run::new(&plugin, "run", &udp.addr().to_string()).on(host);
    let failure = denied.output.expect_err("it is not allowed");
    assert!(failure.contains("could not connect"), "{failure}");
}

pub fn an_address_is_what_it_reaches_however_it_is_written(host: &'static Host) {
    let echo = TcpEcho::v4().unwrap();
    let port = echo.addr().port();
    let plugin = guests::example("tcp_echo").expect("the example");
    for written in [
        "127.0.0.1",
        "0.0.0.0",
        "[::ffff:127.0.0.1]",
        "[::ffff:0.0.0.0]",
    ] {
        let input = format!("{written}:{port} reached");
        let run = Run::new(&plugin, "run", &input);
        let allowed = run.clone().with("--allow", &format!("127.0.0.1:{port}"));
        assert_eq!(allowed.on(host).text(), "reached", "{written}");
        let elsewhere = run.with("--allow", "0.0.0.0/8").with("--allow", "::/64");
        assert!(elsewhere.on(host).output.is_err(), "{written}");
    }
}
