//! Builds the standard library for wasm, and puts it where the compiler looks for it.

use super::super::{Error, Target, environment, process};
use super::root::Root;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(40 * 60);

/// Cargo builds a standard library only for some package; this is the smallest.
const MANIFEST: &str = "\
[package]
name = \"std-seed\"
version = \"0.0.0\"
edition = \"2021\"

[workspace]
";

/// The files of WASI's C library that the compiler expects next to the Rust one: the library itself and the start-up
/// code of a program, for commands and for reactors.
const SELF_CONTAINED: [&str; 3] = ["libc.a", "crt1-command.o", "crt1-reactor.o"];

/// Builds it for both targets, with the compiler in `root`. Temporary files go to `work`.
pub(super) fn build(root: &Root, work: &Path) -> Result<(), Error> {
    // First the C library: Rust's includes it when it is built.
    let beside = root.libraries_of(Target::Wasip1).join("self-contained");
    make_folder(&beside)?;
    for file in SELF_CONTAINED {
        fs::copy(root.wasi_libc().join(file), beside.join(file))
            .map_err(Error::doing(format!("copy {file} of WASI's C library")))?;
    }

    let seed = work.join("seed");
    let vendored = write_seed(root, &seed)?;
    let built = work.join("target");
    // Build both targets in one command: their crates use the cores more fully.
    let mut command = Command::new(environment::cargo());
    environment::clean(&mut command)
        .current_dir(&seed)
        .args(["build", "--release", "-Zbuild-std=std,panic_abort"])
        .arg("--target-dir")
        .arg(&built)
        .args(Target::ALL.iter().flat_map(|t| ["--target", t.triple()]))
        .args(vendored.then_some("--offline"))
        .env("RUSTC", root.rustc())
        // Building a standard library is unstable in cargo; this enables it in a stable cargo.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_ENCODED_RUSTFLAGS", flags(root))
        // A wrapper from the user's configuration may not support this compiler.
        .env("RUSTC_WRAPPER", "")
        .env("RUSTC_WORKSPACE_WRAPPER", "");
    let output = process::run(&mut command, LIMIT)?;
    output.success("build the standard library")?;

    for target in Target::ALL {
        collect(&built, root, target)?;
    }
    Ok(())
}

/// Writes the package. Returns true if the source contains all crates that the library needs.
fn write_seed(root: &Root, folder: &Path) -> Result<bool, Error> {
    let write = |name: &str, text: &str| {
        fs::write(folder.join(name), text).map_err(Error::doing(format!("write {name}")))
    };
    make_folder(&folder.join("src"))?;
    write("Cargo.toml", MANIFEST)?;
    write("src/lib.rs", "#![no_std]\n")?;
    let vendor = root.source().join("library/vendor");
    if !vendor.is_dir() {
        return Ok(false);
    }
    // So no registry is needed. The path is quoted for TOML.
    make_folder(&folder.join(".cargo"))?;
    let vendor = vendor.to_string_lossy();
    let vendor = vendor.replace('\\', "\\\\").replace('"', "\\\"");
    write(
        ".cargo/config.toml",
        &format!(
            "[source.crates-io]\nreplace-with = \"vendored\"\n\n\
             [source.vendored]\ndirectory = \"{vendor}\"\n"
        ),
    )?;
    Ok(true)
}

/// Returns the flags for the standard library, in cargo's list syntax.
fn flags(root: &Root) -> String {
    let source = root.source();
    [
        // Without it no guest could be built with `lto`.
        "-Cembed-bitcode=yes".to_owned(),
        // Panic messages contain source paths, and guests should not depend on the home folder of the user who built
        // them.
        format!("--remap-path-prefix={}=/rustc", source.display()),
    ]
    .join("\x1f")
}

/// Moves the libraries built for `target` to where the compiler looks for them.
fn collect(built: &Path, root: &Root, target: Target) -> Result<(), Error> {
    let from = built.join(target.triple()).join("release/deps");
    let to = root.libraries_of(target);
    make_folder(&to)?;
    let entries = fs::read_dir(&from).map_err(Error::doing(format!("read {}", from.display())))?;
    for path in entries.flatten().map(|entry| entry.path()) {
        if let Some(name) = library_name(&path) {
            fs::rename(&path, to.join(name)).map_err(Error::doing(format!("move {name}")))?;
        }
    }
    Ok(())
}

/// Returns the file's name if it is part of the standard library.
fn library_name(path: &Path) -> Option<&str> {
    let name = path.file_name()?.to_str()?;
    (name.ends_with(".rlib") && !name.starts_with("libstd_seed-")).then_some(name)
}

fn make_folder(folder: &Path) -> Result<(), Error> {
    fs::create_dir_all(folder).map_err(Error::doing(format!("make {}", folder.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seed_is_no_part_of_the_library() {
        let name = |path| library_name(Path::new(path));
        assert_eq!(name("d/libcore-1f.rlib"), Some("libcore-1f.rlib"));
        assert_eq!(name("d/libstd-2a.rlib"), Some("libstd-2a.rlib"));
        assert_eq!(name("d/libstd_seed-2a.rlib"), None);
        assert_eq!(name("d/libcore-1f.rmeta"), None);
    }
}
