//! The kit: which parts of the contract hold here.

use harness_host::{icmp, kit};
use host_tests::{Host, Language, Run};
use std::path::Path;

/// Hosts with one fault each, made by `broken.py`, and the kit's output for each.
const BROKEN: [(&str, &str); 16] = [
    ("tcp_close_does_nothing", "tcp_close: closes the connection"),
    ("udp_close_does_nothing", "udp_close: invalidates the id"),
    (
        "the_length_is_not_looked_at",
        "tcp_send: sends at most the given length",
    ),
    (
        "the_length_is_not_looked_at",
        "udp_send: sends at most the given length",
    ),
    (
        "an_address_ends_with_a_nul",
        "tcp_connect: uses the length of the address's block",
    ),
    ("no_name_is_looked_up", "tcp_connect: resolves a name"),
    ("no_ipv6", "tcp_connect: accepts an IPv6 address"),
    (
        "every_connect_is_said_to_work",
        "tcp_connect: returns 0 for a closed port",
    ),
    (
        "every_id_is_the_same",
        "tcp_connect: returns a different id",
    ),
    (
        "a_block_is_freed_that_was_lent",
        "tcp_send: does not free the plugin's block",
    ),
    (
        "a_silence_is_short",
        "tcp_recv: waits at least 100 ms for a silent peer",
    ),
    (
        "a_silence_costs_a_byte",
        "tcp_recv: loses nothing when a wait",
    ),
    ("the_end_is_late", "tcp_recv: returns 0 at once after EOF"),
    (
        "datagrams_are_joined",
        "udp_recv: returns one datagram per call",
    ),
    (
        "long_datagrams_are_cut",
        "udp_recv: returns datagrams of 60,000 bytes",
    ),
    (
        "bytes_come_out_of_order",
        "tcp_recv: returns every byte, in order",
    ),
];

/// The same for `http_request`.
const BROKEN_HTTP: [(&str, &str); 8] = [
    (
        "credentials_are_passed_on",
        "does not send credentials to another origin after a redirect",
    ),
    (
        "no_redirect_is_followed",
        "follows ten redirects, and returns 0 for more",
    ),
    (
        "a_redirect_is_always_a_get",
        "turns a POST into a GET on 303, and repeats it on 307",
    ),
    (
        "gzip_is_left_as_it_is",
        "decodes gzip that the plugin did not ask for",
    ),
    ("a_short_body_is_whole", "returns 0 for a truncated body"),
    (
        "each_read_has_a_limit_of_its_own",
        "returns 0 within seconds for a server that sends a byte now and then",
    ),
    (
        "only_the_last_header_counts",
        "sends the method, each header and the body",
    ),
    (
        "a_block_of_a_request_is_freed",
        "does not free the plugin's blocks",
    ),
];

pub fn the_kit_finds_the_contract_kept(host: &'static Host) {
    let plugin = kit::plugin().expect("the kit");
    let peers = kit::Peers::start().expect("its peers");
    let run = Run::new(&plugin, "run", &peers.input());
    let run = run.with("--allow", "loopback").option("--no-wasi");
    let said = run.on(host).text();
    let broken: Vec<_> = said
        .lines()
        .filter_map(|line| line.strip_prefix("FAILED     "))
        .collect();
    // node has no raw sockets, and a process may lack permission to open them.
    let pings = host.language == Language::Python && icmp::allowed().is_ok();
    match pings {
        true => assert!(broken.is_empty(), "{said}"),
        false => assert_eq!(
            broken,
            ["icmp_send: sends an echo request, and returns 1"],
            "{said}"
        ),
    }
    let held = said.lines().filter(|line| line.starts_with("ok ")).count();
    assert!(held > 25, "{said}");
}

pub fn the_kit_finds_the_contract_of_http_kept(host: &'static Host) {
    let plugin = kit::http_plugin().expect("the kit");
    let peers = kit::Peers::start().expect("its peers");
    let run = Run::new(&plugin, "run", &peers.input());
    let run = run.with("--allow", "loopback").with("--http-wait", "5000");
    let said = run.option("--no-wasi").on(host).text();
    assert!(said.contains("13 ok, 0 failed, 0 not tried"), "{said}");
}

/// Violations of the contract that the reference host's faults do not cover.
pub fn the_kit_sees_a_host_that_is_wrong(host: &'static Host) {
    let plugin = kit::plugin().expect("the kit");
    unseen(
        host,
        &plugin,
        BROKEN
            .map(|(breakage, seen)| (breakage, seen.to_owned()))
            .into(),
    );
}

/// The same for `http_request`.
pub fn the_kit_sees_a_host_whose_http_is_wrong(host: &'static Host) {
    let plugin = kit::http_plugin().expect("the kit");
    let seen = |seen| format!("http_request: {seen}");
    unseen(
        host,
        &plugin,
        BROKEN_HTTP.map(|(breakage, s)| (breakage, seen(s))).into(),
    );
}

fn unseen(host: &Host, plugin: &Path, broken: Vec<(&str, String)>) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hosts/broken.py");
    let mut unseen = Vec::new();
    for (breakage, seen) in broken {
        let peers = kit::Peers::start().expect("its peers");
        let mut command = host.command_for_script(&script);
        command.arg(plugin).arg(peers.input()).arg(breakage);
        let output = command.output().expect("a script");
        let said = String::from_utf8_lossy(&output.stdout);
        if !said.contains(&format!("FAILED     {seen}")) {
            let errors = String::from_utf8_lossy(&output.stderr);
            unseen.push(format!("{breakage}: {said}{errors}"));
        }
    }
    assert!(unseen.is_empty(), "{}", unseen.join("\n"));
}
