//! A compiler with a wasm target, and the search for one.

use super::cache::Cache;
use super::{Error, Target, environment, installed, process};
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// A Rust compiler that can build for one wasm target.
#[derive(Clone, Debug)]
pub struct Compiler {
    pub(super) target: Target,
    pub(super) version: String,
    pub(super) origin: String,
    pub(super) environment: Vec<(OsString, OsString)>,
    pub(super) clippy: Clippy,
}

/// How to run clippy for a compiler.
#[derive(Clone, Debug)]
pub(super) enum Clippy {
    /// As `cargo clippy`: the compiler is cargo's own.
    OfCargo,
    /// With a `cargo-clippy` that belongs to the compiler.
    #[cfg_attr(not(target_os = "linux"), expect(dead_code))]
    At(PathBuf),
    /// Unavailable, and why.
    #[cfg_attr(not(target_os = "linux"), expect(dead_code))]
    Missing(String),
}

/// The results of this process so far: a repeated search must cost nothing.
static KNOWN: Mutex<Vec<(Target, Result<Compiler, Error>)>> = Mutex::new(Vec::new());

impl Compiler {
    /// Finds a compiler for `target`, or makes one.
    ///
    /// `say` gets one line for each step that takes time; it must not call `find` itself. The first call on a machine
    /// without a compiler can take a few minutes; later ones are fast. The result, even an error, is kept until the
    /// process ends. Any number of threads and processes may call this at the same time: one does the work and the
    /// others wait for it.
    pub fn find(target: Target, say: &dyn Fn(&str)) -> Result<Compiler, Error> {
        // A panic in `say` leaves the list unchanged, so a poisoned lock is still usable.
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, answer)) = known.iter().find(|(known, _)| *known == target) {
            return answer.clone();
        }
        let answer = search(target, say);
        known.push((target, answer.clone()));
        answer
    }

    /// Returns the target that this compiler was found for.
    pub fn target(&self) -> Target {
        self.target
    }

    /// Returns the compiler's name and version, as it prints them.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Describes in one line the compiler, its version, and how it was found.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Returns a `cargo` for which `build --target` with this compiler's target works.
    ///
    /// It inherits the user's environment, except what a parent cargo has set.
    pub fn cargo(&self) -> Command {
        let mut command = Command::new(environment::cargo());
        self.prepare(&mut command);
        command
    }

    /// Returns a `cargo clippy` for this compiler; it takes the same arguments as `cargo clippy`.
    ///
    /// For example: `.args(["--target", compiler.target().triple(), "--", "-D", "warnings"])`.
    pub fn clippy(&self) -> Result<Command, Error> {
        let mut command = match &self.clippy {
            Clippy::OfCargo => {
                let ask = &mut self.cargo();
                process::run(ask.args(["clippy", "--version"]), Duration::from_secs(60))?
                    .success("find clippy (with rustup: `rustup component add clippy`)")?;
                self.cargo()
            }
            Clippy::At(path) => {
                let mut command = Command::new(path);
                self.prepare(&mut command);
                // It runs cargo, and finds it through this variable.
                command.env("CARGO", environment::cargo());
                command
            }
            Clippy::Missing(why) => {
                return Err(Error::new(format!("{} has no clippy: {why}", self.origin)));
            }
        };
        command.arg("clippy");
        Ok(command)
    }

    /// Returns the variables that [`cargo`](Compiler::cargo) sets, to export them and run cargo by hand.
    ///
    /// Empty if the compiler is the one that cargo uses anyway.
    pub fn environment(&self) -> &[(OsString, OsString)] {
        &self.environment
    }

    /// Returns the compiler itself.
    pub(super) fn rustc(&self) -> OsString {
        let own = self.environment.iter().find(|(name, _)| name == "RUSTC");
        own.map_or_else(installed::rustc, |(_, path)| path.clone())
    }

    fn prepare(&self, command: &mut Command) {
        environment::clean(command).envs(self.environment.iter().map(|(k, v)| (k, v)));
    }
}

fn search(target: Target, say: &dyn Fn(&str)) -> Result<Compiler, Error> {
    let mut tried = Vec::new();
    match at_hand(target) {
        Ok(compiler) => return Ok(compiler),
        Err(why) => tried.push(format!("the installed compiler: {why}")),
    }
    say(&format!("no compiler for {target} yet: {}", tried[0]));

    // From here on one process at a time; dropping `place` releases the lock.
    let place = Cache::locate().and_then(|cache| {
        let lock = cache.lock(say)?;
        Ok((cache, lock))
    });
    // While this process waited for the lock, its holder may have made the compiler.
    if let Ok(compiler) = at_hand(target) {
        return Ok(compiler);
    }
    match installed::add_with_rustup(target, say) {
        Ok(compiler) => return Ok(compiler),
        Err(why) => tried.push(format!("rustup: {why}")),
    }
    match &place {
        Ok((cache, _lock)) => match from_packages(cache, target, say) {
            Ok(compiler) => return Ok(compiler),
            Err(why) => tried.push(format!("Debian's packages: {why}")),
        },
        Err(why) => tried.push(format!("Debian's packages: {why}")),
    }
    Err(give_up(target, &tried))
}

/// Returns a compiler that needs no download: the user's own, or else the one made earlier.
fn at_hand(target: Target) -> Result<Compiler, Error> {
    installed::find(target).or_else(|why| made_earlier(target).ok_or(why))
}

#[cfg(target_os = "linux")]
fn made_earlier(target: Target) -> Option<Compiler> {
    super::debian::made_earlier(&Cache::locate().ok()?, target)
}

#[cfg(not(target_os = "linux"))]
fn made_earlier(_: Target) -> Option<Compiler> {
    None
}

#[cfg(target_os = "linux")]
fn from_packages(cache: &Cache, target: Target, say: &dyn Fn(&str)) -> Result<Compiler, Error> {
    super::debian::make(cache, target, say)
}

#[cfg(not(target_os = "linux"))]
fn from_packages(_: &Cache, _: Target, _: &dyn Fn(&str)) -> Result<Compiler, Error> {
    Err(Error::new("this is not a Debian system"))
}

fn give_up(target: Target, tried: &[String]) -> Error {
    let both = Target::ALL.map(Target::triple).join(" ");
    let tried = tried.join("\n  * ");
    Error::new(format!(
        "there is no compiler for {target}, and none could be made.\n\
         Do one of these and try again:\n  \
         * with rustup: `rustup target add {both}`\n  \
         * on Debian: give `apt-get` a mirror that has rustc-web, rust-web-src, wasi-libc and lld \
         (nothing need be installed)\n  \
         * elsewhere: install a Rust compiler with the standard library for both targets, and a \
         linker for it (rust-lld or wasm-ld)\n\
         What was tried:\n  * {tried}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_says_what_to_do_and_what_was_tried() {
        let text = give_up(Target::Unknown, &["rustup: it is not there".into()]).to_string();
        assert!(text.contains("rustup target add wasm32-wasip1 wasm32-unknown-unknown"));
        assert!(text.ends_with("\n  * rustup: it is not there"));
    }
}
