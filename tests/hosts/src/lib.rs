//! The hosts in `examples/hosts`, each in another language over that language's Extism SDK, for the
//! tests to run plugins in.
//!
//! What they need beyond their language is installed below `target/hosts`, and nowhere else. A test whose
//! language is missing is skipped, and says so; with the environment variable `REQUIRE_HOSTS=1` it fails.

mod install;
mod run;

pub use run::{Outcome, Run};

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// A language that has an Extism SDK, and a host here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Over `extism` from PyPI, which is the runtime in Rust.
    Python,
    /// Over `@extism/extism` from npm, in node, whose WebAssembly it uses; the kernel is its own.
    JavaScript,
}

/// A host that can be run.
#[derive(Debug)]
pub struct Host {
    /// The language that it is written in.
    pub language: Language,
    /// What runs it.
    program: PathBuf,
    /// Its source file.
    script: PathBuf,
}

impl Language {
    /// All of them.
    pub const ALL: [Language; 2] = [Language::Python, Language::JavaScript];

    /// Its name, as tests have it.
    pub fn name(self) -> &'static str {
        match self {
            Language::Python => "python",
            Language::JavaScript => "javascript",
        }
    }

    /// Its host, installed when it is first wanted; or why there is none.
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
    /// A command that runs it, with nothing but its source file.
    pub fn command(&self) -> Command {
        self.command_for(&self.script)
    }

    /// A command that runs a script of the tests, which is given the folder with the host's sources.
    pub fn command_for_script(&self, script: &Path) -> Command {
        let mut command = self.command_for(script);
        command.args(self.script.parent());
        command
    }

    /// A command that runs another program beside the host's.
    pub fn command_for_example(&self, name: &str) -> Command {
        self.command_for(&self.script.with_file_name(name))
    }

    fn command_for(&self, source: &Path) -> Command {
        let mut command = Command::new(&self.program);
        // No files beside the sources, and no warning that node's WASI is young.
        command
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("NODE_NO_WARNINGS", "1")
            .arg(source);
        command
    }
}

/// Whether a test whose language is missing is to fail, and not to be skipped.
pub fn required() -> bool {
    std::env::var_os("REQUIRE_HOSTS").is_some_and(|value| value == "1")
}
