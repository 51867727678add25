//! The program `harness-host`. Only its `main` should call this.

mod arguments;
mod demo;
mod new;
mod peer;
mod shadow;
mod single;
mod tools;

use std::process::ExitCode;

use arguments::{Command, Usage};

/// Any failure of the program: text for a person.
type Failure = Box<dyn std::error::Error>;

/// The exit status for an invalid command line.
const USAGE: u8 = 2;

/// Runs the command line.
pub fn main() -> ExitCode {
    let parsed = arguments::parse(lexopt::Parser::from_env());
    let done = parsed.map_err(Failure::from).and_then(execute);
    done.unwrap_or_else(|failure| {
        eprintln!("harness-host: {failure}");
        match failure.is::<Usage>() {
            true => ExitCode::from(USAGE),
            false => ExitCode::FAILURE,
        }
    })
}

fn execute(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Help => {
            print!("{}", arguments::HELP);
            Ok(ExitCode::SUCCESS)
        }
        Command::Version => {
            println!("harness-host {}", env!("CARGO_PKG_VERSION"));
            Ok(ExitCode::SUCCESS)
        }
        Command::List => {
            single::list();
            Ok(ExitCode::SUCCESS)
        }
        Command::Demo => demo::run(),
        Command::Single(job) => single::run(&job),
        Command::Soak(settings) => soak(&settings),
        Command::Cargo(arguments) => tools::cargo(&arguments),
        Command::Clippy(arguments) => tools::clippy(&arguments),
        Command::Std(arguments) => shadow::run(&arguments),
        Command::Toolchain => tools::toolchain(),
        Command::New { folder, no_std } => new::run(&folder, no_std),
        Command::Serve(kinds) => serve(&kinds),
        Command::Kit(folder) => kit(&folder),
        Command::KitPeers => kit_peers(),
    }
}

fn soak(settings: &crate::soak::Settings) -> Result<ExitCode, Failure> {
    println!("{}", crate::soak::run(settings, &say)?);
    Ok(ExitCode::SUCCESS)
}

fn kit(folder: &std::path::Path) -> Result<ExitCode, Failure> {
    crate::kit::write(folder)?;
    say(&format!(
        "{} has the plugin and a page about it",
        folder.display()
    ));
    Ok(ExitCode::SUCCESS)
}

/// Starts peers, prints their addresses, and runs until it is stopped.
fn serve(kinds: &[peer::Kind]) -> Result<ExitCode, Failure> {
    let peers = kinds.iter().map(|kind| kind.start());
    let peers = peers.collect::<Result<Vec<_>, _>>()?;
    for (kind, peer) in kinds.iter().zip(&peers) {
        println!("{:<8}  {}", kind.name(), peer.address());
    }
    say("stop them with Ctrl-C");
    loop {
        std::thread::park();
    }
}

/// Prints the plugin's input, and runs until it is stopped.
fn kit_peers() -> Result<ExitCode, Failure> {
    let peers = crate::kit::Peers::start()?;
    println!("{}", peers.input());
    say("give this line to the plugin as its input; stop the peers with Ctrl-C");
    loop {
        std::thread::park();
    }
}

/// Reports progress to the user.
fn say(line: &str) {
    eprintln!("{line}");
}
