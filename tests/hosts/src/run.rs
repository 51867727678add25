//! One call of a plugin in one of the hosts.

use crate::Host;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// A call to make.
#[derive(Clone, Debug)]
pub struct Run {
    arguments: Vec<OsString>,
    preload: Option<PathBuf>,
}

/// The result of a call.
#[derive(Debug)]
pub struct Outcome {
    /// The output, or the plugin's error.
    pub output: Result<Vec<u8>, String>,
    /// How often each host function was called.
    pub calls: BTreeMap<String, u64>,
    /// How many connections it has left open.
    pub left_open: u64,
    /// Other output on standard error.
    pub said: String,
}

/// What a host prints at the end.
#[derive(serde::Deserialize)]
struct Report {
    calls: BTreeMap<String, u64>,
    left_open: u64,
}

impl Run {
    /// Creates a call of an exported function of a plugin, which may reach no address yet.
    pub fn new(plugin: &Path, function: &str, input: &str) -> Run {
        let words = [plugin.as_os_str(), function.as_ref(), input.as_ref()];
        let run = Run {
            arguments: words.map(OsString::from).into(),
            preload: None,
        };
        run.option("--report")
    }

    /// Adds an option of the host.
    pub fn option(mut self, option: &str) -> Run {
        self.arguments.push(option.into());
        self
    }

    /// Adds an option with a value.
    pub fn with(self, option: &str, value: &str) -> Run {
        self.option(option).option(value)
    }

    /// Adds a module that node loads before the host.
    pub fn preload(mut self, module: PathBuf) -> Run {
        self.preload = Some(module);
        self
    }

    /// Makes the call.
    ///
    /// # Panics
    /// If the host itself fails.
    pub fn on(&self, host: &Host) -> Outcome {
        let mut command = host.command();
        if let Some(module) = &self.preload {
            let option = format!("--no-warnings --import={}", module.display());
            command.env("NODE_OPTIONS", option);
        }
        let output = command
            .args(&self.arguments)
            .stdin(Stdio::null())
            .output()
            .expect("the host can be run");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let parsed = |line: &str| serde_json::from_str::<Report>(line).ok();
        let report = said.lines().find_map(parsed);
        let report = report.unwrap_or_else(|| panic!("{:?} says no report: {said}", host.language));
        let failure = said.find("the plugin failed: ");
        let output = match (output.status.success(), failure) {
            (true, None) => Ok(output.stdout),
            (false, Some(at)) => Err(said[at..].to_owned()),
            (_, _) => panic!("{:?}, {}: {said}", host.language, output.status),
        };
        Outcome {
            output,
            calls: report.calls,
            left_open: report.left_open,
            said,
        }
    }
}

impl Outcome {
    /// Returns the output as text.
    ///
    /// # Panics
    /// If the plugin failed, or has left a connection open.
    pub fn text(&self) -> String {
        assert_eq!(self.left_open, 0, "connections left over");
        match &self.output {
            Ok(output) => String::from_utf8_lossy(output).into_owned(),
            Err(why) => panic!("{why}"),
        }
    }

    /// Returns how often a host function was called.
    pub fn calls_of(&self, function: &str) -> u64 {
        self.calls.get(function).copied().unwrap_or(0)
    }
}
