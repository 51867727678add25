//! A compiler made of Debian's packages, without root and without installing anything.
//!
//! Debian packages a current Rust compiler (`rustc-web`, kept current for building browsers), the source of its
//! standard library, and WASI's C library, but no Rust standard library for wasm. So the packages are fetched and
//! unpacked below one folder, and the standard library is built from source once and put where the compiler looks for
//! it. After that it is an ordinary compiler.

mod apt;
mod libraries;
mod packages;
mod root;
mod stdlib;

use super::cache::Cache;
use super::compiler::{Clippy, Compiler};
use super::{Error, Target, installed, probe};
use apt::Apt;
use root::Root;
use std::fs;
use std::path::Path;

/// Increase this whenever the result changes, so that an older one is not reused.
const RECIPE: u32 = 1;

/// The suffix of a folder that is not finished, or whose process was killed.
const PARTIAL: &str = ".partial";

/// Returns the name of the finished folder. Machines of different kinds may share a home folder.
fn name() -> String {
    format!("wasm-recipe{RECIPE}-{}", std::env::consts::ARCH)
}

/// Returns the compiler that an earlier run made, if it exists and runs.
///
/// The folder gets its name only after it is complete and tested, so few checks are needed. The compiler must print its
/// version because the system around it may have changed since.
pub(super) fn made_earlier(cache: &Cache, target: Target) -> Option<Compiler> {
    let root = Root::at(&cache.folder().join(name()));
    // Stat before run: usually nothing is there, and this check runs on every start.
    if !root.rustc().exists() || !root.linker_is_there() {
        return None;
    }
    let version = installed::version(root.rustc().as_os_str()).ok()?;
    let clippy = if root.clippy().exists() {
        Clippy::At(root.clippy())
    } else {
        Clippy::Missing(format!(
            "its package, {}, was not to be had",
            packages::CLIPPY
        ))
    };
    Some(Compiler {
        target,
        origin: format!(
            "{version}, made of Debian's packages in {}",
            root.path().display()
        ),
        version,
        environment: vec![("RUSTC".into(), root.rustc().into())],
        clippy,
    })
}

/// Makes the compiler, for both targets. The caller holds the cache's lock.
pub(super) fn make(cache: &Cache, target: Target, say: &dyn Fn(&str)) -> Result<Compiler, Error> {
    apt::check_tools()?;
    let place = cache.folder().join(name());
    clear_leftovers(cache);
    if place.exists() {
        say("the compiler made earlier no longer runs: making it again ...");
        fs::remove_dir_all(&place).map_err(Error::doing(format!("remove {}", place.display())))?;
    }
    // A killed run may have left children that still write, so each run uses its own name.
    let partial = format!("{}{PARTIAL}-{}", name(), std::process::id());
    let partial = cache.folder().join(partial);
    fs::create_dir_all(&partial).map_err(Error::doing(format!("make {}", partial.display())))?;
    if let Err(why) = fill(&partial, say) {
        // An incomplete compiler is useless, and the next run would remove it too.
        let _ = fs::remove_dir_all(&partial);
        return Err(why);
    }
    fs::rename(&partial, &place)
        .map_err(Error::doing(format!("move it to {}", place.display())))?;
    say(&format!("the compiler is ready, in {}", place.display()));
    made_earlier(cache, target).ok_or_else(|| {
        Error::new(format!(
            "the compiler made in {} does not run",
            place.display()
        ))
    })
}

/// Removes what killed runs left. The lock ensures that no other run uses it.
fn clear_leftovers(cache: &Cache) {
    let Ok(entries) = fs::read_dir(cache.folder()) else {
        return;
    };
    let stem = name() + PARTIAL;
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(&stem) {
            // What cannot be removed only costs disk space.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Makes a complete compiler in the empty folder `place`, and tests it.
fn fill(place: &Path, say: &dyn Fn(&str)) -> Result<(), Error> {
    let root = Root::at(place);
    let work = place.join("work");
    let apt = Apt::new(&work)?;
    say("fetching Debian's package lists into a private folder ...");
    apt.update()?;
    let mut chosen = packages::choose(&apt)?;
    let size = apt.size(&chosen)?;
    say(&format!(
        "fetching {} packages of Debian's ({} MB): {} ...",
        chosen.len(),
        size / 1_000_000,
        chosen.join(", ")
    ));
    root.unpack(&apt.download(&chosen)?)?;
    libraries::complete(&root, &apt, &mut chosen, say)?;
    root.write_scripts()?;
    let version = installed::version(root.rustc().as_os_str())?;
    root.put_linker()?;
    // Clippy is optional: the compiler works without it.
    if installed::version(root.clippy().as_os_str()).is_err() {
        let _ = fs::remove_file(root.clippy());
    }
    say(&format!(
        "building the standard library of {version} for wasm, once (a minute or two, more on a busy machine) ..."
    ));
    stdlib::build(&root, &work)?;
    for target in Target::ALL {
        probe::plugin(root.rustc().as_os_str(), target)?;
    }
    probe::program(root.rustc().as_os_str())?;
    root.write_note(&version, &chosen)?;
    root.prune();
    fs::remove_dir_all(&work).map_err(Error::doing(format!("remove {}", work.display())))
}
