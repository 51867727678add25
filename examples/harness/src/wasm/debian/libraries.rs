//! The shared libraries that the unpacked programs need and the system lacks.
//!
//! A desktop has them all. A small container may lack some of LLVM's, and nothing is installed here.

use super::super::{Error, process};
use super::apt::{self, Apt};
use super::packages::dependencies;
use super::root::Root;
use std::process::Command;
use std::time::Duration;

/// A library's package, the packages of its libraries, and so on: LLVM's go three levels deep.
const ROUNDS: usize = 5;

/// Fetches dependencies of `chosen` until no library is missing, and adds them to `chosen`.
pub(super) fn complete(
    root: &Root,
    apt: &Apt,
    chosen: &mut Vec<String>,
    say: &dyn Fn(&str),
) -> Result<(), Error> {
    for _ in 0..ROUNDS {
        let missing = missing(root)?;
        if missing.is_empty() {
            return Ok(());
        }
        let more = not_there(apt, chosen)?;
        if more.is_empty() {
            break;
        }
        say(&format!(
            "fetching {} for {} ...",
            more.join(", "),
            missing.join(", ")
        ));
        root.unpack(&apt.download(&more)?)?;
        chosen.extend(more);
    }
    let missing = missing(root)?;
    if missing.is_empty() {
        return Ok(());
    }
    Err(Error::new(format!(
        "the compiler needs {}, and no package that it depends on has that",
        missing.join(", ")
    )))
}

/// Returns the libraries among the dependencies of `chosen` that are neither fetched nor installed.
fn not_there(apt: &Apt, chosen: &[String]) -> Result<Vec<String>, Error> {
    let answer = apt.depends(chosen)?;
    let mut names: Vec<String> = dependencies(&answer)
        .into_iter()
        .filter(|name| is_library(name) && !chosen.iter().any(|known| known == name))
        .map(str::to_owned)
        .collect();
    let installed = apt::installed(&names)?;
    names.retain(|name| !installed.contains(name));
    Ok(names)
}

/// Returns whether a package may contain a library that a program loads.
///
/// The C library must remain the system's: a second one in the same process breaks it.
fn is_library(name: &str) -> bool {
    (name.starts_with("lib") || name.starts_with("zlib"))
        && !name.ends_with("-dev")
        && !name.starts_with("libc6")
}

fn missing(root: &Root) -> Result<Vec<String>, Error> {
    let mut names = Vec::new();
    for program in root.programs() {
        let mut command = Command::new("ldd");
        command
            .arg(&program)
            .env("LC_ALL", "C")
            .env("LD_LIBRARY_PATH", root.library_path()?);
        let output = process::run(&mut command, Duration::from_secs(60))?;
        for name in not_found(&output.stdout) {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
    }
    Ok(names)
}

/// Returns the libraries that `ldd` did not find.
fn not_found(answer: &str) -> impl Iterator<Item = &str> {
    answer
        .lines()
        .filter_map(|line| line.trim().strip_suffix(" => not found"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_that_ldd_misses_are_named() {
        let answer = "\tlinux-vdso.so.1 (0x00007f)\n\tlibz3.so.4 => not found\n\
                      \tlibc.so.6 => /lib/libc.so.6 (0x00007f)\n\tlibedit.so.2 => not found\n";
        let names: Vec<&str> = not_found(answer).collect();
        assert_eq!(names, ["libz3.so.4", "libedit.so.2"]);
    }

    #[test]
    fn the_c_library_is_never_fetched() {
        assert!(is_library("libz3-4") && is_library("libxml2"));
        for other in ["libc6", "libc6-dev", "gcc", "libgcc-12-dev", "zlib1g-dev"] {
            assert!(!is_library(other), "{other}");
        }
    }
}
