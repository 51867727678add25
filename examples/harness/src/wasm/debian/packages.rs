//! The packages that make a compiler.
//!
//! Some have a version in their name, which differs between Debian releases and changes with updates. So only names
//! that never change are listed here; the others are found through dependencies.

use super::super::Error;
use super::apt::Apt;

/// The compiler, the source of its standard library, and the C library that the WASI one is based on.
const WANTED: [&str; 3] = ["rustc-web", "rust-web-src", "wasi-libc"];

/// The linter that matches the compiler.
pub(super) const CLIPPY: &str = "rust-web-clippy";

/// Returns the packages to fetch.
pub(super) fn choose(apt: &Apt) -> Result<Vec<String>, Error> {
    let mut chosen = WANTED.map(str::to_owned).to_vec();
    follow(apt, &mut chosen)?;
    let mut optional = vec![CLIPPY.to_owned()];
    // The linker must understand the output of the compiler's LLVM, so it must have the same version.
    optional.extend(chosen.iter().find_map(|name| linker_for(name)));
    for package in optional {
        if apt.depends(std::slice::from_ref(&package)).is_ok() {
            chosen.push(package);
        }
    }
    Ok(chosen)
}

/// Adds the parts of the compiler on which `chosen` depends, directly or indirectly.
fn follow(apt: &Apt, chosen: &mut Vec<String>) -> Result<(), Error> {
    let mut seen = 0;
    while seen < chosen.len() {
        let answer = apt.depends(&chosen[seen..])?;
        seen = chosen.len();
        for name in dependencies(&answer) {
            if is_part(name) && !chosen.iter().any(|known| known == name) {
                chosen.push(name.to_owned());
            }
        }
    }
    Ok(())
}

/// Returns whether a dependency is a part of the compiler, not of the system.
///
/// The rest (a C compiler, the C library) is needed by any Rust compiler, so it is already installed.
fn is_part(name: &str) -> bool {
    name.starts_with("libstd-rust-") || name.starts_with("libllvm")
}

/// Returns `lld-22` for `libllvm22`.
fn linker_for(name: &str) -> Option<String> {
    let version = name.strip_prefix("libllvm")?;
    let digits = version.bytes().take_while(u8::is_ascii_digit).count();
    (digits > 0).then(|| format!("lld-{}", &version[..digits]))
}

/// Returns the real packages that `apt-cache depends` lists as required.
///
/// It prints a package's name at the start of a line, and below it lines such as `  Depends: libc6`, ` |Depends: this`
/// (or the next one), and `  Depends: <virtual>`, which is not a package name.
pub(super) fn dependencies(answer: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for line in answer.lines() {
        let line = line.trim_start_matches([' ', '|']);
        let name = line
            .strip_prefix("Depends: ")
            .or_else(|| line.strip_prefix("PreDepends: "));
        let Some(name) = name else { continue };
        // In `libc6:i386` and `python3:any` the suffix is the architecture.
        let name = name.split(':').next().unwrap_or(name);
        if !name.starts_with('<') && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = "\
rustc-web
  Depends: libc6
  Depends: libstd-rust-web-dev
 |Depends: gcc
  Depends: <c-compiler>
    gcc-12
  Depends: <libc-dev>
    libc6-dev
  PreDepends: binutils:any
  Depends: libc6
  Conflicts: rustc
  Recommends: cargo-web
  Suggests: lld-22
";

    #[test]
    fn only_real_needs_are_named_and_once() {
        let names = dependencies(ANSWER);
        assert_eq!(names, ["libc6", "libstd-rust-web-dev", "gcc", "binutils"]);
        assert!(dependencies("").is_empty());
    }

    #[test]
    fn parts_are_told_from_the_system() {
        assert!(is_part("libstd-rust-web-1.96") && is_part("libllvm22"));
        assert!(!is_part("libc6") && !is_part("gcc"));
    }

    #[test]
    fn the_linker_has_the_version_of_llvm() {
        assert_eq!(linker_for("libllvm22").as_deref(), Some("lld-22"));
        assert_eq!(linker_for("libllvm18t64").as_deref(), Some("lld-18"));
        assert_eq!(linker_for("libllvm"), None);
        assert_eq!(linker_for("libc6"), None);
    }
}
