//! The cost of a request for a plugin: by the host, and by a client inside the plugin. The table is in `features.md`.

use crate::host_http::{server, trusting};
use harness_host::{Config, guests};
use server_tests::guests::{Host, Package, call};
use std::fs;

/// How far the fuel may be from the table's, in percent. A handshake uses random numbers.
const NEAR: u64 = 10;

/// A plugin, with or without TLS, and its settings.
struct Way {
    plugin: &'static str,
    tls: bool,
    config: Config,
}

/// Returns the fuel of the second call: the first includes the plugin's start.
fn fuel(way: &Way, url: &str) -> u64 {
    let mut plugin = Package::Std.load(way.plugin, &way.config);
    call(&mut plugin, url).unwrap();
    plugin.reset_counters();
    call(&mut plugin, url).unwrap();
    plugin.report().fuel
}

pub fn the_table_of_features_says_what_a_request_costs() {
    let (server, authority) = server("localhost");
    let config = trusting(Host::Default, &authority).set("authority", authority.pem());
    let way = |plugin, tls| Way {
        plugin,
        tls,
        config: config.clone(),
    };
    let page = guests::workspace().unwrap().join("features.md");
    let page = fs::read_to_string(page).unwrap();
    let measured = [
        way("host_http", false),
        way("http", false),
        way("host_http", true),
        way("https", true),
    ]
    .map(|way| {
        let (scheme, site) = match way.tls {
            false => ("HTTP", format!("http://localhost:{}", server.http().port())),
            true => (
                "HTTPS",
                format!("https://localhost:{}", server.tls13().port()),
            ),
        };
        let fuel = ["hello.txt", "big.txt"].map(|file| fuel(&way, &format!("{site}/{file}")));
        println!("{} {scheme}: {fuel:?}", way.plugin);
        (format!("| `{}`, {scheme} |", way.plugin), fuel)
    });
    for (start, fuel) in measured {
        let row = page.lines().find(|line| line.starts_with(&start));
        let row = row.unwrap_or_else(|| panic!("no row: {start}"));
        let numbers = row.split('|').map(|cell| cell.trim().replace(',', ""));
        let numbers: Vec<u64> = numbers.filter_map(|cell| cell.parse().ok()).collect();
        let [_bytes, said @ ..] = &numbers[..] else {
            panic!("{row}");
        };
        assert_eq!(said.len(), fuel.len(), "{row}");
        for (fuel, said) in fuel.iter().zip(said) {
            assert!(fuel.abs_diff(*said) <= said * NEAR / 100, "{row}: {fuel}");
        }
    }
}
