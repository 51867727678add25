//! What the second sysroot is made of, and the name that follows from it: a changed one at the same path would
//! not be noticed by cargo.

use super::super::{Error, environment, process};
use crate::guests;
use std::ffi::OsStr;
use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// To be raised whenever the sysroot is made in another way.
const RECIPE: u8 = 2;

/// Begins the name of a sysroot.
pub(super) const PREFIX: &str = "std-";

/// What of the workspace goes into it.
const PARTS: [&str; 6] = [
    "Cargo.toml",
    "Cargo.lock",
    "build.rs",
    "src",
    "harness-std/Cargo.toml",
    "harness-std/src",
];

/// The library's workspace.
pub(super) fn workspace() -> Result<PathBuf, Error> {
    guests::workspace().map_err(Error::doing("find the library's source"))
}

/// The name of the sysroot for this compiler.
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
    // Errors inside it name the source, which must not be another one's.
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

/// All files below a folder in order, or the one file.
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
