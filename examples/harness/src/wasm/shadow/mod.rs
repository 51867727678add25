//! A standard library whose `net` is `harness-std`'s, for all crates of a plugin.
//!
//! The compiler finds std below its *sysroot*. This module makes a second sysroot of links to the first. In it, std is
//! `harness-std`, and the original std is beside it, where `harness-std` finds it. Two flags make a build use it.

mod flags;
mod source;
mod sysroot;
mod threads;

use super::cache::Cache;
use super::{Compiler, Error, Target, environment, probe};
use flags::Kind;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The second sysroot.
#[derive(Clone, Debug)]
pub(crate) struct Shadow {
    folder: PathBuf,
    rustc: OsString,
}

/// Where the user's own flags come from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Flags<'a> {
    /// Only cargo's configuration.
    Configured,
    /// Also the environment, and the `--config` among these arguments of cargo.
    OfUser(&'a [OsString]),
}

impl Shadow {
    /// Finds the sysroot for this compiler, or makes it, which takes some seconds.
    pub fn find(compiler: &Compiler, say: &dyn Fn(&str)) -> Result<Shadow, Error> {
        if compiler.target() != Target::Wasip1 {
            return Err(Error::new(format!(
                "harness-std is for {}, and not for {}",
                Target::Wasip1,
                compiler.target()
            )));
        }
        let rustc = compiler.rustc();
        let name = source::name(&rustc)?;
        let cache = Cache::locate()?;
        let folder = cache.folder().join(&name);
        let shadow = Shadow { folder, rustc };
        if shadow.folder.exists() {
            return Ok(shadow);
        }
        let _lock = cache.lock(say)?;
        // While this process waited for the lock, its holder may have made it.
        if !shadow.folder.exists() {
            say(&format!(
                "making a std whose net is harness-std, for {}, once ...",
                compiler.version()
            ));
            sysroot::make(&shadow, compiler)?;
            say(&format!("it is in {}", shadow.folder.display()));
        }
        Ok(shadow)
    }

    /// Returns its path.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Makes a cargo command build with it. `folder` is where cargo runs; the user's own flags apply too.
    pub fn prepare(
        &self,
        command: &mut Command,
        folder: &Path,
        users: Flags<'_>,
    ) -> Result<(), Error> {
        let config = flags::Config::read(folder, users)?;
        config.check()?;
        for kind in [Kind::Rustc, Kind::Rustdoc] {
            let mut all = config.flags(kind, &self.rustc, users)?;
            all.extend(self.flags()?);
            // Of all sources of flags, cargo prefers this one. No other can override it.
            command.env(kind.encoded(), all.join("\x1f"));
        }
        // A configuration may name another compiler, which this sysroot does not fit.
        command.env("RUSTC", &self.rustc);
        Ok(())
    }

    /// Returns the flags that make the compiler use it.
    fn flags(&self) -> Result<Vec<String>, Error> {
        let text = |path: &Path| {
            path.to_str().map(str::to_owned).ok_or_else(|| {
                let path = path.display();
                Error::new(format!(
                    "the path of the cache folder, {path}, is no UTF-8: set HARNESS_WASM_CACHE"
                ))
            })
        };
        let mut flags = vec![
            format!("--sysroot={}", text(&self.folder)?),
            format!("-Ldependency={}", text(&sysroot::hidden(&self.folder))?),
        ];
        let threads = threads::object(&self.folder);
        if threads.exists() {
            flags.push(format!("-Clink-arg={}", text(&threads)?));
        }
        Ok(flags)
    }

    /// Tests it on a few lines that compile only with `harness-std`.
    fn try_out(&self) -> Result<(), Error> {
        if probe::with_shadow(&self.rustc, &self.flags()?).is_ok() {
            return Ok(());
        }
        threads::make(&self.rustc, &self.folder)?;
        probe::with_shadow(&self.rustc, &self.flags()?)
    }
}

/// Returns the folder that cargo builds into: a separate one below the usual one.
pub(crate) fn target_dir(usual: &Path) -> PathBuf {
    usual.join("harness-std")
}

/// Returns a cargo that inherits nothing from this process's own build.
fn cargo(folder: &Path) -> Command {
    let mut command = Command::new(environment::cargo());
    environment::clean(&mut command).current_dir(folder);
    command
}

/// Returns an environment variable, if it is set and not empty.
fn variable(name: impl AsRef<OsStr>) -> Result<Option<String>, Error> {
    let name = name.as_ref();
    match std::env::var_os(name) {
        None => Ok(None),
        Some(value) => match value.into_string() {
            Ok(value) => Ok(Some(value).filter(|value| !value.trim().is_empty())),
            Err(_) => Err(Error::new(format!("{} is no UTF-8", name.display()))),
        },
    }
}
