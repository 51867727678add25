//! What std's sockets do, ours do: one suite of behaviours, run three times over the same loopback
//! server. `std::…` are the tests of `std::net` itself, `native::…` those of this library over the
//! native host, and `wasm::…` those of this library inside a plugin, in the real runtime.
//!
//! The behaviours are in `suite`, where each is written once. Where the two differ on purpose, the
//! suite says how, and checks both: `suite/differences.rs`.

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
mod server;
#[path = "standard.rs"]
mod std;
mod wasm;

/// Nobody but the compiler keeps the words and the checks together, so here they only have to be
/// fit for a table: with `--nocapture` it is shown.
#[test]
fn the_differences_make_a_table() {
    println!("| | `std::net` | this library |\n|---|---|---|");
    for difference in std::suite::differences::TABLE {
        let cells = [difference.what, difference.std, difference.ours];
        for cell in cells {
            assert!(!cell.is_empty() && !cell.contains(['|', '\n']), "{cell}");
        }
        println!("| {} |", cells.join(" | "));
    }
}
