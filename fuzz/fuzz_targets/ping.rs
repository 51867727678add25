//! A ping during an arbitrary stream of ICMP reports, on every clock, checked against the expected result.
#![no_main]

#[path = "../../tests/faults/host/mod.rs"]
mod host;
#[path = "../../tests/faults/model/ping.rs"]
mod model;

use arbitrary::{Result, Unstructured};
use host::Clock;
use libfuzzer_sys::fuzz_target;
use model::{Case, Report};
use std::time::Duration;

/// The maximum number of reports of one kind, and of foreign replies in a row.
const MOST_REPORTS: usize = 20;
const LONGEST_FLOOD: u16 = 300;

fuzz_target!(|data: &[u8]| {
    if let Ok(case) = case(&mut Unstructured::new(data)) {
        model::run(&case);
    }
});

fn case(data: &mut Unstructured<'_>) -> Result<Case> {
    if data.is_empty() {
        return Err(arbitrary::Error::NotEnoughData);
    }
    let clock = clock(data)?;
    let (target, payload, seq) = (data.arbitrary()?, data.arbitrary()?, data.arbitrary()?);
    let most = *data.choose(&[50, 3_000, 20_000, u32::MAX / 4_096])?;
    let timeout_ms = data.int_in_range(0..=most)?;
    let floods = several(data, 3, |data| {
        let apart = *data.choose(&[100, 1_000, 100_000])?;
        let apart = data.int_in_range(0..=apart)?;
        Ok((time(data)?, apart, data.int_in_range(0..=LONGEST_FLOOD)?))
    })?;
    let timed = |data: &mut Unstructured<'_>| Ok((time(data)?, report(data)?));
    let echoes = several(data, 8, |data| several(data, 3, timed))?;
    Ok(Case {
        clock,
        target,
        payload,
        seq,
        timeout_ms,
        floods,
        echoes,
        arriving: several(data, MOST_REPORTS, timed)?,
    })
}

fn several<T>(
    data: &mut Unstructured<'_>,
    most: usize,
    one: impl Fn(&mut Unstructured<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let many = if data.is_empty() {
        0
    } else {
        data.int_in_range(0..=most)?
    };
    (0..many).map(|_| one(data)).collect()
}

/// Returns a duration of up to this many microseconds.
fn up_to(data: &mut Unstructured<'_>, most: u32) -> Result<Duration> {
    Ok(Duration::from_micros(data.int_in_range(1..=most)?.into()))
}

fn clock(data: &mut Unstructured<'_>) -> Result<Clock> {
    Ok(match data.int_in_range(0..=8)? {
        0 => Clock::Real,
        1 => Clock::Absent,
        2 => Clock::Stands,
        3 => Clock::Fake,
        4 => Clock::RunsBack,
        5 => Clock::Leaps,
        6 => Clock::Jumps,
        7 => Clock::Ticks(up_to(data, 3_000_000)?),
        _ => Clock::Coarse(up_to(data, 200_000)?),
    })
}

/// In microseconds.
fn time(data: &mut Unstructured<'_>) -> Result<u32> {
    let most = *data.choose(&[0, 10_000, 1_000_000, 12_000_000])?;
    data.int_in_range(0..=most)
}

/// Its own reply, or a similar one.
fn report(data: &mut Unstructured<'_>) -> Result<Report> {
    Ok(match data.int_in_range(0..=5)? {
        0 => Report::Garbage(data.arbitrary()?),
        1 => Report::NoEcho {
            source: data.arbitrary()?,
            icmp_type: data.arbitrary()?,
        },
        _ => Report::Echo {
            source: data.arbitrary()?,
            icmp_type: *data.choose(&[0, 0, 0, 129, 129, 129, 8, 128])?,
            code: *data.choose(&[0, 0, 0, 0, 1, 255])?,
            request: data.int_in_range(0..=7)?,
            beside: *data.choose(&[0, 0, 0, 0, 1, -1, 127])?,
            payload: data.arbitrary()?,
            behind: *data.choose(&[0, 0, 0, 1, 30])?,
        },
    })
}
