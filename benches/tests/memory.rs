//! Keeping the kernel's allocator fast must cost no memory.

use benchmarks::cases::CASES;
use benchmarks::guests::{Guests, PROFILE, Style};
use benchmarks::run::{How, Run, run};
use std::sync::OnceLock;

const PAGE: u64 = 65_536;

fn try_it(name: &str, style: Style, how: How) -> benchmarks::Result<Run> {
    static GUESTS: OnceLock<Guests> = OnceLock::new();
    let guests = GUESTS.get_or_init(|| Guests::build(PROFILE).expect("the guests"));
    let case = CASES.iter().find(|case| case.name == name).unwrap();
    run(guests, case, style, how)
}

#[test]
fn a_call_that_talks_much_has_a_short_list_of_blocks() {
    for name in ["udp-1000", "sends-of-1", "connects"] {
        let hand = try_it(name, Style::Hand, How::plain(1_000)).unwrap();
        assert!(hand.kernel_blocks > 400, "{name}: {hand:?}");
        for style in [Style::Embedded, Style::Facade] {
            let ours = try_it(name, style, How::plain(1_000)).unwrap();
            assert!(ours.kernel_blocks < 20, "{name}: {ours:?}");
            assert_eq!(ours.kernel_bytes, PAGE, "{name}");
        }
    }
}

#[test]
fn where_memory_is_limited_it_is_enough_where_it_is_by_hand() {
    for name in [
        "udp-1000",
        "sends-of-1",
        "connects",
        "udp-100000-large",
        "mixed",
    ] {
        let enough = |style, pages| {
            let how = How {
                memory_pages: Some(pages),
                ..How::plain(1_000)
            };
            try_it(name, style, how).is_ok()
        };
        let least = (0..64).find(|pages| enough(Style::Hand, *pages));
        let least = least.expect("64 pages are enough");
        println!("{name}: {least} pages");
        assert!(enough(Style::Embedded, least), "{name}: {least} pages");
    }
}
