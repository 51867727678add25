//! Runs one plugin: an example by its name, or a file of the user.

use std::ffi::{OsStr, OsString};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs, io, process};

use super::arguments::{self, Form, Job, Usage};
use super::peer;
use super::{Failure, say};
use crate::guests::{self, CRATES, EXAMPLES, Example};
use crate::table::grouped;
use crate::wasm::Target;
use crate::{Config, Denied, Error, Plugin, Report, Why};

/// The variable that makes Extism pass through a plugin's standard output and error.
const STDIO: &str = "EXTISM_ENABLE_WASI_OUTPUT";

/// Compiling a plugin of this size to machine code takes seconds the first time.
const LARGE: u64 = 500_000;

/// Lists the example guests.
pub(super) fn list() {
    for example in EXAMPLES.iter().chain(&CRATES) {
        println!("{:<16}{}", example.name, example.about);
        println!("{:16}input: {}", "", example.input);
        if let Some(server) = example.server {
            println!("{:16}needs {server}", "");
        }
    }
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
        let surplus = surplus.display();
        let form = match example {
            Some(example) => format!("{} INPUT", example.name),
            None => "PLUGIN.wasm FUNCTION INPUT".to_owned(),
        };
        return Err(usage(format!(
            "{surplus}: not expected after {form}; quote an input with spaces"
        )));
    }
    // Keeps the peer alive until the end.
    let (input, _peer) = match (given, &job.input_file, job.peer, example) {
        (Some(_), Some(_), ..) => {
            return Err(usage("give INPUT or --input-file, not both".to_owned()));
        }
        (None, Some(_), Some(_), _) => {
            return Err(usage(
                "--peer works with INPUT, not with --input-file".to_owned(),
            ));
        }
        (given, None, Some(kind), _) => {
            let peer = kind.start()?;
            let pattern = given.map_or(Some("PEER"), |given| given.to_str());
            let input = peer.input(pattern.ok_or("INPUT must be UTF-8 where --peer is given")?);
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

    let config = config.on_denied(denied);
    if fs::metadata(&path).is_ok_and(|file| file.len() > LARGE) {
        say("compiling the plugin to machine code (kept for the next time) ...");
    }
    let mut plugin =
        Plugin::from_file(path, &config).map_err(|error| explained(error, &job.config))?;
    let output = plugin.call(function, &input);
    if let Ok(output) = &output {
        let mut stdout = io::stdout().lock();
        stdout.write_all(output)?;
        if !output.ends_with(b"\n") {
            stdout.write_all(b"\n")?;
        }
        stdout.flush()?;
    }
    match job.report {
        Some(Form::Lines) => show(&plugin.report(), plugin.open_connections()),
        Some(Form::Json) => eprintln!("{}", json(&plugin.report(), plugin.open_connections())),
        None => {}
    }
    match output {
        Ok(_) => Ok(ExitCode::SUCCESS),
        Err(stopped @ Error::Stopped { .. }) if !job.stdio => {
            Err(format!("{stopped}\n(--stdio shows what the plugin printed)").into())
        }
        Err(other) => Err(explained(other, &job.config)),
    }
}

/// Tells the user what the plugin was denied; the plugin itself is not told.
fn denied(denied: &Denied) {
    let (function, target) = (denied.function, &denied.target);
    eprintln!(
        "denied: {function} {target}: {}",
        match denied.why {
            Why::NotAllowed => "not allowed: see --allow",
            Why::Connections => "too many connections: see --max-connections",
            Why::Bytes => "too many bytes",
            Why::Time => "too much time",
        }
    );
}

/// Adds to an error the option that caused it.
fn explained(error: Error, config: &Config) -> Failure {
    match &error {
        Error::Load(why) if why.contains("wasi_snapshot_preview1") && !config.wasi => {
            format!("{error}: the plugin needs WASI, and you passed --no-wasi").into()
        }
        Error::OutOfMemory(_) => format!("{error}: see --memory").into(),
        Error::OutOfFuel(_) => format!("{error}: see --fuel").into(),
        Error::TimedOut(_) => format!("{error}: see --timeout").into(),
        _ => error.into(),
    }
}

fn usage(text: String) -> Failure {
    Usage(text).into()
}

/// Runs this program again: the switch is an environment variable, which is safe to set only for a new process.
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

/// Returns the wasm file, the example if it is one, and the other words of the command line.
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
        None if path.extension().is_some() || path.components().count() > 1 => {
            Err(usage(format!("there is no file {}", path.display())))
        }
        None => {
            let name = path.display();
            let meant = job.plugin.to_str().and_then(arguments::meant);
            Err(usage(match meant {
                Some(meant) => format!("there is no example {name}: did you mean {meant}?"),
                None => format!(
                    "{name} is no example, command or file; see --list for the examples, --help for the commands"
                ),
            }))
        }
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
    eprintln!("denied:            {}", report.denied);
    eprintln!("injected faults:   {}", report.faults);
    eprintln!("live blocks:       {}", number(report.live_blocks));
    eprintln!("kernel blocks:     {}", number(report.kernel_blocks));
    eprintln!(
        "kernel memory:     {} bytes, {} of them used",
        number(report.kernel_bytes),
        number(report.kernel_used)
    );
}

/// Returns the report as one line of JSON. An unknown number is `null`.
fn json(report: &Report, open: usize) -> serde_json::Value {
    let calls: serde_json::Map<_, _> = report
        .calls
        .iter()
        .map(|(name, count)| (name.to_owned(), count.into()))
        .collect();
    serde_json::json!({
        "host_calls": calls,
        "fuel": report.fuel,
        "bytes_sent": report.bytes_sent,
        "bytes_received": report.bytes_received,
        "opened": report.opened,
        "closed": report.closed,
        "left_open": open,
        "denied": report.denied,
        "limited": report.limited,
        "faults": report.faults.to_string(),
        "live_blocks": report.live_blocks,
        "kernel_blocks": report.kernel_blocks,
        "kernel_bytes": report.kernel_bytes,
        "kernel_used": report.kernel_used,
    })
}
