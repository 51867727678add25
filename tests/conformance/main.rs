//! Our sockets behave like std's: one suite of behaviours, run six times over the same loopback server. `std::…` are
//! the tests of `std::net` itself, `native::…` those of this library over the native host, `wasm::…` those of this
//! library inside a plugin, in the real runtime, and `production::…` the same in a host like production. `shadow::…`
//! are those of `std::net` inside a plugin whose std is `harness-std`: by a line in its Cargo.toml, and for all crates.
//!
//! Each behaviour is written once, in `suite`. The suite describes and checks intended differences in
//! `suite/differences.rs`, and those of production in `suite/production.rs`.

/// Defines a test for each behaviour, in a module that has the `suite` and a function `run`.
macro_rules! tests {
    ($($module:ident: $($name:ident)+;)+) => {$($(
        #[test]
        fn $name() {
            run(stringify!($name), suite::$module::$name);
        }
    )+)+};
}

mod native;
mod production;
mod server;
mod shadow;
#[path = "standard.rs"]
mod std;
mod wasm;

/// The page about production contains the same texts.
#[test]
fn the_differences_of_production_are_in_the_documentation() {
    let mut table = "| | in other hosts | in production | why |\n|---|---|---|---|\n".to_owned();
    for difference in std::suite::production::TABLE {
        let cells = [
            difference.what,
            difference.elsewhere,
            difference.there,
            difference.why,
        ];
        for cell in cells {
            assert!(!cell.is_empty() && !cell.contains(['|', '\n']), "{cell}");
        }
        table += &format!("| {} |\n", cells.join(" | "));
    }
    let page = include_str!("../../docs/production.md");
    assert!(
        page.contains(&table),
        "docs/production.md has not this table:\n{table}"
    );
}

/// The documentation's table contains the same texts.
#[test]
fn the_differences_are_in_the_documentation() {
    let head = "| | std | here |\n|---|---|---|\n";
    let (mut ours, mut shadows) = (head.to_owned(), head.to_owned());
    for difference in std::suite::differences::TABLE {
        let row = |here: &str| {
            let cells = [difference.what, difference.std, here];
            for cell in cells {
                assert!(!cell.is_empty() && !cell.contains(['|', '\n']), "{cell}");
            }
            format!("| {} |\n", cells.join(" | "))
        };
        if difference.std != difference.ours {
            ours += &row(difference.ours);
        }
        if let Some(shadow) = difference.shadow {
            shadows += &row(shadow);
        }
    }
    let documented = include_str!("../../src/net/differences.md");
    assert_eq!(
        documented, ours,
        "src/net/differences.md (left) is not what the suite checks"
    );
    let readme = include_str!("../../harness-std/README.md");
    assert!(
        readme.contains(&shadows),
        "harness-std/README.md does not have what the suite checks:\n{shadows}"
    );
}
