//! Writes the results.

use crate::Result;
use crate::beside::{self, Beside};
use crate::guests::PROFILE;
use crate::levels::{self, Levels};
use crate::measured::Measured;
use crate::{chart, tables};
use harness_host::guests;
use serde::Serialize;
use std::fs;
use std::path::{Path, PathBuf};

/// All results.
#[derive(Debug, Serialize)]
pub struct Results {
    /// Whether it was a quick run.
    pub quick: bool,
    /// The profile of the guests.
    pub profile: &'static str,
    /// The compiler of the guests.
    pub compiler: String,
    /// The cases.
    pub cases: Vec<Measured>,
    /// The same cases with guests that are built for size.
    pub levels: Vec<Levels>,
    /// The alternatives.
    pub beside: Vec<Beside>,
}

impl Results {
    /// Creates empty results.
    #[must_use]
    pub fn new(quick: bool, compiler: String) -> Results {
        Results {
            quick,
            profile: PROFILE,
            compiler,
            cases: Vec::new(),
            levels: Vec::new(),
            beside: Vec::new(),
        }
    }

    /// Returns the results as Markdown text.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut text = String::from("# What it costs\n\n");
        if self.quick {
            text += "A quick run: the long cases are cut short (the first table says how much was done), \
                     and nothing is run twice.\n\n";
        }
        text += &format!("Guests: profile `{}`, {}.\n\n", self.profile, self.compiler);
        text += &tables::all(&self.cases);
        if !self.levels.is_empty() {
            text += "## Fuel by optimisation level: to that by hand, built with the same level\n\n\
                     The core has its feature `speed`.\n\n";
            text += &levels::table(&self.levels).markdown();
            text.push('\n');
        }
        if !self.beside.is_empty() {
            text += "## Compared with alternatives: time relative to native `std::net`\n\n";
            text += &beside::table(&self.beside).markdown();
        }
        text
    }

    /// Writes all forms into a folder below the target folder, and with `keep` also into the committed one. Returns the
    /// folder.
    pub fn write(&self, keep: bool) -> Result<PathBuf> {
        let workspace = guests::workspace()?;
        let target = guests::target_dir(&workspace);
        let folder = target.with_file_name("bench");
        self.write_into(&folder)?;
        if keep {
            self.write_into(&workspace.join("benches/results"))?;
        }
        Ok(folder)
    }

    fn write_into(&self, folder: &Path) -> Result<()> {
        fs::create_dir_all(folder)?;
        fs::write(
            folder.join("results.json"),
            serde_json::to_string_pretty(self)? + "\n",
        )?;
        fs::write(folder.join("results.md"), self.markdown())?;
        fs::write(folder.join("fuel.svg"), chart::svg(&self.cases))?;
        Ok(())
    }
}
