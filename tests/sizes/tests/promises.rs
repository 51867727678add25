//! What the library promises to those who count bytes.

use harness_host::wasm::Target;
use sizes::built::{self, Built};
use sizes::{module, scenarios};
use std::sync::OnceLock;

fn guests() -> &'static [Built] {
    static BUILT: OnceLock<Vec<Built>> = OnceLock::new();
    BUILT.get_or_init(|| built::all().expect("the guests"))
}

#[test]
fn no_guest_has_grown() {
    let over: Vec<String> = guests()
        .iter()
        .filter(|built| built.bytes > built.guest.budget())
        .map(|built| {
            let (name, bytes) = (built.guest.name, built.bytes);
            format!("{name}: {bytes} bytes, at most {}", built.guest.budget())
        })
        .collect();
    assert!(over.is_empty(), "{over:#?}");
}

#[test]
fn a_guest_imports_what_it_uses() {
    for built in guests() {
        let (guest, imports) = (built.guest, &built.imports);
        assert_eq!(imports.host, module::expected(guest), "{}", guest.name);
        if guest.target == Target::Unknown {
            assert!(
                imports.wasi.is_empty(),
                "{}: {:?}",
                guest.name,
                imports.wasi
            );
        }
    }
}

#[test]
fn no_panic_is_reachable_where_none_should_be() {
    for built in guests() {
        let (guest, panics) = (built.guest, built.imports.panic);
        if guest.never_panics {
            assert!(!panics, "{} can panic", guest.name);
        } else if guest.target == Target::Unknown {
            println!("{} can panic: {panics}", guest.name);
        }
    }
}

#[test]
fn each_pair_does_the_same() {
    let (runs, skipped) = scenarios::run_all(guests()).expect("a pair of guests");
    assert!(runs > 0);
    if let Some(why) = skipped {
        harness_host::skipped("each_pair_does_the_same, its ICMP part", &why);
    }
}
