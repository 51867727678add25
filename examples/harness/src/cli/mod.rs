//! The program `harness-host`. Not meant to be called by others than its `main`.

mod arguments;
mod demo;
mod peer;
mod shadow;
mod single;
mod tools;

use std::process::ExitCode;

use arguments::Command;

/// What the program can end with other than success: any error is text for a person.
type Failure = Box<dyn std::error::Error>;

/// Does what the command line says.
pub fn main() -> ExitCode {
    let done = arguments::parse(lexopt::Parser::from_env()).and_then(|command| match command {
        Command::Help => {
            print!("{}", arguments::HELP);
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
    });
    done.unwrap_or_else(|failure| {
        eprintln!("harness-host: {failure}");
        ExitCode::FAILURE
    })
}

fn soak(settings: &crate::soak::Settings) -> Result<ExitCode, Failure> {
    println!("{}", crate::soak::run(settings, &say)?);
    Ok(ExitCode::SUCCESS)
}

/// Progress, for people who wait.
fn say(line: &str) {
    eprintln!("{line}");
}
