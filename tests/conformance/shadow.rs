//! The behaviours over `std::net` inside a plugin whose std is `harness-std`: the same source that runs over std
//! itself. Both ways to build it are tested.

use crate::server::Server;
use crate::std::suite::{self, Peers, behaviours};
use harness_host::wasm::{Build, Compiler, Target};
use harness_host::{Allow, Config, Plugin, guests};
use std::path::PathBuf;
use std::time::Duration;

/// Builds the guests of `tests/std-guests`.
fn built(how: impl FnOnce(Build<'_>) -> Build<'_>) -> PathBuf {
    let say = |line: &str| eprintln!("{line}");
    let workspace = guests::workspace().expect("the workspace");
    let compiler = Compiler::find(Target::Wasip1, &say).expect("a compiler");
    let build = Build::new(&compiler, &workspace)
        .package("test-std-guests")
        .profile("guest")
        .target_dir(&guests::target_dir(&workspace));
    let artifacts = how(build).run(&say).expect("the guests");
    artifacts.into_iter().next().expect("the guests").path
}

/// Runs a behaviour by its name. The guests have their own functions.
fn run(mut plugin: Plugin, name: &str) {
    let server = Server::start().expect("the server");
    let input = format!("{name} {}", server.peers());
    if let Err(error) = plugin.call("conformance", input.as_bytes()) {
        panic!("{error}");
    }
    assert_eq!(plugin.live_blocks(), Some(0), "kernel blocks left over");
    assert_eq!(plugin.open_connections(), 0, "connections left over");
}

/// Loads the guests in a host with short waits.
fn load(path: &PathBuf) -> Plugin {
    let config = Config::new()
        .allow(Allow::loopback())
        .wait(Duration::from_millis(100));
    Plugin::from_file(path, &config).expect("a plugin")
}

/// All names, in order.
macro_rules! names {
    ($($module:ident: $($name:ident)+;)+) => {
        concat!($($(stringify!($name), "\n"),+),+)
    };
}

macro_rules! way {
    ($way:ident, $how:expr) => {
        mod $way {
            use super::*;
            use std::sync::LazyLock;

            static GUESTS: LazyLock<PathBuf> = LazyLock::new(|| built($how));

            fn run(name: &str, _of_std: fn(&Peers)) {
                super::run(load(&GUESTS), name);
            }

            behaviours!(tests);

            /// Detects guests that were not rebuilt.
            #[test]
            fn the_guests_know_every_behaviour() {
                let known = load(&GUESTS).call("conformance_names", b"").expect("names");
                assert_eq!(String::from_utf8_lossy(&known), behaviours!(names));
            }
        }
    };
}

way!(by_a_line, |build: Build<'_>| build.features(["line"]));
way!(for_all_crates, |build: Build<'_>| build.harness_std());
