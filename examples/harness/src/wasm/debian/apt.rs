//! Debian's package tools, with all folders that they write to redirected to ours.

use super::super::{Error, process};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const QUICK: Duration = Duration::from_secs(60);
const UPDATE: Duration = Duration::from_secs(10 * 60);
const DOWNLOAD: Duration = Duration::from_secs(30 * 60);

/// Settings that `-o` cannot express: `#clear` removes the system's own settings.
const CONFIGURATION: &str = r#"
// Commands that the system runs after an update concern the system's folders, not ours.
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
// The lock is there to guard the system's lists. Ours have the lock of the cache folder.
Debug::NoLocking "true";
// As root, apt would fetch as a user of its own, who cannot write to our folders.
// What is fetched is checked against Debian's signatures in any case.
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Retries "3";
"#;

/// `apt-get` and `apt-cache` with private package lists.
pub(super) struct Apt {
    folder: PathBuf,
    packages: PathBuf,
}

/// Fails early, with a one-line error, if this is not a Debian system.
pub(super) fn check_tools() -> Result<(), Error> {
    for tool in ["apt-get", "apt-cache", "dpkg"] {
        process::run(Command::new(tool).arg("--version"), QUICK)
            .map_err(|why| Error::new(format!("this is not a Debian system: {why}")))?;
    }
    Ok(())
}

impl Apt {
    /// Sets up everything that apt writes below `work`.
    pub fn new(work: &Path) -> Result<Apt, Error> {
        let apt = Apt {
            folder: work.join("apt"),
            packages: work.join("packages"),
        };
        let partial = ["lists/partial", "cache/archives/partial"].map(|f| apt.folder.join(f));
        for folder in partial.iter().chain([&apt.packages]) {
            fs::create_dir_all(folder)
                .map_err(Error::doing(format!("make {}", folder.display())))?;
        }
        fs::write(apt.configuration(), CONFIGURATION)
            .map_err(Error::doing("write a configuration for apt"))?;
        Ok(apt)
    }

    /// Fetches the package lists.
    ///
    /// The command fails if one of many sources does not respond, though the needed lists may be there. So its result
    /// is ignored: a missing list shows when a package is requested.
    pub fn update(&self) -> Result<(), Error> {
        process::run(self.command("apt-get").arg("update"), UPDATE)?;
        Ok(())
    }

    /// Returns what `apt-cache depends` prints about `packages`. Fails if one of them does not exist.
    pub fn depends(&self, packages: &[String]) -> Result<String, Error> {
        let deed = format!("find {} in Debian's package lists", packages.join(", "));
        let output = process::run(
            self.command("apt-cache").arg("depends").args(packages),
            QUICK,
        )?;
        Ok(output.success(&deed)?.stdout)
    }

    /// Returns the packages' total download size in bytes.
    pub fn size(&self, packages: &[String]) -> Result<u64, Error> {
        let mut command = self.command("apt-get");
        command.args(["download", "--print-uris"]).args(packages);
        let output = process::run(&mut command, QUICK)?.success("look up Debian's packages")?;
        Ok(output.stdout.lines().filter_map(size_in).sum())
    }

    /// Downloads the packages' files.
    pub fn download(&self, packages: &[String]) -> Result<Vec<PathBuf>, Error> {
        let folder = self.packages.join(packages.len().to_string());
        let deed = || format!("fetch {}", packages.join(", "));
        fs::create_dir_all(&folder).map_err(Error::doing(deed()))?;
        let mut command = self.command("apt-get");
        // It downloads into its working directory.
        command
            .current_dir(&folder)
            .args(["download", "--quiet"])
            .args(packages);
        process::run(&mut command, DOWNLOAD)?.success(&deed())?;
        let entries = fs::read_dir(&folder).map_err(Error::doing(deed()))?;
        let files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        Ok(files)
    }

    fn command(&self, tool: &str) -> Command {
        let mut command = Command::new(tool);
        let option = |name: &str, folder: &str| {
            let mut text = std::ffi::OsString::from(format!("{name}="));
            text.push(self.folder.join(folder));
            text
        };
        command
            // Its messages are parsed here, so they must be in English.
            .env("LC_ALL", "C")
            .arg("-c")
            .arg(self.configuration())
            .arg("-o")
            .arg(option("Dir::State::Lists", "lists"))
            .arg("-o")
            .arg(option("Dir::Cache", "cache"));
        command
    }

    fn configuration(&self) -> PathBuf {
        self.folder.join("apt.conf")
    }
}

/// Returns which of `packages` the system has installed.
pub(super) fn installed(packages: &[String]) -> Result<Vec<String>, Error> {
    let mut command = Command::new("dpkg-query");
    command
        .args([
            "--show",
            "--showformat",
            "${db:Status-Status} ${Package}\\n",
        ])
        .args(packages);
    // It fails if one is unknown, but still reports the others.
    let output = process::run(&mut command, QUICK)?;
    let names = output.stdout.lines();
    let names = names.filter_map(|line| line.strip_prefix("installed "));
    Ok(names.map(str::to_owned).collect())
}

/// Parses the size in a line of `apt-get download --print-uris`: `'URL' FILE SIZE HASH`.
fn size_in(line: &str) -> Option<u64> {
    line.rsplit(' ').nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_is_the_last_word_but_one() {
        let line = "'http://a/b%2b.deb' rustc-web_1.96.0_amd64.deb 4450500 SHA256:04ab";
        assert_eq!(size_in(line), Some(4_450_500));
        assert_eq!(size_in("Get:1 something else"), None);
        assert_eq!(size_in(""), None);
    }
}
