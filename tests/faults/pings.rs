//! Random reports and clocks during a ping, against the expected result.

use crate::host::Clock;
use crate::ping_model::{Case, Report, run};
use crate::streams::config;
use proptest::collection::vec;
use proptest::prelude::*;
use std::time::Duration;

fn clock() -> impl Strategy<Value = Clock> {
    let step = || (1..3_000_000_u32).prop_map(|us| Duration::from_micros(us.into()));
    prop_oneof![
        3 => Just(Clock::Real),
        3 => Just(Clock::Absent),
        1 => Just(Clock::Stands),
        1 => Just(Clock::Fake),
        1 => Just(Clock::RunsBack),
        1 => Just(Clock::Leaps),
        1 => Just(Clock::Jumps),
        1 => step().prop_map(Clock::Ticks),
        1 => (1..200_000_u32).prop_map(|us| Clock::Coarse(Duration::from_micros(us.into()))),
    ]
}

/// Its own reply, or a similar one: each part of it is more often right than wrong.
fn report() -> impl Strategy<Value = Report> {
    let echo = (
        any::<u8>(),
        prop_oneof![4 => Just(0_u8), 4 => Just(129), 1 => Just(8), 1 => any::<u8>()],
        prop_oneof![9 => Just(0_u8), 1 => any::<u8>()],
        (
            0..8_u8,
            prop_oneof![6 => Just(0_i8), 1 => Just(-1), 1 => Just(1), 1 => any::<i8>()],
        ),
        (any::<u8>(), prop_oneof![6 => Just(0_u8), 1 => 1..30_u8]),
    );
    let garbage = prop_oneof![
        vec(any::<u8>(), 1..40),
        Just(vec![b'['; 8_192]),
        Just(vec![b' '; 8_193]),
    ];
    prop_oneof![
        8 => echo.prop_map(|(source, icmp_type, code, (request, beside), (payload, behind))| {
            Report::Echo { source, icmp_type, code, request, beside, payload, behind }
        }),
        1 => (any::<u8>(), any::<u8>())
            .prop_map(|(source, icmp_type)| Report::NoEcho { source, icmp_type }),
        1 => garbage.prop_map(Report::Garbage),
    ]
}

/// Microseconds: at once, soon, or in some seconds.
fn time() -> impl Strategy<Value = u32> {
    prop_oneof![Just(0), 0..10_000_u32, 0..12_000_000_u32]
}

fn case() -> impl Strategy<Value = Case> {
    let timeout = prop_oneof![0..50_u32, 0..3_000_u32, 0..20_000_u32];
    let flood = (
        time(),
        prop_oneof![0..1_000_u32, 900..2_100_u32, 0..100_000_u32],
        0..1_500_u16,
    );
    (
        (clock(), any::<u8>(), any::<u8>(), any::<u16>(), timeout),
        vec((time(), report()), 0..12),
        vec(flood, 0..3),
        vec(vec((time(), report()), 0..4), 0..8),
    )
        .prop_map(
            |((clock, target, payload, seq, timeout_ms), arriving, floods, echoes)| Case {
                clock,
                target,
                payload,
                seq,
                timeout_ms,
                arriving,
                floods,
                echoes,
            },
        )
}

proptest! {
    #![proptest_config(config(100))]

    #[test]
    fn a_ping_is_answered_by_its_own_reply_and_takes_its_time(case in case()) {
        run(&case);
    }
}
