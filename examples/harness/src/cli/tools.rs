//! Runs cargo and clippy with a compiler that can build wasm.

use std::collections::BTreeMap;
use std::env;
use std::ffi::{OsStr, OsString};
use std::process::{Command, ExitCode};

use super::{Failure, say};
use crate::wasm::{Compiler, Target};

/// `harness-host cargo ARGS...`
pub(super) fn cargo(arguments: &[OsString]) -> Result<ExitCode, Failure> {
    let compiler = Compiler::find(target(arguments), &say)?;
    execute(compiler.cargo(), arguments)
}

/// `harness-host clippy ARGS...`
pub(super) fn clippy(arguments: &[OsString]) -> Result<ExitCode, Failure> {
    let compiler = Compiler::find(target(arguments), &say)?;
    execute(compiler.clippy()?, arguments)
}

/// `harness-host toolchain`
pub(super) fn toolchain() -> Result<ExitCode, Failure> {
    let mut variables = BTreeMap::new();
    for target in Target::ALL {
        let compiler = Compiler::find(target, &say)?;
        println!("# {target}: {}", compiler.origin());
        variables.extend(compiler.environment().iter().cloned());
    }
    for (name, value) in variables {
        println!("export {}={}", name.display(), quoted(&value));
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns the target that the arguments name.
fn target(arguments: &[OsString]) -> Target {
    let names = |argument: &OsString, target: Target| {
        let text = argument.to_string_lossy();
        text.strip_prefix("--target=").unwrap_or(&text) == target.triple()
    };
    match arguments
        .iter()
        .any(|argument| names(argument, Target::Unknown))
    {
        true => Target::Unknown,
        false => Target::Wasip1,
    }
}

fn execute(mut command: Command, arguments: &[OsString]) -> Result<ExitCode, Failure> {
    // `Compiler::cargo` removes it, because a parent cargo may have set it. Here the user has set it.
    if let Some(folder) = env::var_os("CARGO_TARGET_DIR") {
        command.env("CARGO_TARGET_DIR", folder);
    }
    finish(command.args(arguments))
}

/// Runs a command, and exits with its status.
pub(super) fn finish(command: &mut Command) -> Result<ExitCode, Failure> {
    let status = command.status()?;
    // A process that was ended by a signal has no exit code.
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

/// Quotes a value for a shell.
fn quoted(value: &OsStr) -> String {
    format!("'{}'", value.to_string_lossy().replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_is_the_one_that_is_named() {
        let of = |words: &[&str]| target(&words.iter().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(of(&["build"]), Target::Wasip1);
        assert_eq!(
            of(&["build", "--target", "wasm32-unknown-unknown"]),
            Target::Unknown
        );
        assert_eq!(
            of(&["build", "--target=wasm32-unknown-unknown"]),
            Target::Unknown
        );
    }

    #[test]
    fn values_are_quoted() {
        assert_eq!(quoted(OsStr::new("it's $HOME")), r"'it'\''s $HOME'");
    }
}
