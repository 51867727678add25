//! The compared guests must do the same work: the same bytes, the same host calls.

use benchmarks::Result;
use benchmarks::cases::{CASES, Case};
use benchmarks::guests::{Guests, PROFILE, Style};
use benchmarks::peers::{LINE, Peer};
use benchmarks::run::{How, Run, run};
use std::sync::OnceLock;

fn guests() -> &'static Guests {
    static GUESTS: OnceLock<Guests> = OnceLock::new();
    GUESTS.get_or_init(|| Guests::build(PROFILE).expect("the guests"))
}

/// Runs a small part of a case, and checks every byte.
fn little(case: &Case, style: Style) -> Result<Run> {
    let count = match case.work {
        "tcp_echo" | "tcp_send" | "tcp_receive" => 20 * case.size as u64,
        "kept" => 3,
        _ => 200,
    };
    let how = How {
        check: true,
        ..How::plain(count)
    };
    run(guests(), case, style, how)
}

/// Runs a small part of every case: by hand, over the core, over the facade.
fn all() -> &'static [(&'static Case, [Run; 3])] {
    static ALL: OnceLock<Vec<(&Case, [Run; 3])>> = OnceLock::new();
    ALL.get_or_init(|| {
        let runs = |case| Style::ALL.map(|style| little(case, style).unwrap());
        CASES.iter().map(|case| (case, runs(case))).collect()
    })
}

#[test]
fn the_same_bytes_come_in_and_go_out() {
    for (case, [hand, embedded, facade]) in all() {
        for own in [embedded, facade] {
            assert_eq!(own.digest, hand.digest, "{}", case.name);
            assert_eq!(own.bytes, hand.bytes, "{}", case.name);
            assert_eq!(own.taken, hand.taken, "{}", case.name);
        }
        if case.peer == Peer::Sink {
            assert_eq!(hand.taken, hand.bytes, "{}", case.name);
        }
        if case.peer == Peer::Lines {
            assert_eq!(hand.bytes, 200 * LINE, "{}", case.name);
        }
    }
}

#[test]
fn the_host_is_called_the_same_number_of_times() {
    for (case, [hand, embedded, facade]) in all() {
        for own in [embedded, facade] {
            if case.name == "lines-bytewise" {
                // The only difference: the guest by hand has no buffer behind the reads.
                assert_eq!(hand.host_calls["tcp_recv"], hand.bytes);
                assert!(own.host_calls["tcp_recv"] <= 3, "{own:?}");
            } else {
                assert_eq!(own.host_calls, hand.host_calls, "{}", case.name);
            }
        }
    }
}

#[test]
fn nothing_is_left_over() {
    for (case, runs) in all() {
        for run in runs {
            let left = (run.live_blocks, run.open_connections);
            assert_eq!(left, (0, 0), "{}", case.name);
        }
    }
}

#[test]
fn calls_of_the_kernel_are_counted_one_by_one() {
    let case = CASES.iter().find(|case| case.name == "udp-100").unwrap();
    let how = How {
        count_kernel_calls: true,
        ..How::plain(50)
    };
    let counted = run(guests(), case, Style::Hand, how).unwrap();
    let calls = &counted.kernel_calls;
    // Eight words per datagram, in each direction; also the address, and the outcome's four words.
    assert_eq!(calls["load_u64"], 8 * 50);
    assert_eq!(calls["length"], 50);
    assert_eq!(calls["free"], 2 * 50 + 1);
    assert_eq!(calls["alloc"], 50 + 1 + 1);
    assert_eq!(calls["output_set"], 1);
    // Without counting there is no module in between, and the fuel is lower.
    let plain = run(guests(), case, Style::Hand, How::plain(50)).unwrap();
    assert!(plain.kernel_calls.is_empty());
    assert!(plain.fuel < counted.fuel);
}

#[test]
fn fuel_repeats() {
    // Without a clock; the facade reads one, and the cost of that varies by a few instructions.
    for name in ["echo-64k", "receive-16m", "lines", "udp-100", "icmp-56"] {
        let case = CASES.iter().find(|case| case.name == name).unwrap();
        for style in [Style::Hand, Style::Embedded] {
            let (first, second) = (little(case, style).unwrap(), little(case, style).unwrap());
            assert_eq!(first.fuel, second.fuel, "{name}, {style:?}");
        }
    }
}
