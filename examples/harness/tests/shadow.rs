//! `harness-host std cargo ...`: checks that the built plugin's std is `harness-std`, with the user's own flags, and
//! what it refuses.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A plugin that compiles only with `harness-std`, and with one of its author's flags.
const SOURCE: &str = r#"
const _: () = assert!(std::IS_HARNESS_STD);
#[cfg(not(mine))]
compile_error!("the flag is lost");
#[unsafe(no_mangle)]
pub extern "C" fn run() -> bool {
    std::net::TcpStream::connect("localhost:80").is_ok()
}
"#;

const MANIFEST: &str = "
[package]
name = \"shadowed\"
version = \"0.1.0\"
edition = \"2024\"
[lib]
crate-type = [\"cdylib\"]
[workspace]
";

/// Writes the plugin, with this cargo configuration.
fn package(name: &str, config: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(folder.join("src")).unwrap();
    fs::create_dir_all(folder.join(".cargo")).unwrap();
    fs::write(folder.join("Cargo.toml"), MANIFEST).unwrap();
    fs::write(folder.join("src/lib.rs"), SOURCE).unwrap();
    fs::write(folder.join(".cargo/config.toml"), config).unwrap();
    folder
}

fn std_cargo(folder: &Path, words: &[&str], rustflags: Option<&str>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_harness-host"));
    command
        .current_dir(folder)
        .args(["std", "cargo"])
        .args(words)
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("CARGO_TARGET_DIR");
    if let Some(flags) = rustflags {
        command.env("RUSTFLAGS", flags);
    }
    command.output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn flags_of_the_environment_and_of_a_configuration_are_kept() {
    let mine = r#"rustflags = ["--cfg", "mine"]"#;
    for (name, config, flags) in [
        ("by-environment", String::new(), Some("--cfg mine")),
        ("by-build", format!("[build]\n{mine}\n"), None),
        (
            "by-target",
            format!("[target.wasm32-wasip1]\n{mine}\n"),
            None,
        ),
        (
            "by-cfg",
            format!("[target.'cfg(target_os = \"wasi\")']\n{mine}\n"),
            None,
        ),
    ] {
        let folder = package(name, &config);
        let output = std_cargo(&folder, &["build"], flags);
        assert!(output.status.success(), "{name}: {}", said(&output));
        let wasm = folder.join("target/harness-std/wasm32-wasip1/debug/shadowed.wasm");
        let wasm = fs::read(wasm).expect("a plugin");
        let connects = wasm.windows(11).any(|bytes| bytes == b"tcp_connect");
        assert!(connects, "{name}: it calls no function of the host's");
    }
}

#[test]
fn a_flag_on_the_command_line_is_kept_too() {
    let folder = package("by-command-line", "");
    let flag = "build.rustflags=['--cfg', 'mine']";
    let output = std_cargo(&folder, &["build", "--config", flag], None);
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn a_flag_that_is_not_given_is_missed() {
    let output = std_cargo(&package("by-nobody", ""), &["build"], None);
    assert!(!output.status.success());
    assert!(said(&output).contains("the flag is lost"));
}

#[test]
fn what_would_have_no_sockets_is_refused() {
    let folder = package("refused", "");
    for (words, flags, why) in [
        (
            &["build", "--target", "wasm32-unknown-unknown"][..],
            None,
            "--target wasm32-unknown-unknown",
        ),
        (&["build", "-Zbuild-std"], None, "-Zbuild-std"),
        (&["build"], Some("--sysroot=/nowhere"), "--sysroot"),
    ] {
        let output = std_cargo(&folder, words, flags);
        assert!(!output.status.success(), "{words:?}");
        assert!(said(&output).contains(why), "{words:?}: {}", said(&output));
    }
}

#[test]
fn without_the_command_a_plugin_that_asks_does_not_compile() {
    use harness_host::wasm::{Compiler, Target};
    let folder = package("asks", "[build]\nrustflags = ['--cfg', 'mine']\n");
    let compiler = Compiler::find(Target::Wasip1, &|line| eprintln!("{line}")).unwrap();
    let build = compiler
        .cargo()
        .current_dir(folder)
        .args(["build", "--target", "wasm32-wasip1"])
        .output()
        .unwrap();
    assert!(!build.status.success());
    assert!(said(&build).contains("IS_HARNESS_STD"), "{}", said(&build));
}
