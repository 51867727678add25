//! The library's example guests, built to wasm when needed.
//!
//! ```no_run
//! use harness_host::{Config, Plugin, guests, peers::TcpEcho};
//!
//! let echo = TcpEcho::v4()?;
//! let mut plugin = Plugin::from_file(guests::example("tcp_echo")?, &Config::new())?;
//! let output = plugin.call("run", format!("{} Hi", echo.addr()).as_bytes())?;
//! assert_eq!(output, b"Hi");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod list;

use std::env;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::Error;
use crate::wasm::{self, Artifact, Build, Compiler, Target};

pub use list::{CRATES, EXAMPLES, Example};

/// The cargo profile that the examples are built with.
const PROFILE: &str = "guest";

/// Returns the example of this name, among [`EXAMPLES`] and [`CRATES`].
pub fn find(name: &str) -> Result<&'static Example, Error> {
    EXAMPLES
        .iter()
        .chain(&CRATES)
        .find(|example| example.name == name)
        .ok_or_else(|| Error::NoSuchExample(name.to_owned()))
}

/// Builds an example guest and returns the path of its wasm file. Progress goes to standard error.
///
/// The first call in a process builds, or finds that everything is up to date; later calls return the same result. Any
/// number of threads and processes may call it at the same time.
pub fn example(name: &str) -> Result<PathBuf, Error> {
    let artifact = build(find(name)?, &|line| eprintln!("{line}"))?;
    Ok(artifact.path)
}

/// Like [`example`](fn@example), but reports progress to `say`, and returns the file's size too.
///
/// All [`EXAMPLES`] for one target are built together, which takes little longer than a single one. An example of
/// [`CRATES`] is built separately, and every call runs cargo.
pub fn build(example: &Example, say: &dyn Fn(&str)) -> Result<Artifact, Error> {
    static WITH_STD: OnceLock<Built> = OnceLock::new();
    static WITHOUT: OnceLock<Built> = OnceLock::new();
    let workspace = workspace()?;
    let alone;
    let built = match (example.package, example.target) {
        ("harness-wasi-sockets", _) => WITH_STD.get_or_init(|| build_examples(&workspace, say)),
        ("tiny", target) => {
            WITHOUT.get_or_init(|| build_library(&workspace, example.name, target, say))
        }
        _ => {
            alone = build_one(&workspace, example, say);
            &alone
        }
    };
    let artifacts = built
        .as_ref()
        .map_err(|error| Error::Build(error.clone()))?;
    artifacts
        .iter()
        .find(|artifact| artifact.name == example.name)
        .cloned()
        .ok_or_else(|| Error::NoSuchExample(example.name.to_owned()))
}

/// Builds the library of another package of this workspace, and returns the path of its wasm file. Progress goes to
/// standard error.
pub fn package(name: &str, target: Target) -> Result<PathBuf, Error> {
    let workspace = workspace()?;
    let built = build_library(&workspace, name, target, &|line| eprintln!("{line}"))?;
    let artifact = built.into_iter().next();
    artifact
        .map(|artifact| artifact.path)
        .ok_or_else(|| Error::NoSuchExample(name.to_owned()))
}

/// Builds an example of such a package.
pub(crate) fn package_example(name: &str, example: &str, target: Target) -> Result<PathBuf, Error> {
    let workspace = workspace()?;
    let say = |line: &str| eprintln!("{line}");
    let compiler = Compiler::find(target, &say)?;
    let built = Build::new(&compiler, &workspace)
        .package(name)
        .example(example)
        .profile(PROFILE)
        .target_dir(&target_dir(&workspace))
        .run(&say)?;
    let artifact = built.into_iter().find(|built| built.name == example);
    artifact
        .map(|artifact| artifact.path)
        .ok_or_else(|| Error::NoSuchExample(example.to_owned()))
}

type Built = Result<Vec<Artifact>, wasm::Error>;

fn build_examples(workspace: &Path, say: &dyn Fn(&str)) -> Built {
    let compiler = Compiler::find(Target::Wasip1, say)?;
    Build::new(&compiler, workspace)
        .package("harness-wasi-sockets")
        .examples()
        .profile(PROFILE)
        .target_dir(&target_dir(workspace))
        .run(say)
}

fn build_one(workspace: &Path, example: &Example, say: &dyn Fn(&str)) -> Built {
    let compiler = Compiler::find(example.target, say)?;
    let mut build = Build::new(&compiler, workspace)
        .package(example.package)
        .example(example.name)
        .profile(PROFILE)
        .target_dir(&target_dir(workspace));
    if let Some(feature) = example.feature() {
        build = build.no_default_features().features([feature]);
    }
    if example.needs_harness_std() {
        build = build.harness_std();
    }
    build.run(say)
}

fn build_library(workspace: &Path, package: &str, target: Target, say: &dyn Fn(&str)) -> Built {
    let compiler = Compiler::find(target, say)?;
    Build::new(&compiler, workspace)
        .package(package)
        .profile(PROFILE)
        .target_dir(&target_dir(workspace))
        .run(say)
}

/// Returns the workspace folder of the library, where this crate was compiled.
pub fn workspace() -> Result<PathBuf, Error> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    match folder.canonicalize() {
        Ok(folder) if folder.join("examples/tcp_echo.rs").is_file() => Ok(folder),
        _ => Err(Error::NoWorkspace(folder)),
    }
}

/// Returns the folder where a workspace's guests are built: `wasm` below the usual one, so that they do not conflict
/// with other builds.
pub fn target_dir(workspace: &Path) -> PathBuf {
    let target = env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    workspace.join(target).join("wasm")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_is_listed() {
        for (folder, package) in [
            ("examples", "harness-wasi-sockets"),
            ("examples/crates/examples", "crate-guests"),
            ("examples/no-std-crates/examples", "no-std-crate-guests"),
            ("examples/unmodified/examples", "unmodified-guests"),
        ] {
            let mut sources: Vec<_> = std::fs::read_dir(workspace().unwrap().join(folder))
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .filter(|path| path.extension().is_some_and(|e| e == "rs"))
                .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
                .collect();
            sources.sort();
            let mut listed: Vec<_> = EXAMPLES
                .iter()
                .chain(&CRATES)
                .filter(|example| example.package == package)
                .map(|example| example.name.strip_prefix("std_").unwrap_or(example.name))
                .collect();
            listed.sort();
            assert_eq!(sources, listed);
        }
    }

    #[test]
    fn unknown_names_are_refused() {
        let error = example("no_such_example").unwrap_err();
        assert_eq!(error.to_string(), "there is no example `no_such_example`");
    }
}
