//! Random operations and faults on a stream, against the reference.

use crate::host::{Call, Clock, Fault, Reply};
use crate::model::{Op, run};
use harness_wasi_sockets::Silence;
use harness_wasi_sockets::embedded::Shutdown;
use proptest::collection::vec;
use proptest::prelude::*;
use std::time::Duration;

/// The sizes at which the behaviour changes are as likely as all others.
fn size() -> impl Strategy<Value = u32> {
    prop_oneof![0..20_u32, 60..70_u32, 1_020..1_030_u32, 65_530..65_540_u32]
}

fn small() -> impl Strategy<Value = u32> {
    0..20_u32
}

fn receive_fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        Just(Fault::Zero),
        Just(Fault::Dangling),
        Just(Fault::Inside),
        Just(Fault::Empty),
        prop_oneof![1..12_u32, Just(64), Just(300_000)].prop_map(Fault::Longer),
    ]
}

fn send_fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        Just(Fault::Zero),
        prop_oneof![size(), Just(u32::MAX)].prop_map(Fault::Says),
        size().prop_map(Fault::Takes),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        8 => small().prop_map(Op::Read),
        4 => size().prop_map(Op::Read),
        6 => small().prop_map(Op::Peek),
        3 => Just(Op::Fill),
        3 => small().prop_map(Op::Consume),
        2 => size().prop_map(Op::ReadBlock),
        2 => Just(Op::Ready),
        3 => size().prop_map(Op::Write),
        2 => size().prop_map(Op::WriteAll),
        1 => size().prop_map(Op::WriteBlock),
        1 => prop_oneof![Just(Shutdown::Read), Just(Shutdown::Write), Just(Shutdown::Both)]
            .prop_map(Op::Shut),
        1 => proptest::option::of(prop_oneof![0..40_000_u32, any::<u32>()]).prop_map(Op::Timeout),
        12 => size().prop_map(|n| Op::Reply(Reply::Come(n.max(1)))),
        3 => Just(Op::Reply(Reply::Silence)),
        2 => Just(Op::Reply(Reply::Nothing)),
        1 => prop_oneof![Just(1_u64), Just(12), Just(70), Just(2_000)]
            .prop_map(|ms| Op::Reply(Reply::Late(Duration::from_millis(ms)))),
        3 => (0..3_u8, receive_fault()).prop_map(|(n, f)| Op::Break(Call::TcpRecv, n, f)),
        2 => (0..3_u8, send_fault()).prop_map(|(n, f)| Op::Break(Call::TcpSend, n, f)),
        1 => (0..4_u8, any::<bool>()).prop_map(|(n, for_good)| Op::OutOfMemory(n, for_good)),
        1 => Just(Op::MemoryIsBack),
        1 => prop_oneof![Just(Silence::EndOfStream), Just(Silence::TimedOut)].prop_map(Op::Silence),
        1 => Just(Op::ResetKernel),
        1 => proptest::sample::select(Clock::ALL.to_vec()).prop_map(Op::Clock),
    ]
}

/// Runs `PROPTEST_CASES` cases, or by default few.
pub fn config(cases: u32) -> ProptestConfig {
    match std::env::var_os("PROPTEST_CASES") {
        Some(_) => ProptestConfig::default(),
        None => ProptestConfig::with_cases(cases),
    }
}

proptest! {
    #![proptest_config(config(100))]

    #[test]
    fn a_stream_of_seven_bytes_is_what_the_host_gave(ops in vec(op(), 0..60)) {
        run::<7>(None, &ops);
    }

    #[test]
    fn a_stream_of_one_byte_is_what_the_host_gave(ops in vec(op(), 0..60)) {
        run::<1>(None, &ops);
    }

    #[test]
    fn a_stream_is_what_the_host_gave(ops in vec(op(), 0..60)) {
        run::<1_024>(None, &ops);
    }
}
