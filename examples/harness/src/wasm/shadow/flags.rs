//! The user's own compiler flags, chosen as cargo would.
//!
//! Cargo takes flags from one source only: a variable, or else its configuration. The shadow's flags are in a variable,
//! so the user's flags from other sources must be added to it.

use super::super::{Error, Target, environment, process};
use super::{Flags, cargo, variable};
use cargo_platform::{Cfg, CfgExpr};
use serde_json::Value;
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::Command;
use std::str::FromStr;
use std::time::Duration;

const QUICK: Duration = Duration::from_secs(60);

/// The program that the flags are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Rustc,
    Rustdoc,
}

impl Kind {
    /// Returns their environment variable.
    fn variable(self) -> &'static str {
        match self {
            Kind::Rustc => "RUSTFLAGS",
            Kind::Rustdoc => "RUSTDOCFLAGS",
        }
    }

    /// Returns the variable in which they are separated by a character that no flag contains.
    pub fn encoded(self) -> &'static str {
        match self {
            Kind::Rustc => "CARGO_ENCODED_RUSTFLAGS",
            Kind::Rustdoc => "CARGO_ENCODED_RUSTDOCFLAGS",
        }
    }

    /// Returns their key in cargo's configuration.
    fn key(self) -> &'static str {
        match self {
            Kind::Rustc => "rustflags",
            Kind::Rustdoc => "rustdocflags",
        }
    }
}

/// Cargo's configuration.
pub(super) struct Config(Value);

impl Config {
    /// Asks cargo for its configuration, which may come from any number of files.
    pub fn read(folder: &Path, users: Flags<'_>) -> Result<Config, Error> {
        const DEED: &str = "read cargo's configuration";
        let mut ask = cargo(folder);
        if let Flags::OfUser(arguments) = users {
            ask.args(configs(arguments));
        }
        ask.args(["-Zunstable-options", "config", "get", "--format=json"])
            // The command is unstable, but every stable cargo has it.
            .env("RUSTC_BOOTSTRAP", "1");
        let output = process::run(&mut ask, QUICK)?.success(DEED)?;
        let config = serde_json::from_str(&output.stdout).map_err(Error::doing(DEED))?;
        Ok(Config(config))
    }

    /// Refuses settings that are incompatible with this sysroot.
    pub fn check(&self) -> Result<(), Error> {
        match self.0.pointer("/unstable/build-std") {
            Some(_) => Err(Error::new(
                "cargo's configuration has `unstable.build-std`: it would build std again, without harness-std",
            )),
            None => Ok(()),
        }
    }

    /// Returns the user's flags, from the source that cargo would use.
    pub fn flags(&self, kind: Kind, rustc: &OsStr, users: Flags<'_>) -> Result<Vec<String>, Error> {
        let flags = match (
            self.of_environment(kind, users)?,
            self.of_target(kind, rustc)?,
        ) {
            (Some(flags), _) => flags,
            (None, flags) if !flags.is_empty() => flags,
            (None, _) => {
                let mut flags = list(self.0.get("build").and_then(|build| build.get(kind.key())));
                flags.extend(words(variable(format!("CARGO_BUILD_{}", kind.variable()))?));
                flags
            }
        };
        match flags.iter().find(|flag| flag.starts_with("--sysroot")) {
            Some(flag) => Err(Error::new(format!(
                "{} has {flag}: there can be only one, and harness-std needs it",
                kind.variable()
            ))),
            None => Ok(flags),
        }
    }

    fn of_environment(&self, kind: Kind, users: Flags<'_>) -> Result<Option<Vec<String>>, Error> {
        let Flags::OfUser(_) = users else {
            return Ok(None);
        };
        if let Some(flags) = variable(kind.encoded())? {
            return Ok(Some(flags.split('\x1f').map(str::to_owned).collect()));
        }
        Ok(variable(kind.variable())?.map(|flags| words(Some(flags))))
    }

    /// Returns the flags for the target, and for each `cfg` that it matches.
    fn of_target(&self, kind: Kind, rustc: &OsStr) -> Result<Vec<String>, Error> {
        let triple = Target::Wasip1.triple();
        let targets = self.0.get("target").and_then(Value::as_object);
        let of = |name: &str| list(targets.and_then(|all| all.get(name)?.get(kind.key())));
        let mut flags = of(triple);
        let upper = triple.replace('-', "_").to_uppercase();
        flags.extend(words(variable(format!(
            "CARGO_TARGET_{upper}_{}",
            kind.variable()
        ))?));
        let mut cfgs = None;
        for name in targets.into_iter().flat_map(|all| all.keys()) {
            let Some(condition) = name
                .strip_prefix("cfg(")
                .and_then(|name| name.strip_suffix(')'))
            else {
                continue;
            };
            let more = of(name);
            if more.is_empty() {
                continue;
            }
            let condition = CfgExpr::from_str(condition).map_err(Error::doing(format!(
                "understand target.'{name}' in cargo's configuration"
            )))?;
            let cfgs = match &cfgs {
                Some(cfgs) => cfgs,
                None => cfgs.insert(cfgs_of_target(rustc)?),
            };
            if condition.matches(cfgs) {
                flags.extend(more);
            }
        }
        Ok(flags)
    }
}

/// Returns the target's `cfg` values, as the compiler prints them.
fn cfgs_of_target(rustc: &OsStr) -> Result<Vec<Cfg>, Error> {
    const DEED: &str = "ask rustc about its target";
    let mut ask = Command::new(rustc);
    environment::clean(&mut ask).args(["--print=cfg", "--target", Target::Wasip1.triple()]);
    let output = process::run(&mut ask, QUICK)?.success(DEED)?;
    let cfgs = output.stdout.lines().map(Cfg::from_str);
    cfgs.collect::<Result<_, _>>().map_err(Error::doing(DEED))
}

/// Returns the `--config` values in the arguments of a cargo.
fn configs(arguments: &[OsString]) -> Vec<&OsStr> {
    let mut found = Vec::new();
    let mut arguments = arguments.iter().take_while(|argument| *argument != "--");
    while let Some(argument) = arguments.next() {
        if argument == "--config" {
            found.push(argument.as_os_str());
            found.extend(arguments.next().map(OsString::as_os_str));
        } else if argument.to_string_lossy().starts_with("--config=") {
            found.push(argument);
        }
    }
    found
}

/// Parses flags of a configuration: a list, or one string.
fn list(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Array(flags)) => flags
            .iter()
            .filter_map(|flag| flag.as_str().map(str::to_owned))
            .collect(),
        Some(Value::String(flags)) => words(Some(flags.clone())),
        _ => Vec::new(),
    }
}

fn words(flags: Option<String>) -> Vec<String> {
    let flags = flags.unwrap_or_default();
    flags.split_whitespace().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(config: &str) -> Vec<String> {
        let config = Config(serde_json::from_str(config).unwrap());
        let flags = config.flags(Kind::Rustc, OsStr::new("rustc"), Flags::Configured);
        flags.unwrap()
    }

    #[test]
    fn flags_are_those_that_cargo_would_take() {
        assert!(flags("{}").is_empty());
        assert_eq!(
            flags(r#"{"build": {"rustflags": "-Ca -Cb"}}"#),
            ["-Ca", "-Cb"]
        );
        assert_eq!(flags(r#"{"build": {"rustflags": ["-C a"]}}"#), ["-C a"]);
        // Those for a target replace those for all.
        let both = r#"{"build": {"rustflags": ["-Ca"]}, "target": {"wasm32-wasip1": {"rustflags": ["-Cb"]}}}"#;
        assert_eq!(flags(both), ["-Cb"]);
        let other = r#"{"build": {"rustflags": ["-Ca"]}, "target": {"x86_64-pc-windows-msvc": {"rustflags": ["-Cb"]}}}"#;
        assert_eq!(flags(other), ["-Ca"]);
        let cfgs = r#"{"target": {"cfg(windows)": {"rustflags": ["-Ca"]}, "cfg(target_os = \"wasi\")": {"rustflags": ["-Cb"]}}}"#;
        assert_eq!(flags(cfgs), ["-Cb"]);
    }

    #[test]
    fn another_sysroot_is_refused() {
        let config = Config(serde_json::json!({"build": {"rustflags": "--sysroot /x"}}));
        let error = config.flags(Kind::Rustc, OsStr::new("rustc"), Flags::Configured);
        assert!(error.unwrap_err().to_string().contains("--sysroot"));
        assert!(
            Config(serde_json::json!({"unstable": {"build-std": ["std"]}}))
                .check()
                .is_err()
        );
    }

    #[test]
    fn configurations_on_the_command_line_are_found() {
        let words = [
            "build",
            "--config",
            "a=1",
            "--config=b=2",
            "--",
            "--config",
            "c=3",
        ];
        let words = words.map(OsString::from);
        assert_eq!(configs(&words), ["--config", "a=1", "--config=b=2"]);
    }
}
