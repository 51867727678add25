//! `harness-host std cargo ARGS...`: runs cargo with `harness-std` as std for all crates of a plugin.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::{Failure, say, tools};
use crate::wasm::shadow::{Flags, Shadow, target_dir};
use crate::wasm::{Compiler, Target};

/// The variable that names the target if no argument does.
const TARGET: &str = "CARGO_BUILD_TARGET";

/// Runs cargo; the first word must be `cargo`.
pub(super) fn run(words: &[OsString]) -> Result<ExitCode, Failure> {
    let Some((cargo, arguments)) = words.split_first() else {
        return Err("std: expected a cargo command, as in `std cargo build --release`".into());
    };
    if cargo != "cargo" {
        let cargo = cargo.display();
        return Err(format!("std: expected `cargo` and a command of it, not `{cargo}`").into());
    }
    let target = wanted(arguments)?;
    let compiler = Compiler::find(Target::Wasip1, &say)?;
    let shadow = Shadow::find(&compiler, &say)?;

    let (mut command, arguments) = match arguments.split_first() {
        // A compiler other than cargo's has its own clippy program.
        Some((clippy, rest)) if clippy == "clippy" => (compiler.clippy()?, rest),
        _ => (compiler.cargo(), arguments),
    };
    let here = env::current_dir()?;
    shadow.prepare(&mut command, &here, Flags::OfUser(arguments))?;
    if !target {
        command.env(TARGET, Target::Wasip1.triple());
    }
    say(&format!(
        "std::net is harness-std's, from {}",
        shadow.folder().display()
    ));
    // Builds with another std must neither be overwritten nor be mistaken for this one.
    let folder = match option(arguments, "--target-dir") {
        Some(folder) => PathBuf::from(folder),
        None => match usual(&compiler, arguments) {
            Some(usual) => {
                let folder = target_dir(&usual);
                command.env("CARGO_TARGET_DIR", &folder);
                folder
            }
            // There is no package, so nothing is built here.
            None => return tools::finish(command.args(arguments)),
        },
    };
    say(&format!(
        "what is built is in {}",
        folder.join(Target::Wasip1.triple()).display()
    ));
    tools::finish(command.args(arguments))
}

/// Returns whether the arguments name the target; refuses targets that the shadow does not support.
fn wanted(arguments: &[OsString]) -> Result<bool, Failure> {
    let own = || own(arguments);
    if let Some(flag) = own().find(|word| word.to_string_lossy().starts_with("-Zbuild-std")) {
        let flag = flag.display();
        return Err(format!("std: {flag}: it would build std again, without harness-std").into());
    }
    if own().any(|word| word == "-Z")
        && own().any(|word| word.to_string_lossy().starts_with("build-std"))
    {
        return Err("std: -Z build-std: it would build std again, without harness-std".into());
    }
    match option(arguments, "--target") {
        None => Ok(false),
        Some(target) if target == Target::Wasip1.triple() => Ok(true),
        Some(target) => {
            let target = target.display();
            Err(format!(
                "std: --target {target}: harness-std is for {}",
                Target::Wasip1
            )
            .into())
        }
    }
}

/// Returns cargo's own arguments, not those of the program that it runs.
fn own(arguments: &[OsString]) -> impl Iterator<Item = &OsString> {
    arguments.iter().take_while(|word| *word != "--")
}

/// Returns the value of a cargo option; the last one counts.
fn option(arguments: &[OsString], name: &str) -> Option<OsString> {
    let mut found = None;
    let mut words = own(arguments);
    while let Some(word) = words.next() {
        if word == name {
            found = words.next().cloned();
        } else if let Some(value) = word.to_str().and_then(|word| word.strip_prefix(name))
            && let Some(value) = value.strip_prefix('=')
        {
            found = Some(value.into());
        }
    }
    found
}

/// Returns where cargo would build, if there is a package.
fn usual(compiler: &Compiler, arguments: &[OsString]) -> Option<PathBuf> {
    let mut ask = compiler.cargo();
    ask.args(["metadata", "--no-deps", "--format-version=1"]);
    if let Some(manifest) = option(arguments, "--manifest-path") {
        ask.arg("--manifest-path").arg(manifest);
    }
    if let Some(folder) = env::var_os("CARGO_TARGET_DIR") {
        ask.env("CARGO_TARGET_DIR", folder);
    }
    let answer = ask.output().ok()?;
    let metadata: serde_json::Value = serde_json::from_slice(&answer.stdout).ok()?;
    let folder = metadata.get("target_directory")?.as_str()?;
    Some(Path::new(OsStr::new(folder)).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn other_targets_are_refused() {
        for (line, named) in [
            ("build", false),
            ("build --target wasm32-wasip1", true),
            ("build --target=wasm32-wasip1 -- --target x", true),
            ("build --target-dir x", false),
        ] {
            assert_eq!(wanted(&words(line)).unwrap(), named, "{line}");
        }
        for line in [
            "build --target wasm32-unknown-unknown",
            "build --target=x86_64-unknown-linux-gnu",
            "build -Zbuild-std",
            "build -Z build-std=std",
        ] {
            assert!(wanted(&words(line)).is_err(), "{line}");
        }
    }

    #[test]
    fn what_is_no_cargo_command_is_refused() {
        for line in [&[][..], &["build"]] {
            let line: Vec<_> = line.iter().map(OsString::from).collect();
            assert!(run(&line).unwrap_err().to_string().contains("cargo"));
        }
    }
}
