//! The cost of the library when both it and the guests by hand are optimized for size.

use crate::Result;
use crate::cases::{BULK, CASES, Case};
use crate::guests::{Guests, SMALL_PROFILES, Style};
use crate::measured::Measured;
use crate::run::{How, run};
use crate::table::Table;
use serde::Serialize;
use std::collections::BTreeMap;

/// One case at each level.
#[derive(Clone, Debug, Serialize)]
pub struct Levels {
    /// The case.
    pub about: &'static str,
    /// The maximum ratio at each level, if it is a bulk transfer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goal: Option<BTreeMap<&'static str, f64>>,
    /// The fuel relative to that by hand at the same level, for each level: for the core, for the facade.
    pub fuel: BTreeMap<&'static str, [f64; 2]>,
}

/// The goals for bulk transfers, by level.
const GOALS: [(&str, f64); 3] = [("3", 0.85), ("s", 0.95), ("z", 1.00)];

/// Measures the wanted cases at the levels for size, in a short run each (fuel is reproducible), next to the results at
/// level 3.
pub fn measure(wanted: impl Fn(&Case) -> bool, at_3: &[Measured]) -> Result<Vec<Levels>> {
    let mut all: Vec<Levels> = at_3
        .iter()
        .map(|measured| {
            let [_, embedded, facade] = measured.styles.each_ref().map(|style| style.fuel_ratio);
            Levels {
                about: measured.about,
                goal: BULK.contains(&measured.name).then(|| GOALS.into()),
                fuel: [("3", [embedded, facade])].into(),
            }
        })
        .collect();
    for (level, profile) in SMALL_PROFILES {
        let guests = Guests::build(profile)?;
        for case in CASES.iter().filter(|case| wanted(case)) {
            eprintln!("{}, at level {level} ...", case.about);
            let fuel =
                |style| run(&guests, case, style, How::plain(case.quick)).map(|run| run.fuel);
            let by_hand = fuel(Style::Hand)? as f64;
            let own = [fuel(Style::Embedded)? as f64, fuel(Style::Facade)? as f64];
            if let Some(levels) = all.iter_mut().find(|levels| levels.about == case.about) {
                levels.fuel.insert(level, own.map(|fuel| fuel / by_hand));
            }
        }
    }
    Ok(all)
}

/// Returns the results as a table.
#[must_use]
pub fn table(all: &[Levels]) -> Table {
    let mut head = vec!["case".to_owned()];
    for (level, _) in GOALS {
        head.push(format!("#{level}: embedded"));
        head.push("#facade".to_owned());
    }
    head.push("goal".to_owned());
    head.push("met".to_owned());
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    let mut table = Table::new(&head);
    for levels in all {
        let mut row = vec![levels.about.to_owned()];
        for (level, _) in GOALS {
            let fuel = levels.fuel.get(level);
            row.extend(
                (0..2).map(|at| fuel.map_or(String::new(), |fuel| format!("{:.3}", fuel[at]))),
            );
        }
        row.push(
            levels
                .goal
                .as_ref()
                .map_or(String::new(), |_| "0.85, 0.95, 1.00".to_owned()),
        );
        row.push(met(levels).join(", "));
        table.row(row);
    }
    table
}

/// Returns whether the goal is met, for each level.
fn met(levels: &Levels) -> Vec<&'static str> {
    let Some(goal) = &levels.goal else {
        return Vec::new();
    };
    goal.iter()
        .map(|(level, most)| match levels.fuel.get(level) {
            Some(fuel) if fuel.iter().all(|fuel| fuel <= most) => "met",
            Some(_) => "missed",
            None => "-",
        })
        .collect()
}
