//! Finds programs.

use crate::{Error, Result};
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where Debian puts daemons, which is not always in the path.
const DAEMONS: [&str; 4] = ["/usr/sbin", "/usr/local/sbin", "/sbin", "/usr/bin"];

/// Returns the path of the program.
pub fn program(name: &str) -> Result<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .chain(DAEMONS.iter().map(PathBuf::from))
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
        .ok_or_else(|| Error::Missing(name.to_owned()))
}

/// Returns the folder of PostgreSQL's programs: the newest, if there are several.
pub fn postgres_folder() -> Result<PathBuf> {
    let versions = Path::new("/usr/lib/postgresql").read_dir();
    let mut folders: Vec<(u32, PathBuf)> = versions
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .filter(|(_, folder)| folder.join("initdb").is_file())
        .collect();
    folders.sort();
    if let Some((_, folder)) = folders.pop() {
        return Ok(folder);
    }
    let initdb = program("initdb").map_err(|_| Error::Missing("postgres".to_owned()))?;
    Ok(initdb.parent().unwrap_or(Path::new("/")).to_owned())
}

/// Returns a Python that has this module.
pub fn python_with(module: &str) -> Result<PathBuf> {
    // Debian's package is for Debian's Python, which need not be the first in the path.
    let debian = PathBuf::from("/usr/bin/python3");
    let python = if debian.is_file() {
        debian
    } else {
        program("python3")?
    };
    let there = Command::new(&python)
        .args(["-c", &format!("import {module}")])
        .output()?;
    if there.status.success() {
        Ok(python)
    } else {
        Err(Error::Missing(format!("Python's `{module}`")))
    }
}
