//! `harness-host new`: what it writes can be built, and passes its own tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Returns a folder for a plugin, which does not exist yet.
fn fresh(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("new")
        .join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    folder
}

fn run(command: &mut Command) -> Output {
    let output = command
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_TARGET_DIR")
        .output()
        .unwrap();
    let (out, err) = (&output.stdout, &output.stderr);
    assert!(
        output.status.success(),
        "{command:?}\n{}{}",
        String::from_utf8_lossy(out),
        String::from_utf8_lossy(err)
    );
    output
}

/// Writes a plugin, and follows its README.
fn a_new_plugin(name: &str, options: &[&str], wasm: &str) {
    let folder = fresh(name);
    run(Command::new(env!("CARGO_BIN_EXE_harness-host"))
        .arg("new")
        .args(options)
        .arg(&folder));
    let cargo = |words: &[&str]| run(Command::new("cargo").args(words).current_dir(&folder));
    cargo(&["fmt", "--all", "--check"]);
    cargo(&["clippy", "--all-targets", "--", "-D", "warnings"]);
    cargo(&["test"]);
    // With any compiler for wasm: `cargo plugin` needs one that cargo itself finds.
    run(Command::new(env!("CARGO_BIN_EXE_harness-host"))
        .args(["cargo", "plugin"])
        .current_dir(&folder));
    assert!(folder.join(wasm).is_file(), "{wasm}");
    let output = cargo(&["end-to-end"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        said.contains("it_greets_and_returns_the_reply ... ok"),
        "{said}"
    );
}

#[test]
fn a_plugin_with_std() {
    a_new_plugin(
        "new-with-std",
        &[],
        "target/wasm32-wasip1/release/new_with_std.wasm",
    );
}

#[test]
fn a_plugin_without_std() {
    a_new_plugin(
        "new-without-std",
        &["--no-std"],
        "target/wasm32-unknown-unknown/release/new_without_std.wasm",
    );
}

#[test]
fn nothing_is_overwritten() {
    let folder = fresh("taken");
    fs::create_dir_all(&folder).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_harness-host"))
        .arg("new")
        .arg(&folder)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("exists already"), "{said}");
}

#[test]
fn a_folder_is_reached_by_any_path() {
    let beside = fresh("beside");
    let folder = fresh("around-the-corner");
    fs::create_dir_all(&beside).unwrap();
    run(Command::new(env!("CARGO_BIN_EXE_harness-host"))
        .args(["new", "../around-the-corner"])
        .current_dir(beside));
    run(Command::new("cargo")
        .args(["metadata", "--format-version=1"])
        .current_dir(folder));
}
