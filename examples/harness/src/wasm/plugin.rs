//! Builds the plugin of a package, for its tests.

use super::{Build, Compiler, Error, Target, environment, process};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The results of the builds in this process.
static BUILT: Mutex<Vec<Built>> = Mutex::new(Vec::new());

struct Built {
    folder: PathBuf,
    target: Target,
    answer: Result<PathBuf, Error>,
}

/// Builds the plugin that is the package in this folder, and returns the path of its wasm file.
///
/// ```no_run
/// use harness_host::wasm::{self, Target};
/// use harness_host::{Config, Plugin};
///
/// let file = wasm::plugin(env!("CARGO_MANIFEST_DIR"), Target::Wasip1)?;
/// let plugin = Plugin::from_file(file, &Config::new())?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The plugin is the package's library in the profile `release`, as shipped. It is built in the folder `wasm` below
/// cargo's target folder for the package, so that the two builds do not invalidate each other. For other settings use
/// [`Build`].
///
/// The first call in a process builds, or finds that everything is up to date; later calls return the same result. Any
/// number of threads may call it at the same time. Progress goes to standard error.
pub fn plugin(manifest_dir: impl AsRef<Path>, target: Target) -> Result<PathBuf, Error> {
    let folder = manifest_dir.as_ref();
    // `build` does not touch the list, so a poisoned lock is still usable.
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    let mut known = built.iter();
    if let Some(known) = known.find(|known| known.folder == folder && known.target == target) {
        return known.answer.clone();
    }
    let answer = build(folder, target);
    built.push(Built {
        folder: folder.to_owned(),
        target,
        answer: answer.clone(),
    });
    answer
}

fn build(folder: &Path, target: Target) -> Result<PathBuf, Error> {
    let say = |line: &str| eprintln!("{line}");
    let compiler = Compiler::find(target, &say)?;
    let artifacts = Build::new(&compiler, folder)
        .release()
        .target_dir(&target_dir(folder)?.join("wasm"))
        .run(&say)?;
    let artifact = artifacts.into_iter().next();
    artifact
        .map(|artifact| artifact.path)
        .ok_or_else(|| Error::new(format!("{} is no plugin", folder.display())))
}

/// Returns cargo's target folder for this folder: only cargo knows about workspaces and settings.
pub(super) fn target_dir(folder: &Path) -> Result<PathBuf, Error> {
    const DEED: &str = "ask cargo where it builds";
    let mut ask = Command::new(environment::cargo());
    ask.args(["metadata", "--no-deps", "--format-version=1"])
        .arg("--manifest-path")
        .arg(folder.join("Cargo.toml"));
    let output = process::run(&mut ask, Duration::from_secs(60))?.success(DEED)?;
    let metadata: serde_json::Value =
        serde_json::from_str(&output.stdout).map_err(Error::doing(DEED))?;
    let folder = metadata.get("target_directory").and_then(|v| v.as_str());
    folder
        .map(PathBuf::from)
        .ok_or_else(|| Error::new(format!("cannot {DEED}: it does not say")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_knows_of_workspaces() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let workspace = here.ancestors().nth(2).expect("the workspace");
        let theirs = target_dir(here).expect("cargo answers");
        assert_eq!(theirs, target_dir(workspace).expect("cargo answers"));
    }

    #[test]
    fn a_folder_without_a_package_is_refused_in_words() {
        let error = target_dir(Path::new("/nowhere")).expect_err("there is nothing");
        assert!(error.to_string().contains("/nowhere"), "{error}");
    }
}
