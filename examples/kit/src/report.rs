//! The report: a verdict on each behaviour, as text.

use crate::peers::Peers;
use std::fmt;

/// A requirement of the contract on one function.
pub struct Behaviour {
    pub function: &'static str,
    /// What it does.
    pub does: &'static str,
    /// The effect on a plugin over the library if it does not.
    pub costs: &'static str,
    /// The beginning of the row of docs/faults.md with the details; empty if there is none.
    pub row: &'static str,
    pub check: fn(&Peers) -> Verdict,
}

/// The result of a check.
pub enum Verdict {
    Holds,
    /// The host does something else.
    Broken(String),
    /// A precondition is missing.
    NotTried(String),
}

impl Verdict {
    /// Returns `Holds` if the condition is true, or else what was seen.
    pub fn of(holds: bool, seen: impl FnOnce() -> String) -> Self {
        if holds {
            Self::Holds
        } else {
            Self::Broken(seen())
        }
    }

    /// Returns that the check could not run because its precondition does not work.
    pub fn needs(what: &str) -> Self {
        Self::NotTried(format!("needs {what}, which failed"))
    }
}

#[derive(Default)]
pub struct Report {
    lines: String,
    held: usize,
    broken: usize,
    not_tried: usize,
}

impl Report {
    pub fn add(&mut self, behaviour: &Behaviour, verdict: Verdict) {
        let Behaviour { function, does, .. } = behaviour;
        let line = format!("{function}: {does}\n");
        self.lines += &match verdict {
            Verdict::Holds => {
                self.held += 1;
                format!("ok         {line}")
            }
            Verdict::Broken(seen) => {
                self.broken += 1;
                let Behaviour { costs, row, .. } = behaviour;
                let row = match *row {
                    "" => "docs/hosts.md: the eleventh function".to_owned(),
                    row => format!("docs/faults.md: \"{row}\""),
                };
                format!(
                    "FAILED     {line}           seen: {seen}\n           effect: {costs}\n           {row}\n"
                )
            }
            Verdict::NotTried(why) => {
                self.not_tried += 1;
                format!("not tried  {line}           {why}\n")
            }
        };
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            lines,
            held,
            broken,
            not_tried,
        } = self;
        write!(
            f,
            "{lines}\n{held} ok, {broken} failed, {not_tried} not tried\n"
        )
    }
}
