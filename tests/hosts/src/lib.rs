//! The hosts in `examples/hosts`, each in another language with that language's Extism SDK, for running plugins in
//! tests.
//!
//! What they need besides their language is installed below `target/hosts` only. A test whose language is missing is
//! skipped, and says so; with the environment variable `REQUIRE_HOSTS=1` it fails.

mod install;
mod run;

pub use run::{Outcome, Run};

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// A language with an Extism SDK, and a host here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// With `extism` from PyPI, which is the Rust runtime.
    Python,
    /// With `@extism/extism` from npm, in node, whose WebAssembly it uses; it has its own kernel.
    JavaScript,
}

/// An installed host.
#[derive(Debug)]
pub struct Host {
    /// Its language.
    pub language: Language,
    /// The program that runs it.
    program: PathBuf,
    /// Its source file.
    script: PathBuf,
}

impl Language {
    /// All languages.
    pub const ALL: [Language; 2] = [Language::Python, Language::JavaScript];

    /// Returns its name, as in the tests.
    pub fn name(self) -> &'static str {
        match self {
            Language::Python => "python",
            Language::JavaScript => "javascript",
        }
    }

    /// Returns its host, installed on first use; or why it is unavailable.
    pub fn host(self) -> Result<&'static Host, &'static str> {
        static PYTHON: OnceLock<Result<Host, String>> = OnceLock::new();
        static JAVASCRIPT: OnceLock<Result<Host, String>> = OnceLock::new();
        let host = match self {
            Language::Python => PYTHON.get_or_init(install::python),
            Language::JavaScript => JAVASCRIPT.get_or_init(install::javascript),
        };
        host.as_ref().map_err(String::as_str)
    }
}

impl Host {
    /// Returns a command that runs it, without arguments.
    pub fn command(&self) -> Command {
        self.command_for(&self.script)
    }

    /// Returns a command that runs a script of the tests, with the folder of the host's sources as argument.
    pub fn command_for_script(&self, script: &Path) -> Command {
        let mut command = self.command_for(script);
        command.args(self.script.parent());
        command
    }

    /// Returns a command that runs another program in the host's folder.
    pub fn command_for_example(&self, name: &str) -> Command {
        self.command_for(&self.script.with_file_name(name))
    }

    fn command_for(&self, source: &Path) -> Command {
        let mut command = Command::new(&self.program);
        // No files beside the sources, and no warning about node's experimental WASI.
        command
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("NODE_NO_WARNINGS", "1")
            .arg(source);
        command
    }
}

/// Returns whether a test whose language is missing must fail instead of being skipped.
pub fn required() -> bool {
    std::env::var_os("REQUIRE_HOSTS").is_some_and(|value| value == "1")
}
