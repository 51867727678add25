//! The result of a measurement.

use crate::guests::Style;
use crate::run::Run;
use serde::Serialize;
use std::collections::BTreeMap;

/// A measured case.
#[derive(Clone, Debug, Serialize)]
pub struct Measured {
    /// Its name.
    pub name: &'static str,
    /// Its description.
    pub about: &'static str,
    /// The amount: bytes, lines, rounds or packets.
    pub count: u64,
    /// Whether that is less than the full case.
    pub shortened: bool,
    /// How often each guest ran.
    pub rounds: usize,
    /// By hand, over the core, over the facade.
    pub styles: [Styled; 3],
    /// Fuel of the loops that only load, and only store, the same bytes.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub floors: BTreeMap<&'static str, u64>,
    /// The goals, and whether they are met.
    pub goals: Vec<Verdict>,
}

/// The result of one guest.
#[derive(Clone, Debug, Serialize)]
pub struct Styled {
    /// The guest.
    pub style: Style,
    /// The first run.
    pub run: Run,
    /// The difference between the largest and the smallest fuel of the runs.
    pub fuel_spread: u64,
    /// The first run's fuel relative to that by hand.
    pub fuel_ratio: f64,
    /// The time relative to that by hand, for each round.
    pub time_ratios: Vec<f64>,
    /// The run in which kernel calls were counted, and its amount.
    pub counted: (u64, Run),
    /// A run just long enough for the steady state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warm: Option<Run>,
    /// Fuel of an operation at the start and at the end, in millionths.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steady: Option<(f64, f64)>,
}

/// Calls that every guest makes for its input and output.
pub const OF_EACH_GUEST: [&str; 3] = ["input_length", "input_load_u8", "output_set"];

impl Styled {
    /// Returns the kernel calls of the counted run, without those for input and output.
    #[must_use]
    pub fn kernel_calls(&self) -> u64 {
        let calls = self.counted.1.kernel_calls.iter();
        calls
            .filter(|(name, _)| !OF_EACH_GUEST.contains(name))
            .map(|(_, count)| count)
            .sum()
    }
}

impl Measured {
    /// Returns the result of one guest.
    #[must_use]
    pub fn style(&self, style: Style) -> &Styled {
        let [hand, embedded, facade] = &self.styles;
        match style {
            Style::Hand => hand,
            Style::Embedded => embedded,
            Style::Facade => facade,
        }
    }
}

/// The result of a goal.
#[derive(Clone, Debug, Serialize)]
pub struct Verdict {
    /// The guest that it is for, or both of the library's.
    pub style: &'static str,
    /// The goal, as text.
    pub goal: String,
    /// The measured value, as text.
    pub measured: String,
    /// Whether it is met.
    pub met: bool,
    /// The maximum fuel relative to that by hand, if the goal is about fuel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fuel_at_most: Option<f64>,
}
