//! Tests a compiler on a few lines: having a target's library does not mean that it can link for it.

use super::process;
use super::{Error, Target};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(120);

/// Collections, clock, arguments, output: they need the C library below std.
const WITH_STD: &str = r#"
#[unsafe(no_mangle)]
pub extern "C" fn probe() -> usize {
    let words: std::collections::HashMap<String, usize> = std::env::args().zip(0..).collect();
    println!("{words:?} {:?}", std::time::SystemTime::now());
    words.len()
}
"#;

const WITHOUT_STD: &str = r#"
#![no_std]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
#[unsafe(no_mangle)]
pub extern "C" fn probe(n: u32) -> u32 {
    100 / n
}
"#;

/// Compiles a small plugin for `target` with `rustc`.
pub(super) fn plugin(rustc: &OsStr, target: Target) -> Result<(), Error> {
    let source = match target {
        Target::Wasip1 => WITH_STD,
        Target::Unknown => WITHOUT_STD,
    };
    compile(rustc, target, "cdylib", source, &[])
}

/// Does not compile with the original std, and links only if starting a thread links.
const WITH_SHADOW: &str = r#"
const _: () = assert!(std::IS_HARNESS_STD);
#[unsafe(no_mangle)]
pub extern "C" fn probe() -> bool {
    let thread = std::thread::Builder::new().spawn(|| ());
    thread.is_ok() || std::net::TcpStream::connect("localhost:80").is_ok()
}
"#;

/// Compiles with `harness-std`, which these flags select, a plugin that connects and would start a thread.
pub(super) fn with_shadow(rustc: &OsStr, flags: &[String]) -> Result<(), Error> {
    compile(rustc, Target::Wasip1, "cdylib", WITH_SHADOW, flags)
}

/// Compiles a small program with a `main` for `wasm32-wasip1` with `rustc`.
#[cfg(target_os = "linux")]
pub(super) fn program(rustc: &OsStr) -> Result<(), Error> {
    let source = r#"fn main() { println!("{:?}", std::env::args()); }"#;
    compile(rustc, Target::Wasip1, "bin", source, &[])
}

fn compile(
    rustc: &OsStr,
    target: Target,
    kind: &str,
    source: &str,
    flags: &[String],
) -> Result<(), Error> {
    let scratch = Scratch::new()?;
    let from = scratch.0.join("probe.rs");
    let to = scratch.0.join("probe.wasm");
    fs::write(&from, source).map_err(Error::doing("write a file to try the compiler on"))?;
    let mut command = Command::new(rustc);
    super::environment::clean(&mut command)
        .args(["--edition", "2021", "--crate-name", "probe"])
        .args(["--crate-type", kind, "--target", target.triple(), "-o"])
        .args([&to, &from])
        .args(flags);
    process::run(&mut command, LIMIT)?.success(&format!("compile for {target}"))?;
    if is_wasm(&to) {
        return Ok(());
    }
    Err(Error::new(format!(
        "what it compiles for {target} is not wasm"
    )))
}

fn is_wasm(file: &Path) -> bool {
    fs::read(file).is_ok_and(|bytes| bytes.starts_with(b"\0asm"))
}

/// A private folder below the system's temporary one, removed when dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Scratch, Error> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        // `create_dir` fails if the name exists, so nobody can have prepared the folder.
        for _ in 0..100 {
            let number = COUNT.fetch_add(1, Ordering::Relaxed);
            let name = format!("harness-wasm-probe-{}-{number}", std::process::id());
            let path = std::env::temp_dir().join(name);
            if fs::create_dir(&path).is_ok() {
                return Ok(Scratch(path));
            }
        }
        let place = std::env::temp_dir();
        Err(Error::new(format!(
            "cannot make a folder in {}",
            place.display()
        )))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // If it stays, it costs a few bytes in the temporary folder: not worth an error.
        let _ = fs::remove_dir_all(&self.0);
    }
}
