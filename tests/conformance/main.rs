//! What std's sockets do, ours do: one suite of behaviours, run four times over the same loopback
//! server. `std::…` are the tests of `std::net` itself, `native::…` those of this library over the
//! native host, `wasm::…` those of this library inside a plugin, in the real runtime, and
//! `production::…` the same in a host as the one in production.
//!
//! The behaviours are in `suite`, where each is written once. Where the two differ on purpose, the
//! suite says how, and checks both: `suite/differences.rs`. Where production differs, it says so too:
//! `suite/production.rs`.

/// A test of each behaviour, for a module that has the `suite` and a function `run`.
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
#[path = "standard.rs"]
mod std;
mod wasm;

/// The page about production has the same words.
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

/// The documentation's table has the same words.
#[test]
fn the_differences_are_in_the_documentation() {
    let mut table = "| | std | here |\n|---|---|---|\n".to_owned();
    for difference in std::suite::differences::TABLE {
        let cells = [difference.what, difference.std, difference.ours];
        for cell in cells {
            assert!(!cell.is_empty() && !cell.contains(['|', '\n']), "{cell}");
        }
        table += &format!("| {} |\n", cells.join(" | "));
    }
    let documented = include_str!("../../src/net/differences.md");
    assert_eq!(
        documented, table,
        "src/net/differences.md (left) is not what the suite checks"
    );
}
