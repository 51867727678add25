//! One plugin: an example by its name, or a file of the user's.

use std::ffi::{OsStr, OsString};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs, io, process};

use super::arguments::Job;
use super::peer;
use super::{Failure, say};
use crate::guests::{self, CRATES, EXAMPLES, Example};
use crate::table::{self, grouped};
use crate::wasm::Target;
use crate::{Error, Plugin, Report};

/// The switch with which Extism lets a plugin's standard output and error through.
const STDIO: &str = "EXTISM_ENABLE_WASI_OUTPUT";

/// Names the example guests.
pub(super) fn list() {
    let rows: Vec<_> = EXAMPLES
        .iter()
        .chain(&CRATES)
        .map(|e| [e.name, e.about, e.server.unwrap_or("nothing"), e.input].map(str::to_owned))
        .collect();
    let head = ["name", "what it does", "needs", "input"];
    print!("{}", table::render(head, [false; 4], &rows));
}

/// Runs one plugin, and prints its output.
pub(super) fn run(job: &Job) -> Result<ExitCode, Failure> {
    if job.stdio && env::var_os(STDIO).is_none() {
        return again_with_stdio();
    }
    let (path, example, words) = locate(job)?;
    let mut config = job.config.clone();
    if example.is_some_and(|e| e.target == Target::Unknown) {
        config = config.wasi(false);
    }
    if example.is_some_and(|e| e.name == "other_module") {
        config = config.module("extism:host/user");
    }
    let mut words = words.iter();
    let function = match example {
        Some(_) => "run",
        None => words
            .next()
            .map_or(Some("run"), |word| word.to_str())
            .unwrap_or_default(),
    };
    let given = words.next();
    if let Some(surplus) = words.next() {
        return Err(format!("what is {} for? See --help", surplus.display()).into());
    }
    // The peer lives as long as this.
    let (input, _peer) = match (given, &job.input_file, job.peer, example) {
        (Some(_), Some(_), ..) => return Err("INPUT and --input-file are one too many".into()),
        (None, Some(_), Some(_), _) => {
            return Err("--peer has no place in the input of a file".into());
        }
        (given, None, Some(kind), _) => {
            let peer = kind.start()?;
            let pattern = given.map_or(Some("PEER"), |given| given.to_str());
            let input = peer.input(pattern.ok_or("INPUT is no text")?);
            say(&format!("input: {input}"));
            (input.into_bytes(), Some(peer))
        }
        (Some(input), None, None, _) => (input.as_encoded_bytes().to_vec(), None),
        (None, Some(file), None, _) => (read(file)?, None),
        (None, None, None, Some(example)) => {
            let (input, peer) = peer::of(example, &mut config)?;
            say(&format!("input: {input}"));
            (input.into_bytes(), peer)
        }
        (None, None, None, None) => (Vec::new(), None),
    };

    let mut plugin = Plugin::from_file(path, &config)?;
    let output = plugin.call(function, &input);
    if let Ok(output) = &output {
        let mut stdout = io::stdout().lock();
        stdout.write_all(output)?;
        if !output.ends_with(b"\n") {
            stdout.write_all(b"\n")?;
        }
        stdout.flush()?;
    }
    if job.report {
        show(&plugin.report(), plugin.open_connections());
    }
    match output {
        Ok(_) => Ok(ExitCode::SUCCESS),
        Err(stopped @ Error::Stopped { .. }) if !job.stdio => {
            Err(format!("{stopped}\n(--stdio shows what the plugin printed)").into())
        }
        Err(other) => Err(other.into()),
    }
}

/// Runs this program once more: the switch is an environment variable, and only a new process can
/// be given one safely.
fn again_with_stdio() -> Result<ExitCode, Failure> {
    let status = process::Command::new(env::current_exe()?)
        .args(env::args_os().skip(1))
        .env(STDIO, "1")
        .status()?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The wasm file, the example if it is one, and what else was on the command line.
fn locate(job: &Job) -> Result<(PathBuf, Option<&'static Example>, &[OsString]), Failure> {
    let path = Path::new(&job.plugin);
    let example = job.plugin.to_str().and_then(|name| guests::find(name).ok());
    match example {
        Some(example) => {
            // Before the build, which may take minutes.
            if job.words.is_empty() && job.input_file.is_none() && job.peer.is_none() {
                peer::check(example)?;
            }
            let artifact = guests::build(example, &say)?;
            Ok((artifact.path, Some(example), &job.words))
        }
        None if path.is_file() => Ok((path.to_owned(), None, &job.words)),
        None => Err(format!(
            "there is neither a file nor an example named {}; --list names the examples",
            path.display()
        )
        .into()),
    }
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    let mut input = Vec::new();
    if file.as_os_str() == OsStr::new("-") {
        io::stdin().lock().read_to_end(&mut input)?;
    } else {
        input = fs::read(file).map_err(|source| Error::Read {
            path: file.to_owned(),
            source,
        })?;
    }
    Ok(input)
}

fn show(report: &Report, open: usize) {
    let number = |n: Option<u64>| n.map_or_else(|| "unknown".to_owned(), grouped);
    eprintln!(
        "host calls:        {} ({})",
        report.calls.total(),
        report.calls
    );
    eprintln!("fuel:              {}", grouped(report.fuel));
    eprintln!("bytes sent:        {}", grouped(report.bytes_sent));
    eprintln!("bytes received:    {}", grouped(report.bytes_received));
    eprintln!(
        "connections:       {} opened, {open} left open",
        report.opened
    );
    eprintln!("connects denied:   {}", report.denied);
    eprintln!("faults on purpose: {}", report.faults);
    eprintln!("live blocks:       {}", number(report.live_blocks));
    eprintln!("kernel blocks:     {}", number(report.kernel_blocks));
    eprintln!(
        "kernel memory:     {} bytes, {} of them used",
        number(report.kernel_bytes),
        number(report.kernel_used)
    );
}
