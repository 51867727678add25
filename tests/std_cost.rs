//! The cost of `harness-std` compared with a changed `use` line: the same plugin, built in each way, in the real
//! runtime. The figures in its README are these.

#![cfg(not(target_family = "wasm"))]

use harness_host::peers::{TcpEcho, UdpEcho};
use harness_host::wasm::{Build, Compiler, Target};
use harness_host::{Allow, Config, Plugin, guests, skipped, table};
use std::path::Path;

/// The compiler that produced the figures in the README.
const MADE_WITH: &str = "rustc 1.95.";

/// How a plugin is built, and its cost: bytes, and the fuel of each of its functions.
struct Way {
    name: &'static str,
    bytes: u64,
    fuel: Vec<u64>,
}

fn measure(name: &'static str, how: impl FnOnce(Build<'_>) -> Build<'_>) -> Way {
    let say = |line: &str| eprintln!("{line}");
    let workspace = guests::workspace().expect("the workspace");
    let compiler = Compiler::find(Target::Wasip1, &say).expect("a compiler");
    let build = Build::new(&compiler, &workspace)
        .package("std-cost-guest")
        .profile("guest")
        .target_dir(&guests::target_dir(&workspace));
    let artifacts = how(build).run(&say).expect("the guest");
    let artifact = artifacts.into_iter().next().expect("the guest");
    // The next build may replace the file.
    let fuel = fuel(&artifact.path);
    let bytes = artifact.bytes;
    Way { name, bytes, fuel }
}

fn fuel(path: &Path) -> Vec<u64> {
    let (tcp, udp) = (TcpEcho::v4().unwrap(), UdpEcho::v4().unwrap());
    let by_name = format!("localhost:{}", tcp.addr().port());
    let calls = [
        ("tcp", tcp.addr().to_string()),
        ("udp", udp.addr().to_string()),
        ("connect", tcp.addr().to_string()),
        ("connect", by_name),
    ];
    let calls = calls.iter().map(|(function, input)| {
        let config = Config::new().allow(Allow::loopback());
        let mut plugin = Plugin::from_file(path, &config).expect("a plugin");
        plugin.call(function, input.as_bytes()).expect("an answer");
        assert_eq!(plugin.open_connections(), 0);
        plugin.report().fuel
    });
    calls.collect()
}

#[test]
fn the_shadow_costs_what_its_readme_says() {
    let ways = [
        measure("changed `use` line", |build| build.features(["library"])),
        measure("one line in Cargo.toml", |build| build.features(["line"])),
        measure("for all crates", |build| build.harness_std()),
    ];
    for way in &ways {
        let fuel: Vec<_> = way.fuel.iter().map(|n| table::grouped(*n)).collect();
        let bytes = table::grouped(way.bytes);
        println!("| {} | {bytes} | {} |", way.name, fuel.join(" | "));
    }
    let [library, shadows @ ..] = &ways;
    for way in shadows {
        // The table of placeholder addresses, and the layer with std's signatures.
        assert!(way.bytes < library.bytes + 8_192, "{}", way.name);
        // On an open connection it is at most one more call. The address text of a datagram is parsed each time; the
        // library only compares it with the previous text.
        let most = |of: usize, part: u64| library.fuel[of] + library.fuel[of] / part;
        assert!(way.fuel[0] <= most(0, 8), "{}", way.name);
        assert!(way.fuel[1] <= most(1, 5), "{}", way.name);
    }

    let compiler = Compiler::find(Target::Wasip1, &|_| {}).expect("a compiler");
    if !compiler.version().starts_with(MADE_WITH) {
        skipped("the figures in harness-std/README.md", compiler.version());
        return;
    }
    let readme = include_str!("../harness-std/README.md");
    for way in &ways {
        let row = readme.lines().find_map(|line| {
            let cells = line.strip_prefix("| ")?.strip_suffix(" |")?;
            cells.strip_prefix(way.name)?.strip_prefix(" | ")
        });
        let row = row.unwrap_or_else(|| panic!("no row `{}`", way.name));
        let said = row.split(" | ").map(|cell| {
            let digits = cell.replace(',', "");
            digits.parse::<u64>().expect("a number")
        });
        let is = [way.bytes].into_iter().chain(way.fuel.iter().copied());
        for (said, is) in said.zip(is) {
            assert!(
                said.abs_diff(is) <= is / 20,
                "{}: {said}, is {is}",
                way.name
            );
        }
    }
}
