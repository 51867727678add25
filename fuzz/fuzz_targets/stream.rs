//! A stream: runs an arbitrary script of calls, host replies, and faults, and checks it against the reference after
//! every operation.
#![no_main]

#[path = "../faults.rs"]
mod faults;
#[path = "../../tests/faults/host/mod.rs"]
mod host;
#[path = "../../tests/faults/model/mod.rs"]
mod model;

use arbitrary::{Result, Unstructured};
use harness_wasi_sockets::Silence;
use harness_wasi_sockets::embedded::Shutdown;
use host::{Call, Clock, Fault, Reply};
use libfuzzer_sys::fuzz_target;
use model::Op;
use std::time::Duration;

/// The maximum number of operations of one script: bugs show early.
const MOST_OPS: usize = 200;

fuzz_target!(|data: &[u8]| {
    let mut data = Unstructured::new(data);
    let Ok((capacity, connecting)) = start(&mut data) else {
        return;
    };
    let mut ops = Vec::new();
    while let (Ok(op), true) = (op(&mut data), ops.len() < MOST_OPS) {
        ops.push(op);
    }
    match capacity {
        0 => model::run::<1>(connecting, &ops),
        1 => model::run::<7>(connecting, &ops),
        _ => model::run::<1_024>(connecting, &ops),
    }
});

fn start(data: &mut Unstructured<'_>) -> Result<(u8, Option<Fault>)> {
    if data.is_empty() {
        return Err(arbitrary::Error::NotEnoughData);
    }
    let capacity = data.int_in_range(0..=2)?;
    let connecting = match data.int_in_range(0..=9)? {
        0 => Some(Fault::Zero),
        1 => Some(Fault::Says(u32::MAX)),
        _ => None,
    };
    Ok((capacity, connecting))
}

fn size(data: &mut Unstructured<'_>) -> Result<u32> {
    // Large ones are rare: they are slow, and their bugs show with small ones too.
    Ok(match data.int_in_range(0..=63)? {
        0..=51 => data.int_in_range(0..=20)?,
        52..=62 => data.int_in_range(1_000..=1_050)?,
        _ => data.int_in_range(0..=70_000)?,
    })
}

fn op(data: &mut Unstructured<'_>) -> Result<Op> {
    if data.is_empty() {
        return Err(arbitrary::Error::NotEnoughData);
    }
    Ok(match data.int_in_range(0..=18)? {
        0..=1 => Op::Read(size(data)?),
        2..=3 => Op::Peek(size(data)?),
        4 => Op::Fill,
        5 => Op::Consume(size(data)?),
        6 => Op::ReadBlock(size(data)?),
        7 => Op::Ready,
        8 => Op::Write(size(data)?),
        9 => Op::WriteAll(size(data)?),
        10 => Op::WriteBlock(size(data)?),
        11 => Op::Shut(*data.choose(&[Shutdown::Read, Shutdown::Write, Shutdown::Both])?),
        12 => Op::Timeout(data.arbitrary()?),
        13..=14 => Op::Reply(match data.int_in_range(0..=6)? {
            0 => Reply::Silence,
            1 => Reply::Nothing,
            2 => Reply::Late(Duration::from_millis(*data.choose(&[1, 12, 70, 2_000])?)),
            _ => Reply::Come(size(data)?.max(1)),
        }),
        15 => {
            let fault = faults::receiving(data, size)?;
            Op::Break(Call::TcpRecv, data.int_in_range(0..=3)?, fault)
        }
        16 => {
            let fault = faults::sending(data, size)?;
            Op::Break(Call::TcpSend, data.int_in_range(0..=3)?, fault)
        }
        17 => match data.int_in_range(0..=7)? {
            0 => Op::ResetKernel,
            1 => Op::MemoryIsBack,
            2 => Op::Silence(*data.choose(&[Silence::EndOfStream, Silence::TimedOut])?),
            after => Op::OutOfMemory(after - 3, data.arbitrary()?),
        },
        _ => Op::Clock(*data.choose(&Clock::ALL)?),
    })
}
