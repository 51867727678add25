//! The folder in which the packages are unpacked, and the files added to make them a compiler.

use super::super::{Error, Target, environment, process};
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

const UNPACK: Duration = Duration::from_secs(10 * 60);
const QUICK: Duration = Duration::from_secs(60);

/// The programs that get a script in `bin`.
const SCRIPTS: [&str; 2] = ["rustc", "cargo-clippy"];

/// A folder that replaces `/` for the packages, with scripts in `bin` that start its programs.
pub(super) struct Root {
    path: PathBuf,
}

impl Root {
    pub fn at(path: &Path) -> Root {
        let path = path.to_owned();
        Root { path }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the compiler, a script that sets its library path.
    pub fn rustc(&self) -> PathBuf {
        self.path.join("bin/rustc")
    }

    /// Returns the linter, also a script.
    pub fn clippy(&self) -> PathBuf {
        self.path.join("bin/cargo-clippy")
    }

    /// Returns the source of the compiler and the libraries, as the compiler sees it.
    pub fn source(&self) -> PathBuf {
        self.rustlib().join("src/rust")
    }

    /// Returns the folder where the compiler expects a target's libraries.
    pub fn libraries_of(&self, target: Target) -> PathBuf {
        self.rustlib().join(target.triple()).join("lib")
    }

    /// Returns the folder where the package puts WASI's C library.
    pub fn wasi_libc(&self) -> PathBuf {
        self.path.join("usr/lib/wasm32-wasi")
    }

    fn rustlib(&self) -> PathBuf {
        self.path.join("usr/lib/rustlib")
    }

    /// Unpacks package files in parallel: each takes one core.
    pub fn unpack(&self, files: &[PathBuf]) -> Result<(), Error> {
        let unpack = |file: &PathBuf| {
            let mut command = Command::new("dpkg");
            command.arg("--extract").arg(file).arg(&self.path);
            process::run(&mut command, UNPACK)?.success(&format!("unpack {}", file.display()))
        };
        thread::scope(|scope| {
            let running: Vec<_> = files
                .iter()
                .map(|file| scope.spawn(move || unpack(file)))
                .collect();
            for thread in running {
                let done = thread.join();
                done.unwrap_or_else(|_| Err(Error::new("unpacking a package failed")))?;
            }
            Ok(())
        })
    }

    /// Returns the programs whose libraries must be found.
    pub fn programs(&self) -> Vec<PathBuf> {
        let mut programs = vec![self.path.join("usr/bin/rustc")];
        programs.extend(self.unpacked_lld());
        programs
    }

    /// Returns all folders with shared libraries, in the form of LD_LIBRARY_PATH.
    pub fn library_path(&self) -> Result<OsString, Error> {
        std::env::join_paths(self.library_folders())
            .map_err(Error::doing("name the folders of the compiler's libraries"))
    }

    fn library_folders(&self) -> Vec<PathBuf> {
        let mut folders = Vec::new();
        for top in ["usr/lib", "lib"] {
            for folder in entries(&self.path.join(top)) {
                folders.push(folder.join("lib"));
                folders.push(folder);
            }
        }
        // The compiler finds those below `rustlib` by itself.
        folders.retain(|folder| !folder.ends_with("rustlib") && has_shared_library(folder));
        folders
    }

    /// Writes the scripts in `bin`.
    ///
    /// They set LD_LIBRARY_PATH only for these programs, not for cargo and everything that cargo runs. They find the
    /// folder relative to themselves, since it is renamed when it is complete.
    pub fn write_scripts(&self) -> Result<(), Error> {
        let bin = self.path.join("bin");
        fs::create_dir_all(&bin).map_err(Error::doing(format!("make {}", bin.display())))?;
        let folders = self.library_folders();
        let folders = folders
            .iter()
            .filter_map(|f| f.strip_prefix(&self.path).ok());
        let folders: Vec<String> = folders
            .map(|folder| format!("$root/{}", folder.display()))
            .collect();
        let folders = folders.join(":");
        for program in SCRIPTS {
            let path = bin.join(program);
            let text = script(program, &folders);
            fs::write(&path, text)
                .and_then(|()| fs::set_permissions(&path, fs::Permissions::from_mode(0o755)))
                .map_err(Error::doing(format!("write {}", path.display())))?;
        }
        Ok(())
    }

    /// Links a linker to where the compiler looks for its own, so that nobody has to configure it.
    pub fn put_linker(&self) -> Result<(), Error> {
        // Debian's is in this folder too, so it cannot disappear like that of a rustup toolchain.
        let linker = match self.unpacked_lld() {
            Some(path) => path,
            None => lld_of_rustup().ok_or_else(|| {
                Error::new("there is no linker for wasm: no lld package, and rustc has no rust-lld")
            })?,
        };
        let link = self
            .linker_link()
            .ok_or_else(|| Error::new("there is no host library"))?;
        // Relative to `usr/lib/rustlib/HOST/bin`, since the whole folder will be renamed.
        let to = match linker.strip_prefix(&self.path) {
            Ok(inside) => Path::new("../../../../..").join(inside),
            Err(_) => linker,
        };
        link.parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| symlink(to, &link))
            .map_err(Error::doing(format!("make {}", link.display())))
    }

    /// Returns whether the linker is where [`put_linker`](Root::put_linker) put it.
    pub fn linker_is_there(&self) -> bool {
        self.linker_link().is_some_and(|link| link.exists())
    }

    /// Returns `rustlib/HOST/bin/rust-lld`. The host is the only target whose libraries came as a package.
    fn linker_link(&self) -> Option<PathBuf> {
        let host = entries(&self.rustlib()).into_iter().find(|folder| {
            let name = folder.file_name().unwrap_or_default().to_string_lossy();
            !name.starts_with("wasm32-") && folder.join("lib").is_dir()
        })?;
        Some(host.join("bin/rust-lld"))
    }

    fn unpacked_lld(&self) -> Option<PathBuf> {
        let folders = entries(&self.path.join("usr/lib"));
        let mut found = folders.iter().map(|folder| folder.join("bin/lld"));
        found.find(|path| path.exists())
    }

    /// Removes what is only needed during the build: the source is half of what was unpacked.
    pub fn prune(&self) {
        // Leftovers only cost disk space.
        let _ = fs::remove_dir_all(self.path.join("usr/src"));
        let _ = fs::remove_dir_all(self.rustlib().join("src"));
    }

    /// Writes a note that explains this folder.
    pub fn write_note(&self, version: &str, packages: &[String]) -> Result<(), Error> {
        let note = format!(
            "{version}, with the standard library for {} and {}.\n\
             Made of these packages of Debian's, for building plugins of harness-wasi-sockets:\n\
             {}\n\n\
             To use it by hand, from this folder:\n\
             RUSTC=$PWD/bin/rustc cargo build --target {}\n\n\
             It may be removed at any time; it is made again when it is needed.\n",
            Target::Wasip1,
            Target::Unknown,
            packages.join(" "),
            Target::Wasip1,
        );
        fs::write(self.path.join("README"), note).map_err(Error::doing("write a README"))
    }
}

/// Returns a script that runs a program of the packages with its library path.
fn script(program: &str, folders: &str) -> String {
    format!(
        "#!/bin/sh\n\
         root=$(CDPATH= cd -- \"${{0%/*}}/..\" && pwd -P) || exit\n\
         LD_LIBRARY_PATH=\"{folders}${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}\"\n\
         export LD_LIBRARY_PATH\n\
         exec \"$root/usr/bin/{program}\" \"$@\"\n"
    )
}

/// Returns the linker of a rustup toolchain.
fn lld_of_rustup() -> Option<PathBuf> {
    let mut command = Command::new("rustc");
    environment::clean(&mut command).args(["--print", "sysroot"]);
    let output = process::run(&mut command, QUICK).ok()?;
    let rustlib = Path::new(output.stdout.trim_end()).join("lib/rustlib");
    let folders = entries(&rustlib);
    let mut found = folders.iter().map(|folder| folder.join("bin/rust-lld"));
    found.find(|path| path.exists())
}

/// Returns the entries of a folder; none if it does not exist.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

fn has_shared_library(folder: &Path) -> bool {
    entries(folder).iter().any(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.ends_with(".so") || name.contains(".so.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_sets_the_path_and_hands_over() {
        let text = script("rustc", "$root/usr/lib/a:$root/lib/b");
        assert!(text.starts_with("#!/bin/sh\n"));
        assert!(text.contains("LD_LIBRARY_PATH=\"$root/usr/lib/a:$root/lib/b${LD_LIBRARY_PATH:+"));
        assert!(text.ends_with("exec \"$root/usr/bin/rustc\" \"$@\"\n"));
    }
}
