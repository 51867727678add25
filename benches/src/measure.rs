//! Measures a case: all three guests in turn, several times.

use crate::Result;
use crate::cases::Case;
use crate::goals::{ALWAYS, Goal};
use crate::guests::{Guests, Style};
use crate::measured::{Measured, Styled};
use crate::peers::Peer;
use crate::run::{How, Run, run, run_work};
use crate::verdicts::judge;
use std::collections::BTreeMap;

/// The loops that only move bytes, with which bulk transfers are compared.
const FLOORS: [&str; 4] = [
    "floor_load",
    "floor_load_unrolled",
    "floor_store",
    "floor_store_unrolled",
];

/// Measures a case.
pub fn measure(guests: &Guests, case: &Case, quick: bool) -> Result<Measured> {
    let count = if quick { case.quick } else { case.count };
    let rounds = if quick { 1 } else { case.rounds };
    let mut runs: [Vec<Run>; 3] = Default::default();
    for round in 0..rounds {
        // In turn, with a different first guest in each round.
        for turn in 0..Style::ALL.len() {
            let at = (round + turn) % Style::ALL.len();
            let run = run(guests, case, Style::ALL[at], How::plain(count))?;
            whole(case, Style::ALL[at], &run)?;
            runs[at].push(run);
        }
    }
    let styled = |style| styled(guests, case, style, count, &runs);
    let styles = [
        styled(Style::Hand)?,
        styled(Style::Embedded)?,
        styled(Style::Facade)?,
    ];
    let mut measured = Measured {
        name: case.name,
        about: case.about,
        count,
        shortened: count < case.count,
        rounds,
        styles,
        floors: BTreeMap::new(),
        goals: Vec::new(),
    };
    if has(case, |goal| matches!(goal, Goal::Floor(..))) {
        // The bytes go in one direction only.
        let way = if case.peer == Peer::Sink {
            "store"
        } else {
            "load"
        };
        for floor in FLOORS.into_iter().filter(|floor| floor.contains(way)) {
            let run = run_work(guests, case, floor, Style::Hand, How::plain(count))?;
            measured.floors.insert(floor, run.fuel);
        }
    }
    measured.goals = case
        .goals
        .iter()
        .chain(&ALWAYS)
        .map(|goal| judge(*goal, &measured))
        .collect();
    Ok(measured)
}

/// Fails if a run leaks, since it is not worth measuring then.
fn whole(case: &Case, style: Style, run: &Run) -> Result<()> {
    if run.live_blocks == 0 && run.open_connections == 0 {
        return Ok(());
    }
    let (blocks, connections) = (run.live_blocks, run.open_connections);
    Err(format!(
        "{}, {}: left over: {blocks} blocks, {connections} connections",
        case.name,
        style.name()
    )
    .into())
}

fn has(case: &Case, goal: impl Fn(&Goal) -> bool) -> bool {
    case.goals.iter().any(goal)
}

fn styled(
    guests: &Guests,
    case: &Case,
    style: Style,
    count: u64,
    runs: &[Vec<Run>; 3],
) -> Result<Styled> {
    let (hand, own) = (&runs[0], &runs[style as usize]);
    let first = own.first().ok_or("no run")?;
    let fuels = || own.iter().map(|run| run.fuel);
    let spread = fuels().max().unwrap_or(0) - fuels().min().unwrap_or(0);
    let by_hand = hand.first().map_or(0, |run| run.fuel);
    let counted = case.counted.min(count);
    let counting = How {
        count_kernel_calls: true,
        ..How::plain(counted)
    };
    let warm = |warm| run(guests, case, style, How::plain(warm));
    Ok(Styled {
        style,
        run: first.clone(),
        fuel_spread: spread,
        fuel_ratio: first.fuel as f64 / by_hand as f64,
        time_ratios: own
            .iter()
            .zip(hand)
            .map(|(own, hand)| own.time.as_secs_f64() / hand.time.as_secs_f64())
            .collect(),
        counted: (counted, run(guests, case, style, counting)?),
        warm: case.warm.map(warm).transpose()?,
        // By hand there is nothing to judge, and these runs are the longest.
        steady: if style != Style::Hand && has(case, |goal| matches!(goal, Goal::Steady(_))) {
            Some(steady(guests, case, style, count, first.fuel)?)
        } else {
            None
        },
    })
}

/// Returns the fuel of an operation at the start (after the first twentieth) and at the end: the difference of two
/// runs, one of which is longer by that operation. Until then they do the same, with the same random numbers.
fn steady(guests: &Guests, case: &Case, style: Style, count: u64, all: u64) -> Result<(f64, f64)> {
    let part = count / 20;
    let fuel = |count| run(guests, case, style, How::plain(count)).map(|run| run.fuel);
    let each = |more: u64, less: u64| (more as f64 - less as f64) / part as f64;
    let start = each(fuel(2 * part)?, fuel(part)?);
    let end = each(all, fuel(count - part)?);
    Ok((start, end))
}
