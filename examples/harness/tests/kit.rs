//! The kit detects every fault of a host.

use harness_host::{Allow, Config, Fault, Faults, HOST_FUNCTIONS, Plugin, icmp, kit};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;

static PLUGIN: LazyLock<PathBuf> = LazyLock::new(|| kit::plugin().expect("the kit"));
#[cfg(feature = "http")]
static HTTP: LazyLock<PathBuf> = LazyLock::new(|| kit::http_plugin().expect("the kit for HTTP"));

/// The kit's output for a host.
struct Said {
    text: String,
}

impl Said {
    fn of(config: Config) -> Self {
        Self::by(&PLUGIN, config)
    }

    fn by(plugin: &Path, config: Config) -> Self {
        let config = config.allow(Allow::loopback()).wasi(false);
        let mut plugin = Plugin::from_file(plugin, &config).unwrap();
        let peers = kit::Peers::start().unwrap();
        let output = plugin.call("run", peers.input().as_bytes()).unwrap();
        let text = String::from_utf8(output).unwrap();
        println!("{text}");
        Self { text }
    }

    /// Returns the behaviours with this verdict, as `function: what it does`.
    fn lines(&self, verdict: &str) -> Vec<&str> {
        let lines = self
            .text
            .lines()
            .filter_map(|line| line.strip_prefix(verdict));
        lines.map(str::trim).collect()
    }

    fn broken(&self) -> Vec<&str> {
        self.lines("FAILED ")
    }
}

#[test]
fn all_of_it_holds_in_the_reference_host() {
    let said = Said::of(Config::new());
    let broken = said.broken();
    if icmp::allowed_or_skipped("all_of_it_holds_in_the_reference_host, its pings") {
        assert!(broken.is_empty(), "{broken:?}");
    } else {
        assert!(
            broken.iter().all(|line| line.starts_with("icmp_")),
            "{broken:?}"
        );
    }
    // Each function has a check.
    let held: BTreeSet<_> = said
        .lines("ok ")
        .iter()
        .filter_map(|l| l.split(':').next())
        .collect();
    let icmp = icmp::allowed().is_ok();
    for function in HOST_FUNCTIONS {
        assert!(
            held.contains(function)
                || (!icmp && function.starts_with("icmp_"))
                || function == "http_request",
            "{function}"
        );
    }
}

#[test]
fn production_hears_no_early_reply_and_all_else_holds() {
    if !icmp::allowed_or_skipped("production_hears_no_early_reply_and_all_else_holds") {
        return;
    }
    let said = Said::of(Config::production());
    assert_eq!(
        said.broken(),
        ["icmp_recv: returns a reply that arrived before it was called"]
    );
}

/// Two servers keep the kit waiting for this long.
#[cfg(feature = "http")]
fn http(config: Config) -> Said {
    Said::by(&HTTP, config.http_wait(Duration::from_secs(5)))
}

#[cfg(feature = "http")]
#[test]
fn all_of_http_holds_in_the_reference_host() {
    let said = http(Config::new());
    assert!(said.broken().is_empty(), "{}", said.text);
    assert_eq!(said.lines("ok ").len(), 13);
}

#[cfg(feature = "http")]
#[test]
fn production_cuts_the_body_of_a_response_and_all_else_of_http_holds() {
    let said = http(Config::production());
    let cut = "http_request: returns 0 for a truncated body";
    assert_eq!(said.broken(), [cut]);
}

#[cfg(feature = "http")]
#[test]
fn it_sees_faults_in_http() {
    for fault in [Fault::Zero, Fault::Stall, Fault::Garbage] {
        let faults = Faults::seeded(1).rate_in("http_request", fault, 1.0);
        let config = Config::new().http_wait(Duration::from_millis(200));
        let said = Said::by(&HTTP, config.faults(faults));
        assert!(said.broken().len() > 6, "{fault}: {}", said.text);
    }
}

/// Runs the kit in the reference host with one fault in every call of one function.
fn sees(function: &str, fault: Fault) {
    if function.starts_with("icmp_") && !icmp::allowed_or_skipped(&format!("{fault} in {function}"))
    {
        return;
    }
    let faults = Faults::seeded(1).rate_in(function, fault, 1.0);
    let short = Duration::from_millis(200);
    let config = Config::new()
        .wait(short)
        .connect_wait(short)
        .icmp_wait(short);
    let said = Said::of(config.faults(faults));
    let seen = said
        .broken()
        .into_iter()
        .any(|line| line.starts_with(&format!("{function}:")));
    assert!(
        seen,
        "{fault} in {function}: the kit does not see it\n{}",
        said.text
    );
}

macro_rules! faults {
    ($($name:ident: $fault:ident in $($function:literal)+;)+) => {
        $(
            #[test]
            fn $name() {
                $(sees($function, Fault::$fault);)+
            }
        )+
    };
}

faults! {
    it_sees_drop: Drop in "tcp_send" "tcp_recv" "udp_send" "udp_recv";
    it_sees_reset: Reset in "tcp_send" "tcp_recv";
    it_sees_partial: Partial in "tcp_send";
    it_sees_stall: Stall in "tcp_connect" "tcp_recv" "udp_connect" "udp_recv" "icmp_recv";
    it_sees_over_long: OverLong in "tcp_recv" "udp_recv";
    it_sees_garbage: Garbage in "icmp_recv";
    it_sees_slow: Slow in "tcp_recv";
    it_sees_zero: Zero in "tcp_connect" "tcp_send" "tcp_recv" "udp_connect" "udp_send" "udp_recv" "icmp_send" "icmp_recv";
}

/// The rows that the kit quotes exist, word for word.
#[test]
fn every_row_is_in_the_documentation() {
    let page = include_str!("../../../docs/faults.md");
    let begins = |row: &str| {
        page.lines()
            .any(|line| line.starts_with(&format!("| {row}")))
    };
    let mut rows = 0;
    for source in [
        include_str!("../../kit/src/tcp.rs"),
        include_str!("../../kit/src/udp.rs"),
        include_str!("../../kit/src/icmp.rs"),
    ] {
        for row in source.split("row: \"").skip(1) {
            let row = row.split('"').next().unwrap();
            assert!(begins(row), "{row}");
            rows += 1;
        }
    }
    assert!(rows > 30, "{rows}");
}

#[test]
fn a_folder_gets_the_plugin_and_its_page() {
    let folder = std::env::temp_dir().join(format!("host-kit-{}", std::process::id()));
    kit::write(&folder).unwrap();
    let page = std::fs::read_to_string(folder.join("README.md")).unwrap();
    for plugin in [kit::PLUGIN, kit::HTTP_PLUGIN] {
        let wasm = std::fs::read(folder.join(plugin)).unwrap();
        assert!(wasm.starts_with(b"\0asm"));
        assert!(page.contains(plugin));
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn an_input_that_is_none_is_refused() {
    let mut plugin = Plugin::from_file(&*PLUGIN, &Config::new().wasi(false)).unwrap();
    assert!(plugin.call("run", b"127.0.0.1:80").is_err());
}
