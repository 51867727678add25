//! `harness-host new NAME`: writes a new plugin, with its tests.

use std::ffi::OsStr;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process::ExitCode;

use super::arguments::Usage;
use super::{Failure, say};
use crate::error::writing;
use crate::guests;

/// A file of a plugin: its path and its content. `PLUGIN_NAME`, `PLUGIN_FILE` (the name as a Rust identifier), `FOLDER`
/// and `HARNESS` (the path from the file's package to the library) are replaced.
type File = (&'static str, &'static str);

macro_rules! files {
    ($template:literal: $($path:literal),+ $(,)?) => {
        &[$(($path, include_str!(concat!("../../templates/", $template, "/", $path, ".in")))),+]
    };
}

macro_rules! template {
    ($template:literal) => {
        files!($template:
            "Cargo.toml",
            "README.md",
            ".gitignore",
            ".cargo/config.toml",
            "rust-analyzer.toml",
            "src/lib.rs",
            "end-to-end/Cargo.toml",
            "end-to-end/src/lib.rs",
            "end-to-end/tests/plugin.rs",
        )
    };
}

const STD: &[File] = template!("std");
const NO_STD: &[File] = template!("no-std");

/// Writes the plugin, and prints what to do with it.
pub(super) fn run(folder: &Path, no_std: bool) -> Result<ExitCode, Failure> {
    let name = folder
        .file_name()
        .and_then(OsStr::to_str)
        .unwrap_or_default();
    if !is_name(name) {
        return Err(Usage(format!(
            "new {}: a name is of letters, digits, - and _, and begins with a letter",
            folder.display()
        ))
        .into());
    }
    if folder.exists() {
        return Err(format!("{} exists already", folder.display()).into());
    }
    let library = guests::workspace()?;
    let files = if no_std { NO_STD } else { STD };
    fs::create_dir_all(folder).map_err(writing(folder))?;
    // Without `..` and links, through which a relative path would lead elsewhere.
    let plugin = folder.canonicalize()?;
    for (path, text) in files {
        let package = match path.starts_with("end-to-end") {
            true => plugin.join("end-to-end"),
            false => plugin.clone(),
        };
        let library = way(&package, &library);
        write(&folder.join(path), &filled(text, name, folder, &library))?;
    }
    // The versions that the library is tested with.
    let lock = library.join("Cargo.lock");
    let text = fs::read_to_string(&lock)?;
    write(&folder.join("Cargo.lock"), &text)?;

    let shown = folder.display();
    say(&format!("wrote a plugin and its tests to {shown}. Now:"));
    say(&format!("  cd {shown}"));
    say("  cargo test          # the logic, natively, in milliseconds");
    say("  cargo plugin        # the plugin, for wasm");
    say("  cargo end-to-end    # the plugin in the real Extism runtime, over real sockets");
    Ok(ExitCode::SUCCESS)
}

/// Returns whether cargo accepts the name for a package.
fn is_name(name: &str) -> bool {
    let good = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(good)
}

fn filled(text: &str, name: &str, folder: &Path, library: &Path) -> String {
    text.replace("PLUGIN_NAME", name)
        .replace("PLUGIN_FILE", &name.replace('-', "_"))
        .replace("FOLDER", &folder.display().to_string())
        .replace("HARNESS", &library.display().to_string().replace('\\', "/"))
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(writing(folder))?;
    }
    Ok(fs::write(path, text).map_err(writing(path))?)
}

/// Returns the relative path from one absolute path to another, so that both can be moved together.
fn way(from: &Path, to: &Path) -> PathBuf {
    let pairs = from.components().zip(to.components());
    let common = pairs.take_while(|(a, b)| a == b).count();
    let up = from.components().skip(common).map(|_| Component::ParentDir);
    up.chain(to.components().skip(common)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_is_relative() {
        for (from, to, path) in [
            ("/a/here/plugin", "/a/library", "../../library"),
            ("/a/library/plugin", "/a/library", ".."),
            ("/a", "/a/library", "library"),
        ] {
            assert_eq!(way(Path::new(from), Path::new(to)), Path::new(path));
        }
    }

    #[test]
    fn names_are_those_of_packages() {
        assert!(
            ["a", "my-plugin", "my_plugin2"]
                .iter()
                .all(|name| is_name(name))
        );
        assert!(
            ["", "2nd", "my plugin", "-x", "ä"]
                .iter()
                .all(|name| !is_name(name))
        );
    }
}
