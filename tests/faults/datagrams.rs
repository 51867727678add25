//! Random operations and faults on UDP sockets with several peers, against the reference.

use crate::host::{Call, Clock, Fault};
use crate::streams::config;
use crate::udp_model::{Op, PEERS, run};
use proptest::collection::vec;
use proptest::prelude::*;

fn size() -> impl Strategy<Value = u32> {
    prop_oneof![8 => 0..20_u32, 1 => 65_505..65_530_u32]
}

fn op() -> impl Strategy<Value = Op> {
    let who = || prop_oneof![3 => 0..4_u8, 2 => 0..PEERS];
    let receive_fault = prop_oneof![
        Just(Fault::Zero),
        Just(Fault::Dangling),
        Just(Fault::Inside),
        Just(Fault::Empty),
        (1..12_u32).prop_map(Fault::Longer),
    ];
    let send_fault = prop_oneof![
        2 => Just(Fault::Zero),
        1 => prop_oneof![size(), Just(u32::MAX)].prop_map(Fault::Says),
        1 => size().prop_map(Fault::Takes),
    ];
    prop_oneof![
        16 => (who(), size()).prop_map(|(to, n)| Op::Send(to, n)),
        12 => size().prop_map(Op::Receive),
        12 => (who(), size()).prop_map(|(from, n)| Op::Answer(from, n)),
        2 => (who(), any::<bool>()).prop_map(|(at, listens)| Op::Listen(at, listens)),
        1 => (0..2_u8).prop_map(|n| Op::Break(Call::UdpConnect, n, Fault::Zero)),
        2 => (0..3_u8, receive_fault).prop_map(|(n, f)| Op::Break(Call::UdpRecv, n, f)),
        2 => (0..3_u8, send_fault).prop_map(|(n, f)| Op::Break(Call::UdpSend, n, f)),
        1 => (0..4_u8).prop_map(Op::OutOfMemory),
        1 => Just(Op::ResetKernel),
        1 => proptest::sample::select(Clock::ALL.to_vec()).prop_map(Op::Clock),
    ]
}

proptest! {
    #![proptest_config(config(100))]

    #[test]
    fn a_socket_with_several_peers_hears_each_of_them(ops in vec(op(), 0..120)) {
        run(&ops);
    }
}
