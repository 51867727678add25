//! Builds the three guests.

use crate::Result;
use harness_host::guests;
use harness_host::wasm::{Artifact, Build, Compiler, Target};
use serde::Serialize;
use std::fs;

/// The profile of all three: `opt-level = 3`, fat LTO, one codegen unit, `panic = "abort"`.
pub const PROFILE: &str = "guest-fast";
/// The profiles with the levels `s` and `z`.
pub const SMALL_PROFILES: [(&str, &str); 2] = [("s", "guest-s"), ("z", "guest")];

/// How a guest is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Style {
    /// With the host functions directly.
    Hand,
    /// Over the library's core.
    Embedded,
    /// Over the std facade.
    Facade,
}

impl Style {
    /// All styles, in the order of [`Guests`] and of every measurement.
    pub const ALL: [Style; 3] = [Style::Hand, Style::Embedded, Style::Facade];

    /// Returns the name in the tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Style::Hand => "by hand",
            Style::Embedded => "embedded",
            Style::Facade => "facade",
        }
    }

    /// Returns whether it has std, and therefore WASI.
    #[must_use]
    pub const fn has_std(self) -> bool {
        matches!(self, Style::Facade)
    }
}

/// The guests' modules.
#[derive(Debug)]
pub struct Guests {
    modules: [Vec<u8>; 3],
    compiler: String,
}

impl Guests {
    /// Builds them with a profile. Progress goes to standard error.
    pub fn build(profile: &str) -> Result<Guests> {
        let bare = build("bench-guests", Target::Unknown, profile)?;
        let std = build("bench-std-guest", Target::Wasip1, profile)?;
        let compiler = Compiler::find(Target::Unknown, &|line| eprintln!("{line}"))?;
        Ok(Guests {
            modules: [
                read(&bare, "bench_hand")?,
                read(&bare, "bench_embedded")?,
                read(&std, "bench_std_guest")?,
            ],
            compiler: compiler.version().to_owned(),
        })
    }

    /// Returns the compiler that built them.
    #[must_use]
    pub fn compiler(&self) -> &str {
        &self.compiler
    }

    /// Returns one of them.
    #[must_use]
    pub fn wasm(&self, style: Style) -> &[u8] {
        let [hand, embedded, facade] = &self.modules;
        match style {
            Style::Hand => hand,
            Style::Embedded => embedded,
            Style::Facade => facade,
        }
    }
}

fn build(package: &str, target: Target, profile: &str) -> Result<Vec<Artifact>> {
    let say = |line: &str| eprintln!("{line}");
    let workspace = guests::workspace()?;
    let compiler = Compiler::find(target, &say)?;
    let build = Build::new(&compiler, &workspace)
        .package(package)
        .profile(profile)
        .target_dir(&guests::target_dir(&workspace));
    Ok(match target {
        Target::Unknown => build.examples().run(&say)?,
        Target::Wasip1 => build.run(&say)?,
    })
}

fn read(artifacts: &[Artifact], name: &str) -> Result<Vec<u8>> {
    let artifact = artifacts
        .iter()
        .find(|artifact| artifact.name == name)
        .ok_or_else(|| format!("no guest `{name}` was built"))?;
    Ok(fs::read(&artifact.path)?)
}
