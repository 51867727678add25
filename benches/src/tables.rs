//! The measurements as tables.

use crate::guests::Style;
use crate::measured::{Measured, OF_EACH_GUEST};
use crate::table::Table;
use harness_host::table::grouped;
use std::collections::BTreeMap;

/// Returns all tables of the cases, each with a heading and a description of its columns.
#[must_use]
pub fn all(measured: &[Measured]) -> String {
    let tables: [(&str, Table); 5] = [
        ("Fuel", fuel(measured)),
        ("Goals", goals(measured)),
        ("Calls", calls(measured)),
        ("Memory", memory(measured)),
        ("Processor time, to that by hand", time(measured)),
    ];
    tables
        .into_iter()
        .map(|(title, table)| format!("## {title}\n\n{}\n", table.markdown()))
        .collect()
}

fn fuel(measured: &[Measured]) -> Table {
    let mut table = Table::new(&[
        "case",
        "#count",
        "#by hand",
        "#embedded",
        "#ratio",
        "#facade",
        "#ratio",
        "#floor",
        "#unrolled",
        "#kernel calls by hand",
        "#embedded",
        "#facade",
        "repeats",
    ]);
    for m in measured {
        let [hand, embedded, facade] = &m.styles;
        let floor = |unrolled: bool| {
            let mut floors = m.floors.iter();
            let found = floors.find(|(name, _)| name.ends_with("unrolled") == unrolled);
            found.map_or_else(String::new, |(_, fuel)| grouped(*fuel))
        };
        table.row(vec![
            m.about.to_owned(),
            grouped(m.count),
            grouped(hand.run.fuel),
            grouped(embedded.run.fuel),
            format!("{:.3}", embedded.fuel_ratio),
            grouped(facade.run.fuel),
            format!("{:.3}", facade.fuel_ratio),
            floor(false),
            floor(true),
            grouped(hand.kernel_calls()),
            more(embedded.kernel_calls(), hand.kernel_calls()),
            more(facade.kernel_calls(), hand.kernel_calls()),
            repeats(m),
        ]);
    }
    table
}

/// Returns by how much one number is larger or smaller than another.
fn more(own: u64, than: u64) -> String {
    match own.checked_sub(than) {
        Some(0) => "the same".to_owned(),
        Some(more) => format!("+{}", grouped(more)),
        None => format!("-{}", grouped(than.saturating_sub(own))),
    }
}

fn repeats(m: &Measured) -> String {
    if m.rounds == 1 {
        return "run once".to_owned();
    }
    let spread = m.styles.iter().map(|s| s.fuel_spread).max().unwrap_or(0);
    match spread {
        0 => "yes".to_owned(),
        _ => {
            let names: Vec<String> = m
                .styles
                .iter()
                .filter(|s| s.fuel_spread > 0)
                .map(|s| format!("{}: within {}", s.style.name(), grouped(s.fuel_spread)))
                .collect();
            names.join("; ")
        }
    }
}

fn goals(measured: &[Measured]) -> Table {
    let mut table = Table::new(&["case", "guest", "goal", "#measured", "met"]);
    for m in measured {
        for verdict in &m.goals {
            table.row(vec![
                m.about.to_owned(),
                verdict.style.to_owned(),
                verdict.goal.clone(),
                verdict.measured.clone(),
                if verdict.met { "met" } else { "MISSED" }.to_owned(),
            ]);
        }
    }
    table
}

fn calls(measured: &[Measured]) -> Table {
    let mut table = Table::new(&["case", "guest", "host calls", "#counted at", "kernel calls"]);
    for m in measured {
        for s in &m.styles {
            table.row(vec![
                m.about.to_owned(),
                s.style.name().to_owned(),
                list(&s.run.host_calls, &[]),
                grouped(s.counted.0),
                list(&s.counted.1.kernel_calls, &OF_EACH_GUEST),
            ]);
        }
    }
    table
}

fn list(calls: &BTreeMap<&'static str, u64>, but: &[&str]) -> String {
    let calls: Vec<String> = calls
        .iter()
        .filter(|(name, _)| !but.contains(name))
        .map(|(name, count)| format!("{name} {}", grouped(*count)))
        .collect();
    calls.join(", ")
}

fn memory(measured: &[Measured]) -> Table {
    let mut table = Table::new(&[
        "case",
        "guest",
        "#kernel before",
        "#after",
        "#reached",
        "#blocks in list",
        "#alive",
        "#heap allocations",
        "#guest pages",
    ]);
    for m in measured {
        for s in &m.styles {
            table.row(vec![
                m.about.to_owned(),
                s.style.name().to_owned(),
                grouped(s.run.kernel_bytes_before),
                grouped(s.run.kernel_bytes),
                grouped(s.run.kernel_used),
                grouped(s.run.kernel_blocks),
                grouped(s.run.live_blocks),
                if s.style == Style::Facade {
                    grouped(s.run.heap_allocations)
                } else {
                    "no heap".to_owned()
                },
                grouped(s.run.guest_pages),
            ]);
        }
    }
    table
}

fn time(measured: &[Measured]) -> Table {
    let mut table = Table::new(&[
        "case",
        "#embedded",
        "spread",
        "#facade",
        "spread",
        "#rounds",
    ]);
    for m in measured {
        let [_, embedded, facade] = &m.styles;
        let (e, f) = (spread(&embedded.time_ratios), spread(&facade.time_ratios));
        table.row(vec![
            m.about.to_owned(),
            format!("{:.2}", e.0),
            format!("{:.2} to {:.2}", e.1, e.2),
            format!("{:.2}", f.0),
            format!("{:.2} to {:.2}", f.1, f.2),
            m.rounds.to_string(),
        ]);
    }
    table
}

/// Median, minimum and maximum.
#[must_use]
pub fn spread(values: &[f64]) -> (f64, f64, f64) {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |i: usize| sorted.get(i).copied().unwrap_or(f64::NAN);
    let middle = sorted.len() / 2;
    let median = if sorted.len().is_multiple_of(2) {
        (at(middle.wrapping_sub(1)) + at(middle)) / 2.0
    } else {
        at(middle)
    };
    (median, at(0), at(sorted.len().wrapping_sub(1)))
}
