//! Functions that WASI's C library may lack: those that start threads. Debian's has none, so a crate that could start a
//! thread does not link. With these stubs it links, and starting a thread is an error, as with rustup's C library.

use super::super::{Error, Target, environment, process};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// 58 is WASI's `notsup`.
const SOURCE: &str = r#"
#![no_std]
#[unsafe(no_mangle)]
pub extern "C" fn pthread_create(_: usize, _: usize, _: usize, _: usize) -> i32 { 58 }
#[unsafe(no_mangle)]
pub extern "C" fn pthread_join(_: usize, _: usize) -> i32 { 58 }
#[unsafe(no_mangle)]
pub extern "C" fn pthread_detach(_: usize) -> i32 { 58 }
#[unsafe(no_mangle)]
pub extern "C" fn pthread_attr_init(_: usize) -> i32 { 0 }
#[unsafe(no_mangle)]
pub extern "C" fn pthread_attr_setstacksize(_: usize, _: usize) -> i32 { 0 }
#[unsafe(no_mangle)]
pub extern "C" fn pthread_attr_destroy(_: usize) -> i32 { 0 }
"#;

/// Returns their path in a sysroot, if they are needed.
pub(super) fn object(sysroot: &Path) -> PathBuf {
    sysroot.join("threads.o")
}

/// Compiles them.
pub(super) fn make(rustc: &OsStr, sysroot: &Path) -> Result<(), Error> {
    const DEED: &str = "compile what stands for threads";
    let source = sysroot.join("threads.rs");
    fs::write(&source, SOURCE).map_err(Error::doing(DEED))?;
    let mut command = Command::new(rustc);
    environment::clean(&mut command)
        .args(["--edition=2024", "--crate-type=lib", "--emit=obj"])
        .args(["-Cpanic=abort", "-Copt-level=s", "-Ccodegen-units=1"])
        .args(["--target", Target::Wasip1.triple(), "-o"])
        .args([&object(sysroot), &source]);
    process::run(&mut command, Duration::from_secs(60))?.success(DEED)?;
    Ok(())
}
