//! What a measurement comes to.

use crate::guests::Style;
use crate::run::Run;
use serde::Serialize;
use std::collections::BTreeMap;

/// A case that has been measured.
#[derive(Clone, Debug, Serialize)]
pub struct Measured {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// How much of it: bytes, lines, rounds or packets.
    pub count: u64,
    /// Whether that is less than the case has.
    pub shortened: bool,
    /// How often each guest ran.
    pub rounds: usize,
    /// By hand, over the core, over the facade.
    pub styles: [Styled; 3],
    /// Fuel of the loops that only load, and only store, the same bytes.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub floors: BTreeMap<&'static str, u64>,
    /// How good it should be, and is.
    pub goals: Vec<Verdict>,
}

/// What one guest came to.
#[derive(Clone, Debug, Serialize)]
pub struct Styled {
    /// Which one.
    pub style: Style,
    /// The first run.
    pub run: Run,
    /// By how much the fuel of the runs differs.
    pub fuel_spread: u64,
    /// The first run's fuel to that by hand.
    pub fuel_ratio: f64,
    /// The time to that by hand, of each round.
    pub time_ratios: Vec<f64>,
    /// The run in which the calls of the kernel were counted, and how much of the case that was.
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
    /// How many calls of the kernel the counted run made, without those for input and output.
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
    /// What one guest came to.
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

/// How a goal fared.
#[derive(Clone, Debug, Serialize)]
pub struct Verdict {
    /// Whose it is: one guest's, or both of the library's.
    pub style: &'static str,
    /// The goal in words.
    pub goal: String,
    /// What was measured, in words.
    pub measured: String,
    /// Whether it is met.
    pub met: bool,
    /// The most fuel, by hand being 1, if that is what it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fuel_at_most: Option<f64>,
}
