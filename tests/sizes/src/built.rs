//! Builds the guests.

use crate::Result;
use crate::guests::{GUESTS, Guest};
use crate::module::Imports;
use harness_host::guests;
use harness_host::wasm::{Artifact, Build, Compiler, Target};
use std::fs;
use std::path::PathBuf;

/// A built guest.
#[derive(Clone, Debug)]
pub struct Built {
    /// The guest.
    pub guest: &'static Guest,
    /// Its path.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// Its imports.
    pub imports: Imports,
}

/// Builds all guests, in the order of [`GUESTS`]. Progress goes to standard error.
///
/// Those with std are a separate package: in one package the library would have the features of both kinds.
pub fn all() -> Result<Vec<Built>> {
    let mut artifacts = build("size-guests", Target::Unknown)?;
    artifacts.extend(build("size-std-guests", Target::Wasip1)?);
    GUESTS.iter().map(|guest| find(guest, &artifacts)).collect()
}

/// Returns the guest of this name.
pub fn get<'a>(built: &'a [Built], name: &str) -> Result<&'a Built> {
    let found = built.iter().find(|built| built.guest.name == name);
    found.ok_or_else(|| format!("there is no guest `{name}`").into())
}

fn build(package: &str, target: Target) -> Result<Vec<Artifact>> {
    let say = |line: &str| eprintln!("{line}");
    let workspace = guests::workspace()?;
    let compiler = Compiler::find(target, &say)?;
    let artifacts = Build::new(&compiler, &workspace)
        .package(package)
        .examples()
        .profile("guest")
        .target_dir(&guests::target_dir(&workspace))
        .run(&say)?;
    Ok(artifacts)
}

fn find(guest: &'static Guest, artifacts: &[Artifact]) -> Result<Built> {
    let artifact = artifacts
        .iter()
        .find(|artifact| artifact.name == guest.name)
        .ok_or_else(|| format!("no guest `{}` was built", guest.name))?;
    Ok(Built {
        guest,
        path: artifact.path.clone(),
        bytes: artifact.bytes,
        imports: Imports::of(&fs::read(&artifact.path)?)?,
    })
}
