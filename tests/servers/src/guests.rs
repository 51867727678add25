//! The guests: the plugins over well-known crates, built when needed.

use harness_host::wasm::{Artifact, Build, Compiler, Target};
use harness_host::{Allow, Config, Plugin, guests};
use std::sync::OnceLock;
use std::time::Duration;

/// The host that a guest runs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    /// The reference host with its defaults.
    Default,
    /// The reference host like production. A test additionally sets configuration values, which production never does.
    Production,
}

impl Host {
    /// Returns the settings.
    pub fn config(self) -> Config {
        match self {
            Host::Default => Config::new(),
            Host::Production => Config::production(),
        }
    }
}

/// A package of guests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Package {
    /// Guests with std.
    Std,
    /// Guests without std.
    NoStd,
    /// Guests whose crates open their sockets themselves, through std's names.
    Unmodified,
}

impl Package {
    /// Builds and returns all its guests.
    ///
    /// # Panics
    /// If they cannot be built.
    pub fn build(self) -> &'static [Artifact] {
        static STD: OnceLock<Vec<Artifact>> = OnceLock::new();
        static NO_STD: OnceLock<Vec<Artifact>> = OnceLock::new();
        static UNMODIFIED: OnceLock<Vec<Artifact>> = OnceLock::new();
        match self {
            Package::Std => {
                STD.get_or_init(|| build("crate-guests", Target::Wasip1, |build| build.examples()))
            }
            Package::NoStd => NO_STD.get_or_init(|| {
                let package = "no-std-crate-guests";
                let mut guests = build(package, Target::Unknown, |build| build.examples());
                // Separately: its feature would add TLS to the others.
                guests.extend(build(package, Target::Unknown, |build| {
                    build.example("bare_https").features(["https"])
                }));
                guests
            }),
            Package::Unmodified => UNMODIFIED.get_or_init(|| {
                build("unmodified-guests", Target::Wasip1, |build| {
                    build.examples().harness_std()
                })
            }),
        }
    }

    /// Loads one of its guests.
    ///
    /// # Panics
    /// If there is none with this name, or it cannot be loaded.
    pub fn load(self, name: &str, config: &Config) -> Plugin {
        // A server on a busy machine may be slow. (A UDP receive ends with the host's wait.)
        self.load_with_wait(name, config, Duration::from_secs(60))
    }

    /// The same in a host with a shorter wait: for tests of silence.
    #[must_use]
    pub fn load_with_wait(self, name: &str, config: &Config, wait: Duration) -> Plugin {
        let found = self.build().iter().find(|guest| guest.name == name);
        let guest = found.unwrap_or_else(|| panic!("there is no guest `{name}`"));
        // The servers are on this machine. The guests without std must work without WASI too.
        let config = config
            .clone()
            .allow(Allow::loopback())
            .wait(wait)
            .wasi(self != Package::NoStd);
        Plugin::from_file(&guest.path, &config).expect("a guest that loads")
    }
}

/// Calls a guest. The error is what it says, or why it stopped.
///
/// # Panics
/// If it leaves a connection open.
pub fn call(plugin: &mut Plugin, input: impl AsRef<[u8]>) -> Result<String, String> {
    let output = plugin.call("run", input.as_ref());
    assert_eq!(plugin.open_connections(), 0);
    let output = output.map_err(|error| error.to_string())?;
    Ok(String::from_utf8_lossy(&output).into_owned())
}

fn build(
    package: &str,
    target: Target,
    which: impl FnOnce(Build<'_>) -> Build<'_>,
) -> Vec<Artifact> {
    let say = |line: &str| eprintln!("{line}");
    let workspace = guests::workspace().expect("the workspace");
    let compiler = Compiler::find(target, &say).expect("a compiler for wasm");
    let build = Build::new(&compiler, &workspace)
        .package(package)
        .profile("guest")
        .target_dir(&guests::target_dir(&workspace));
    which(build).run(&say).expect("the guests")
}
