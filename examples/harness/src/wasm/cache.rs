//! The folder that keeps a compiler that took minutes to make.

use super::Error;
use std::env;
use std::fs::{self, File, TryLockError};
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

/// Longer than making a compiler takes on a slow machine with a slow network.
const PATIENCE: Duration = Duration::from_secs(45 * 60);

/// The cache folder: `$HARNESS_WASM_CACHE` if set, or else `harness-wasi-sockets` below the user's cache folder
/// (`$XDG_CACHE_HOME`, or `~/.cache`).
pub(super) struct Cache {
    folder: PathBuf,
}

/// Held while something in the cache is made. Released when it is dropped or its process ends.
pub(super) struct Lock {
    _file: File,
}

impl Cache {
    /// Finds the folder. It need not exist yet.
    pub fn locate() -> Result<Cache, Error> {
        let folder = choose(|name| env::var_os(name).map(PathBuf::from)).ok_or_else(|| {
            Error::new("there is no cache folder: set HOME, or HARNESS_WASM_CACHE to a folder")
        })?;
        let folder = std::path::absolute(folder).map_err(Error::doing("find the cache folder"))?;
        // The path becomes part of LD_LIBRARY_PATH, in which a colon cannot be quoted.
        if folder.to_string_lossy().contains(':') {
            return Err(Error::new(format!(
                "the path of the cache folder, {}, must not contain a colon: \
                 set HARNESS_WASM_CACHE to another folder",
                folder.display()
            )));
        }
        Ok(Cache { folder })
    }

    pub fn folder(&self) -> &std::path::Path {
        &self.folder
    }

    /// Waits until no other process makes anything here.
    pub fn lock(&self, say: &dyn Fn(&str)) -> Result<Lock, Error> {
        let deed = || format!("lock the cache folder {}", self.folder.display());
        fs::create_dir_all(&self.folder).map_err(Error::doing(deed()))?;
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(self.folder.join("lock"))
            .map_err(Error::doing(deed()))?;
        // `File::lock` waits forever, and a hanging process may hold the lock.
        let deadline = Instant::now() + PATIENCE;
        let mut told = false;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Lock { _file: file }),
                Err(TryLockError::Error(why)) => return Err(Error::doing(deed())(why)),
                Err(TryLockError::WouldBlock) if Instant::now() > deadline => {
                    let why = "another process has held it for very long";
                    return Err(Error::doing(deed())(why));
                }
                Err(TryLockError::WouldBlock) if !told => {
                    say("another process is getting a compiler; waiting for it ...");
                    told = true;
                }
                Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(200)),
            }
        }
    }
}

fn choose(variable: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    let set = |name| variable(name).filter(|path| !path.as_os_str().is_empty());
    if let Some(folder) = set("HARNESS_WASM_CACHE") {
        return Some(folder);
    }
    // The XDG rules: a relative path counts as unset.
    let caches = set("XDG_CACHE_HOME").filter(|path| path.is_absolute());
    let caches = caches.or_else(|| Some(set("HOME")?.join(".cache")))?;
    Some(caches.join("harness-wasi-sockets"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn chosen(set: &[(&str, &str)]) -> Option<PathBuf> {
        choose(|name| {
            let (_, value) = set.iter().find(|(n, _)| *n == name)?;
            Some(PathBuf::from(value))
        })
    }

    #[test]
    fn the_nearest_variable_wins() {
        let home = ("HOME", "/h");
        let found = |set: &[_]| chosen(set).expect("a folder");
        assert_eq!(found(&[home]), Path::new("/h/.cache/harness-wasi-sockets"));
        assert_eq!(
            found(&[home, ("XDG_CACHE_HOME", "/x")]),
            Path::new("/x/harness-wasi-sockets")
        );
        assert_eq!(
            found(&[home, ("HARNESS_WASM_CACHE", "/here")]),
            Path::new("/here")
        );
    }

    #[test]
    fn empty_and_relative_ones_count_as_unset() {
        let set = [
            ("HARNESS_WASM_CACHE", ""),
            ("XDG_CACHE_HOME", "rel"),
            ("HOME", "/h"),
        ];
        assert_eq!(chosen(&set), Some("/h/.cache/harness-wasi-sockets".into()));
        assert_eq!(chosen(&[]), None);
    }
}
