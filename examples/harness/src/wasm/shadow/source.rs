//! The source of the second sysroot, and its name, which depends on that source: cargo would not notice a change at the
//! same path.

use super::super::{Error, environment, process};
use crate::guests;
use std::ffi::OsStr;
use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Increase this whenever the sysroot is made differently.
const RECIPE: u8 = 2;

/// The prefix of a sysroot's name.
pub(super) const PREFIX: &str = "std-";

/// The parts of the workspace that it is built from.
const PARTS: [&str; 6] = [
    "Cargo.toml",
    "Cargo.lock",
    "build.rs",
    "src",
    "harness-std/Cargo.toml",
    "harness-std/src",
];

/// Returns the library's workspace.
pub(super) fn workspace() -> Result<PathBuf, Error> {
    guests::workspace().map_err(Error::doing("find the library's source"))
}

/// Returns the name of the sysroot for this compiler.
pub(super) fn name(rustc: &OsStr) -> Result<String, Error> {
    const DEED: &str = "ask rustc for its version";
    let mut ask = Command::new(rustc);
    environment::clean(&mut ask).arg("-vV");
    let version = process::run(&mut ask, Duration::from_secs(30))?
        .success(DEED)?
        .stdout;
    let workspace = workspace()?;
    let mut hasher = DefaultHasher::new();
    hasher.write_u8(RECIPE);
    let mut add = |bytes: &[u8]| {
        hasher.write_usize(bytes.len());
        hasher.write(bytes);
    };
    add(version.as_bytes());
    // Errors inside the sysroot name the source path, so another path needs another sysroot.
    add(workspace.as_os_str().as_encoded_bytes());
    for part in PARTS {
        for file in files(&workspace.join(part))? {
            add(file.as_os_str().as_encoded_bytes());
            let content = fs::read(&file);
            add(&content.map_err(Error::doing(format!("read {}", file.display())))?);
        }
    }
    Ok(format!("{PREFIX}{:016x}", hasher.finish()))
}

/// Returns all files below a folder in order, or the single file.
fn files(path: &Path) -> Result<Vec<PathBuf>, Error> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let deed = || format!("read {}", path.display());
    let mut entries = Vec::new();
    for entry in fs::read_dir(path).map_err(Error::doing(deed()))? {
        entries.push(entry.map_err(Error::doing(deed()))?.path());
    }
    entries.sort();
    let mut found = Vec::new();
    for entry in entries {
        found.extend(files(&entry)?);
    }
    Ok(found)
}
