//! Building a guest.

use super::shadow::{self, Flags, Shadow};
use super::{Compiler, Error, messages, plugin, process};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// A build of many crates on a slow machine, or one that waits for another in the same folder.
const LIMIT: Duration = Duration::from_secs(60 * 60);

/// How much of what cargo said ends up in an error.
const TAIL: usize = 200;

/// A guest to build: which package, what of it, and how.
///
/// Unless told otherwise it builds the package's library in the `dev` profile, as cargo does.
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
    /// The name of the library or the example, as its manifest spells it.
    pub name: String,
    /// Where the file is.
    pub path: PathBuf,
    /// How large it is.
    pub bytes: u64,
}

#[derive(Clone, Debug)]
enum Part {
    Library,
    Examples,
    Named(Vec<String>),
}

impl<'a> Build<'a> {
    /// A build of the package (or workspace) in `manifest_dir`.
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

    /// Picks a package of the workspace.
    pub fn package(mut self, name: &str) -> Build<'a> {
        self.package = Some(name.to_owned());
        self
    }

    /// Builds the library: the default.
    pub fn lib(mut self) -> Build<'a> {
        self.part = Part::Library;
        self
    }

    /// Builds one example; called again, that one too.
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

    /// Picks a profile by name.
    pub fn profile(mut self, name: &str) -> Build<'a> {
        self.profile = name.to_owned();
        self
    }

    /// Picks the `release` profile.
    pub fn release(self) -> Build<'a> {
        self.profile("release")
    }

    /// Turns features on.
    pub fn features<I>(mut self, names: I) -> Build<'a>
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        self.features.extend(names.into_iter().map(Into::into));
        self
    }

    /// Turns the default features off.
    pub fn no_default_features(mut self) -> Build<'a> {
        self.default_features = false;
        self
    }

    /// Fails rather than change `Cargo.lock`.
    pub fn locked(mut self) -> Build<'a> {
        self.locked = true;
        self
    }

    /// Says where to build. Otherwise it is where cargo would.
    ///
    /// A folder that no other compiler builds into is best: cargo builds what they share anew
    /// whenever the compiler changes.
    pub fn target_dir(mut self, folder: &Path) -> Build<'a> {
        self.target_dir = Some(folder.to_owned());
        self
    }

    /// Builds with `harness-std`: `std::net` works in the plugin, in its own code and in all crates below it.
    ///
    /// It is for [`Target::Wasip1`](super::Target::Wasip1). The sysroot that this takes is made when it is first
    /// needed, in the cache folder. It builds into the folder `harness-std` below the one that it would
    /// otherwise. Flags in cargo's configuration count; those in `RUSTFLAGS` do not, as for every build here.
    pub fn harness_std(mut self) -> Build<'a> {
        self.harness_std = true;
        self
    }

    /// Builds, and names the wasm files.
    ///
    /// `say` gets cargo's progress and warnings, a line at a time. What the compiler says about a
    /// build that fails is in the error.
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
            // Cargo reads the configuration of the folder that it runs in, which is ours.
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

    /// Picks from cargo's report what was asked for: it names every dependency too.
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

    /// Cargo puts what it was asked for one folder above the dependencies, examples in a folder of their own.
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
