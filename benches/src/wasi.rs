//! Wasmtime's own WASI sockets: what a plugin could use if its host ran components.
//!
//! The host and the guest are a separate workspace in `benches/wasi`, so that nothing else has to build their
//! dependencies. They run in a separate process, against the same peers. It prints how long the guest's function took,
//! without the start of either.

use crate::Result;
use crate::guests::PROFILE;
use crate::peers::{Peer, Peers};
use crate::work::{CHUNK, DATAGRAM, Work};
use harness_host::guests;
use harness_host::wasm::{Build, Compiler, Target};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// The program that runs the component, and the component's module.
#[derive(Debug)]
pub struct Wasi {
    host: PathBuf,
    guest: PathBuf,
}

impl Wasi {
    /// Builds both, which takes some minutes the first time. Progress goes to standard error.
    pub fn build() -> Result<Wasi> {
        let say = |line: &str| eprintln!("{line}");
        let workspace = guests::workspace()?;
        let folder = workspace.join("benches/wasi");
        let target = guests::target_dir(&workspace).with_file_name("wasi");
        let compiler = Compiler::find(Target::Unknown, &say)?;
        let built = Build::new(&compiler, &folder)
            .package("bench-wasi-guest")
            .profile(PROFILE)
            .locked()
            .target_dir(&target)
            .run(&say)?;
        let guest = built.into_iter().next().ok_or("no component was built")?;
        let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args([
                "build",
                "--release",
                "--locked",
                "--quiet",
                "--package",
                "bench-wasi",
            ])
            .args(["--manifest-path".into(), folder.join("Cargo.toml")])
            .args(["--target-dir".into(), target.clone()])
            .status()?;
        if !status.success() {
            return Err("the host for WASI sockets cannot be built here".into());
        }
        Ok(Wasi {
            host: target.join("release/bench-wasi"),
            guest: guest.path,
        })
    }

    /// Does the work with it.
    pub fn run(&self, work: Work) -> Result<Duration> {
        let peers = Peers::start(Peer::Echo, 0)?;
        let (protocol, address, rounds, size) = match work {
            Work::Tcp(bytes) => ("tcp", &peers.tcp, bytes / CHUNK as u64, CHUNK),
            Work::Udp(datagrams) => ("udp", &peers.udp, datagrams, DATAGRAM),
        };
        let port = address.rsplit(':').next().unwrap_or_default();
        let output = Command::new(&self.host)
            .arg(&self.guest)
            .args([protocol, port, &rounds.to_string(), &size.to_string()])
            .output()?;
        if !output.status.success() {
            return Err(format!("WASI: {}", String::from_utf8_lossy(&output.stderr)).into());
        }
        let nanoseconds = String::from_utf8_lossy(&output.stdout).trim().parse()?;
        Ok(Duration::from_nanos(nanoseconds))
    }
}
