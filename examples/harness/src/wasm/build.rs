//! Builds a guest.

use super::shadow::{self, Flags, Shadow};
use super::{Compiler, Error, messages, plugin, process};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Enough for a build of many crates on a slow machine, or one that waits for another in the same folder.
const LIMIT: Duration = Duration::from_secs(60 * 60);

/// How many lines of cargo's output an error contains.
const TAIL: usize = 200;

/// A guest to build: the package, its target, and the settings.
///
/// By default it builds the package's library in the `dev` profile, as cargo does.
#[derive(Clone, Debug)]
pub struct Build<'a> {
    compiler: &'a Compiler,
    manifest: PathBuf,
    package: Option<String>,
    part: Part,
    profile: String,
    features: Vec<String>,
    default_features: bool,
    locked: bool,
    target_dir: Option<PathBuf>,
    harness_std: bool,
}

/// A wasm file that was built, or was up to date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// The name of the library or the example, as in its manifest.
    pub name: String,
    /// The path of the file.
    pub path: PathBuf,
    /// The size of the file.
    pub bytes: u64,
}

#[derive(Clone, Debug)]
enum Part {
    Library,
    Examples,
    Named(Vec<String>),
}

impl<'a> Build<'a> {
    /// Creates a build of the package (or workspace) in `manifest_dir`.
    pub fn new(compiler: &'a Compiler, manifest_dir: &Path) -> Build<'a> {
        Build {
            compiler,
            manifest: manifest_dir.join("Cargo.toml"),
            package: None,
            part: Part::Library,
            profile: "dev".to_owned(),
            features: Vec::new(),
            default_features: true,
            locked: false,
            target_dir: None,
            harness_std: false,
        }
    }

    /// Selects a package of the workspace.
    pub fn package(mut self, name: &str) -> Build<'a> {
        self.package = Some(name.to_owned());
        self
    }

    /// Builds the library: the default.
    pub fn lib(mut self) -> Build<'a> {
        self.part = Part::Library;
        self
    }

    /// Builds one example. Further calls add more.
    pub fn example(mut self, name: &str) -> Build<'a> {
        match &mut self.part {
            Part::Named(names) => names.push(name.to_owned()),
            part => *part = Part::Named(vec![name.to_owned()]),
        }
        self
    }

    /// Builds every example.
    pub fn examples(mut self) -> Build<'a> {
        self.part = Part::Examples;
        self
    }

    /// Selects a profile by name.
    pub fn profile(mut self, name: &str) -> Build<'a> {
        self.profile = name.to_owned();
        self
    }

    /// Selects the `release` profile.
    pub fn release(self) -> Build<'a> {
        self.profile("release")
    }

    /// Enables features.
    pub fn features<I>(mut self, names: I) -> Build<'a>
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        self.features.extend(names.into_iter().map(Into::into));
        self
    }

    /// Disables the default features.
    pub fn no_default_features(mut self) -> Build<'a> {
        self.default_features = false;
        self
    }

    /// Fails instead of changing `Cargo.lock`.
    pub fn locked(mut self) -> Build<'a> {
        self.locked = true;
        self
    }

    /// Sets the target folder. Default: the one that cargo would use.
    ///
    /// A folder that no other compiler uses is best: cargo rebuilds shared crates whenever the compiler changes.
    pub fn target_dir(mut self, folder: &Path) -> Build<'a> {
        self.target_dir = Some(folder.to_owned());
        self
    }

    /// Builds with `harness-std`: `std::net` works in the plugin, both in its own code and in its dependencies.
    ///
    /// This is only for [`Target::Wasip1`](super::Target::Wasip1). The required sysroot is made on first use, in the
    /// cache folder. The build uses the folder `harness-std` below the target folder. Flags in cargo's configuration
    /// apply; those in `RUSTFLAGS` do not, as for every build here.
    pub fn harness_std(mut self) -> Build<'a> {
        self.harness_std = true;
        self
    }

    /// Builds, and returns the wasm files.
    ///
    /// `say` gets cargo's progress and warnings, one line at a time. If the build fails, the error contains the
    /// compiler's messages.
    pub fn run(&self, say: &dyn Fn(&str)) -> Result<Vec<Artifact>, Error> {
        say(&format!("building {} ...", self.subject()));
        let mut diagnostics = Vec::new();
        let mut command = self.command(say)?;
        let output = process::watch(
            &mut command,
            LIMIT,
            &mut |line| match messages::progress(line) {
                Some(progress) => say(progress),
                None => diagnostics.push(line.to_owned()),
            },
        )?;
        if !output.ok {
            let from = diagnostics.len().saturating_sub(TAIL);
            let subject = self.subject();
            let compiler = self.compiler.origin();
            let reason = diagnostics[from..].join("\n");
            return Err(Error::new(format!(
                "cannot build {subject} (with {compiler}):\n{reason}"
            )));
        }
        diagnostics.iter().for_each(|line| say(line));
        self.artifacts(&output.stdout)
    }

    fn command(&self, say: &dyn Fn(&str)) -> Result<Command, Error> {
        let mut command = self.compiler.cargo();
        let mut target_dir = self.target_dir.clone();
        if self.harness_std {
            let here = self.manifest.parent().unwrap_or(Path::new(""));
            let shadow = Shadow::find(self.compiler, say)?;
            // Cargo reads the configuration of its working directory, which is ours.
            shadow.prepare(&mut command, Path::new("."), Flags::Configured)?;
            let usual = target_dir.map_or_else(|| plugin::target_dir(here), Ok)?;
            target_dir = Some(shadow::target_dir(&usual));
        }
        command
            .args(["build", "--message-format=json-render-diagnostics"])
            .args(["--target", self.compiler.target().triple()])
            .args(self.arguments());
        if let Some(folder) = target_dir {
            command.arg("--target-dir").arg(folder);
        }
        Ok(command)
    }

    fn arguments(&self) -> Vec<OsString> {
        let mut arguments: Vec<OsString> = vec!["--manifest-path".into(), (&self.manifest).into()];
        let mut add = |words: &[&str]| arguments.extend(words.iter().map(OsString::from));
        add(&["--profile", &self.profile]);
        if let Some(name) = &self.package {
            add(&["--package", name]);
        }
        match &self.part {
            Part::Library => add(&["--lib"]),
            Part::Examples => add(&["--examples"]),
            Part::Named(names) => names.iter().for_each(|name| add(&["--example", name])),
        }
        if !self.features.is_empty() {
            add(&["--features", &self.features.join(",")]);
        }
        if !self.default_features {
            add(&["--no-default-features"]);
        }
        if self.locked {
            add(&["--locked"]);
        }
        arguments
    }

    /// Selects the requested artifacts from cargo's report, which lists every dependency too.
    fn artifacts(&self, report: &str) -> Result<Vec<Artifact>, Error> {
        let mut artifacts = Vec::new();
        for (name, files) in report.lines().filter_map(messages::wasm_files) {
            for path in files.into_iter().filter(|path| self.is_wanted(path)) {
                let bytes = fs::metadata(&path)
                    .map_err(Error::doing(format!("find {}", path.display())))?
                    .len();
                let name = name.clone();
                artifacts.push(Artifact { name, path, bytes });
            }
        }
        if artifacts.is_empty() {
            return Err(Error::new(format!(
                "building {} made no wasm file: a guest needs `crate-type = [\"cdylib\"]`",
                self.subject()
            )));
        }
        artifacts.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(artifacts)
    }

    /// Returns whether this was requested: cargo puts it one folder above the dependencies, and examples in their own
    /// folder.
    fn is_wanted(&self, path: &Path) -> bool {
        let folder = path.parent().and_then(Path::file_name).unwrap_or_default();
        match self.part {
            Part::Library => folder != "deps" && folder != "examples",
            Part::Examples | Part::Named(_) => folder == "examples",
        }
    }

    fn subject(&self) -> String {
        let part = match &self.part {
            Part::Library => "the library of".to_owned(),
            Part::Examples => "the examples of".to_owned(),
            Part::Named(names) => format!("{} of", names.join(", ")),
        };
        let place = self.manifest.parent().unwrap_or(&self.manifest);
        let package = match &self.package {
            Some(name) => name.clone(),
            None => place.display().to_string(),
        };
        format!("{part} {package} for {}", self.compiler.target())
    }
}
