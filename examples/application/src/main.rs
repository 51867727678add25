//! An Extism application with its own plugins, manifests, functions and life cycle. Adding sockets to its plugins takes
//! three lines.
//!
//! ```text
//! application --allow 93.184.216.34:443 first.wasm 'its input' second.wasm 'its input'
//! ```
//!
//! It runs each plugin on its own thread, calls `run` with the input, prints the output, and finally prints what the
//! plugins did with their sockets. A plugin may call `application:log(text)`, the application's own function.

use extism::{CurrentPlugin, Manifest, PTR, Plugin, PluginBuilder, UserData, Val, Wasm};
use harness_host::{Allow, Config, Sockets};
use std::process::ExitCode;
use std::time::Duration;
use std::{env, fs, thread};

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<ExitCode, Failure> {
    let (allow, jobs) = arguments()?;

    // The limits of each plugin, and the function that is told about denials.
    let limits = Config::new()
        .allow(allow)
        .max_connections(16)
        .max_bytes(10 << 20)
        .on_denied(|denied| eprintln!("denied: {denied}"));
    let sockets = &Sockets::new(&limits);

    let mut code = ExitCode::SUCCESS;
    let outputs: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = jobs
            .iter()
            .map(|(path, input)| scope.spawn(move || run(sockets, path, input)))
            .collect();
        threads.into_iter().map(|thread| thread.join()).collect()
    });
    for ((path, _), output) in jobs.iter().zip(outputs) {
        match output.unwrap_or_else(|_| Err("it panicked".into())) {
            Ok(output) => println!("{path}: {output}"),
            Err(why) => {
                eprintln!("{path}: {why}");
                code = ExitCode::FAILURE;
            }
        }
    }

    // The plugins are dropped and their connections closed, but their counters remain.
    let did = sockets.report();
    eprintln!(
        "{} connections, {} bytes sent, {} received, {} denied, {} over a limit; {} still open",
        did.opened,
        did.bytes_sent,
        did.bytes_received,
        did.denied,
        did.limited,
        sockets.open_connections()
    );
    Ok(code)
}

/// Runs one plugin from start to end.
fn run(sockets: &Sockets, path: &str, input: &str) -> Result<String, Failure> {
    let manifest = Manifest::new([Wasm::data(fs::read(path)?)])
        .with_timeout(Duration::from_secs(60))
        .with_memory_max(1_000);
    let mut plugin: Plugin = PluginBuilder::new(manifest)
        .with_wasi(true)
        .with_function_in_namespace("application", "log", [PTR], [], UserData::new(()), log)
        .with_functions(sockets.functions())
        .build()?;
    Ok(plugin.call::<&str, String>("run", input)?)
}

/// The application's own function.
fn log(
    plugin: &mut CurrentPlugin,
    inputs: &[Val],
    _: &mut [Val],
    _: UserData<()>,
) -> Result<(), extism::Error> {
    let text: String = plugin.memory_get_val(&inputs[0])?;
    eprintln!("log: {text}");
    Ok(())
}

/// Parses the allowed addresses, and each plugin with its input.
fn arguments() -> Result<(Allow, Vec<(String, String)>), Failure> {
    let (mut allow, mut jobs) = (Allow::nothing(), Vec::new());
    let mut words = env::args().skip(1);
    while let Some(word) = words.next() {
        let next = words
            .next()
            .ok_or_else(|| format!("what goes with {word}?"))?;
        match word.as_str() {
            "--allow" => allow = allow.and(next.parse()?),
            _ => jobs.push((word, next)),
        }
    }
    Ok((allow, jobs))
}
