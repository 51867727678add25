//! A UDP socket with several peers: runs an arbitrary script of calls, replies of peers and host, and faults, and
//! checks it against the reference after every operation.
#![no_main]

#[path = "../faults.rs"]
mod faults;
#[path = "../../tests/faults/host/mod.rs"]
mod host;
#[allow(dead_code, reason = "the tests use all of it")]
#[path = "../../tests/faults/model/udp.rs"]
mod model;

use arbitrary::{Result, Unstructured};
use host::{Call, Clock, Fault};
use libfuzzer_sys::fuzz_target;
use model::{Op, PEERS};

/// The maximum number of operations of one script: bugs show early.
const MOST_OPS: usize = 200;

fuzz_target!(|data: &[u8]| {
    let mut data = Unstructured::new(data);
    let mut ops = Vec::new();
    while let (Ok(op), true) = (op(&mut data), ops.len() < MOST_OPS) {
        ops.push(op);
    }
    model::run(&ops);
});

fn size(data: &mut Unstructured<'_>) -> Result<u32> {
    // Large ones are rare: they are slow, and their bugs show with small ones too.
    Ok(match data.int_in_range(0..=63)? {
        0..=62 => data.int_in_range(0..=20)?,
        _ => data.int_in_range(65_500..=65_530)?,
    })
}

fn who(data: &mut Unstructured<'_>) -> Result<u8> {
    data.int_in_range(0..=PEERS - 1)
}

fn op(data: &mut Unstructured<'_>) -> Result<Op> {
    if data.is_empty() {
        return Err(arbitrary::Error::NotEnoughData);
    }
    Ok(match data.int_in_range(0..=15)? {
        0..=3 => Op::Send(who(data)?, size(data)?),
        4..=6 => Op::Receive(size(data)?),
        7..=9 => Op::Answer(who(data)?, size(data)?),
        10 => Op::Listen(who(data)?, data.arbitrary()?),
        11 => Op::Break(Call::UdpConnect, data.int_in_range(0..=3)?, Fault::Zero),
        12 => {
            let fault = faults::receiving(data, size)?;
            Op::Break(Call::UdpRecv, data.int_in_range(0..=9)?, fault)
        }
        13 => {
            let fault = faults::sending(data, size)?;
            Op::Break(Call::UdpSend, data.int_in_range(0..=3)?, fault)
        }
        14 => match data.int_in_range(0..=5)? {
            0 => Op::ResetKernel,
            after => Op::OutOfMemory(after - 1),
        },
        _ => Op::Clock(*data.choose(&Clock::ALL)?),
    })
}
