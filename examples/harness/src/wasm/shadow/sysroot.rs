//! Makes the second sysroot.

use super::super::{Compiler, Error, Target, environment, process};
use super::{Shadow, source};
use std::env::consts::DLL_EXTENSION;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(10 * 60);

/// The suffix of a folder that is not finished, or whose process was killed.
const PARTIAL: &str = ".partial";

/// Returns the folder of std itself and of the other crates that `harness-std` is made of: the compiler looks there
/// only for dependencies of other crates.
pub(super) fn hidden(sysroot: &Path) -> PathBuf {
    sysroot.join("deps")
}

/// Makes the sysroot, in a folder that gets its name when it is complete. The caller holds the cache's lock.
pub(super) fn make(shadow: &Shadow, compiler: &Compiler) -> Result<(), Error> {
    let place = &shadow.folder;
    let partial = place.with_added_extension(&PARTIAL[1..]);
    if partial.exists() {
        fs::remove_dir_all(&partial)
            .map_err(Error::doing(format!("remove {}", partial.display())))?;
    }
    let made = Shadow {
        folder: partial.clone(),
        rustc: shadow.rustc.clone(),
    };
    if let Err(why) = fill(&made, compiler) {
        // An incomplete one is useless, and the next attempt would remove it too.
        let _ = fs::remove_dir_all(&partial);
        return Err(why);
    }
    fs::rename(&partial, place).map_err(Error::doing(format!("move it to {}", place.display())))
}

fn fill(made: &Shadow, compiler: &Compiler) -> Result<(), Error> {
    let to = &made.folder;
    make_folder(&hidden(to))?;
    link_all(&real(&made.rustc)?, to)?;
    let work = to.join("work");
    let target = build(compiler, &work)?;
    let built = target.join(Target::Wasip1.triple());
    // A crate that re-exports a macro lists the macro's crate among its own dependencies.
    for (folder, kind) in [(built, "rlib"), (target, DLL_EXTENSION)] {
        for file in entries(&folder.join("release/deps"))? {
            let name = file.file_name().and_then(OsStr::to_str);
            let Some(name) = name.filter(|_| file.extension() == Some(kind.as_ref())) else {
                continue;
            };
            let folder = if is_std(name) {
                to.join(library())
            } else {
                hidden(to)
            };
            fs::rename(&file, folder.join(name)).map_err(Error::doing(format!("move {name}")))?;
        }
    }
    fs::remove_dir_all(&work).map_err(Error::doing(format!("remove {}", work.display())))?;
    made.try_out()
}

/// Returns the compiler's own sysroot.
fn real(rustc: &OsStr) -> Result<PathBuf, Error> {
    const DEED: &str = "ask rustc for its sysroot";
    let mut ask = Command::new(rustc);
    environment::clean(&mut ask).args(["--print", "sysroot"]);
    let output = process::run(&mut ask, Duration::from_secs(30))?.success(DEED)?;
    Ok(output.stdout.trim_end().into())
}

/// Returns where a sysroot has the target's libraries.
fn library() -> PathBuf {
    let target = Target::Wasip1.triple();
    Path::new("lib/rustlib").join(target).join("lib")
}

fn is_std(name: &str) -> bool {
    name.starts_with("libstd-")
}

/// Links what is in the real sysroot, with std itself moved away.
fn link_all(real: &Path, to: &Path) -> Result<(), Error> {
    // The folders on the path to the libraries are created; everything beside that path is a link.
    let mut way = PathBuf::new();
    for part in &library() {
        make_folder(&to.join(&way))?;
        for file in entries(&real.join(&way))? {
            if file.file_name() != Some(part) {
                link(&file, &to.join(&way))?;
            }
        }
        way.push(part);
    }
    make_folder(&to.join(&way))?;
    let mut has_std = false;
    for file in entries(&real.join(&way))? {
        let is_std = file.file_name().and_then(OsStr::to_str).is_some_and(is_std);
        has_std |= is_std;
        let folder = if is_std { hidden(to) } else { to.join(&way) };
        link(&file, &folder)?;
    }
    if has_std {
        return Ok(());
    }
    let place = real.join(way);
    Err(Error::new(format!(
        "there is no std in {}",
        place.display()
    )))
}

fn link(file: &Path, folder: &Path) -> Result<(), Error> {
    let to = folder.join(file.file_name().unwrap_or_default());
    #[cfg(unix)]
    let done = std::os::unix::fs::symlink(file, &to);
    // Links to folders need privileges there.
    #[cfg(not(unix))]
    let done = copy(file, &to);
    done.map_err(Error::doing(format!("link to {}", file.display())))
}

#[cfg(not(unix))]
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    if !from.is_dir() {
        return fs::hard_link(from, to).or_else(|_| fs::copy(from, to).map(drop));
    }
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

/// Builds `harness-std` under the name of std, and returns the folder.
fn build(compiler: &Compiler, work: &Path) -> Result<PathBuf, Error> {
    let workspace = source::workspace()?;
    make_folder(work)?;
    // A separate package: in the workspace a library called std would conflict with everything else.
    let manifest = MANIFEST
        .replace(
            "{shadow}",
            &quoted(&workspace.join("harness-std/src/lib.rs"))?,
        )
        .replace("{library}", &quoted(&workspace)?);
    let manifest_file = work.join("Cargo.toml");
    fs::write(&manifest_file, manifest).map_err(Error::doing("write a manifest"))?;
    // With the versions of the workspace.
    fs::copy(workspace.join("Cargo.lock"), work.join("Cargo.lock"))
        .map_err(Error::doing("copy the workspace's Cargo.lock"))?;
    let target = work.join("target");
    let mut command = compiler.cargo();
    command
        // Not in a folder where the user's configuration applies.
        .current_dir(work)
        .args(["build", "--release", "--target", Target::Wasip1.triple()])
        .arg("--target-dir")
        .arg(&target)
        .env("CARGO_ENCODED_RUSTFLAGS", flags(&workspace))
        .env("RUSTC_WRAPPER", "")
        .env("RUSTC_WORKSPACE_WRAPPER", "");
    process::run(&mut command, LIMIT)?.success("build harness-std")?;
    Ok(target)
}

const MANIFEST: &str = r#"
[package]
name = "harness-std"
version = "0.1.0"
edition = "2024"

[lib]
name = "std"
path = {shadow}

[dependencies]
harness-wasi-sockets = { path = {library}, default-features = false, features = ["std", "stand-ins"] }

[profile.release]
opt-level = "s"
codegen-units = 1

[workspace]
"#;

/// Returns the flags for its own crates, in cargo's list syntax.
fn flags(workspace: &Path) -> String {
    [
        // The plugin may use the same crates; the compiler must not take them for the same ones.
        "-Cmetadata=harness-std".to_owned(),
        // Without it no plugin could be built with `lto`.
        "-Cembed-bitcode=yes".to_owned(),
        // Plugins should not depend on the library's path.
        format!("--remap-path-prefix={}=/harness-std", workspace.display()),
    ]
    .join("\x1f")
}

/// Quotes a path for TOML.
fn quoted(path: &Path) -> Result<String, Error> {
    let text = path.to_str().ok_or_else(|| {
        let path = path.display();
        Error::new(format!("the path {path} is not UTF-8"))
    })?;
    Ok(format!(
        "\"{}\"",
        text.replace('\\', r"\\").replace('"', "\\\"")
    ))
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let deed = || format!("read {}", folder.display());
    let entries = fs::read_dir(folder).map_err(Error::doing(deed()))?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    paths
        .collect::<Result<_, _>>()
        .map_err(Error::doing(deed()))
}

fn make_folder(folder: &Path) -> Result<(), Error> {
    fs::create_dir_all(folder).map_err(Error::doing(format!("make {}", folder.display())))
}
