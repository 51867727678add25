//! The kit: what of the contract holds here.

use harness_host::{icmp, kit};
use host_tests::{Host, Language, Run};

pub fn the_kit_finds_the_contract_kept(host: &'static Host) {
    let plugin = kit::plugin().expect("the kit");
    let peers = kit::Peers::start().expect("its peers");
    let run = Run::new(&plugin, "run", &peers.input());
    let run = run.with("--allow", "loopback").option("--no-wasi");
    let said = run.on(host).text();
    let broken: Vec<_> = said
        .lines()
        .filter_map(|line| line.strip_prefix("DOES NOT HOLD  "))
        .collect();
    // node has no raw sockets, and a process may lack the right to open them.
    let pings = host.language == Language::Python && icmp::allowed().is_ok();
    match pings {
        true => assert!(broken.is_empty(), "{said}"),
        false => assert_eq!(
            broken,
            ["icmp_send: sends an echo request, and returns 1"],
            "{said}"
        ),
    }
    let held = said
        .lines()
        .filter(|line| line.starts_with("holds "))
        .count();
    assert!(held > 25, "{said}");
}
