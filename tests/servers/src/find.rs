//! Where programs are.

use crate::{Error, Result};
use std::env;
use std::path::{Path, PathBuf};

/// Where Debian keeps daemons, which is not on everybody's path.
const DAEMONS: [&str; 4] = ["/usr/sbin", "/usr/local/sbin", "/sbin", "/usr/bin"];

/// Where the program is.
pub fn program(name: &str) -> Result<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .chain(DAEMONS.iter().map(PathBuf::from))
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
        .ok_or_else(|| Error::Missing(name.to_owned()))
}

/// The folder of PostgreSQL's programs: the newest, where there are several.
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
