//! The installed compiler, and adding the target with rustup.

use super::compiler::{Clippy, Compiler};
use super::{Error, Target, environment, probe, process};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const QUICK: Duration = Duration::from_secs(30);

/// rustup has no time limit of its own, and waits long on a network that drops packets.
const DOWNLOAD: Duration = Duration::from_secs(120);

/// Returns the compiler that cargo would use, if it can build for `target`.
pub(super) fn find(target: Target) -> Result<Compiler, Error> {
    let rustc = rustc();
    let version = version(&rustc)?;
    let mut ask = Command::new(&rustc);
    environment::clean(&mut ask).args(["--print", "target-libdir", "--target", target.triple()]);
    let answer = process::run(&mut ask, QUICK)?.success(&format!("ask rustc about {target}"))?;
    // rustc prints the folder whether or not it exists.
    if !has_std(Path::new(answer.stdout.trim_end())) {
        return Err(Error::new(format!(
            "{version} has no standard library for {target}"
        )));
    }
    probe::plugin(&rustc, target)
        .map_err(|why| Error::new(format!("{version} has {target}, but {why}")))?;
    Ok(Compiler {
        target,
        origin: format!("{version}, which has {target}"),
        version,
        environment: Vec::new(),
        clippy: Clippy::OfCargo,
    })
}

/// Adds `target` to the toolchain in use with rustup.
pub(super) fn add_with_rustup(target: Target, say: &dyn Fn(&str)) -> Result<Compiler, Error> {
    if process::run(Command::new("rustup").arg("--version"), QUICK).is_err() {
        return Err(Error::new("rustup is not installed"));
    }
    say(&format!("trying `rustup target add {target}` ..."));
    let mut add = Command::new("rustup");
    environment::clean(&mut add)
        .args(["target", "add", target.triple()])
        .env("RUST_BACKTRACE", "0");
    process::run(&mut add, DOWNLOAD)?.success(&format!("add {target} with rustup"))?;
    find(target)
}

/// Returns the first line that `rustc --version` prints.
pub(super) fn version(rustc: &OsStr) -> Result<String, Error> {
    let mut command = Command::new(rustc);
    environment::clean(&mut command).arg("--version");
    let output = process::run(&mut command, QUICK)?.success("ask rustc for its version")?;
    Ok(output.stdout.lines().next().unwrap_or("rustc").to_owned())
}

/// Returns the `rustc` that cargo would choose, except that a configuration file may name another.
pub(super) fn rustc() -> OsString {
    std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())
}

fn has_std(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else {
        return false;
    };
    let names: Vec<OsString> = entries.flatten().map(|entry| entry.file_name()).collect();
    ["libcore-", "libstd-"].iter().all(|stem| {
        names.iter().any(|name| {
            let name = name.to_string_lossy();
            name.starts_with(stem) && name.ends_with(".rlib")
        })
    })
}
