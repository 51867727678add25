//! Builds the guests, runs them, and prints their sizes.

use sizes::{Result, built, pairs, scenarios, table};

const HELP: &str = "\
How large guests are, with harness-wasi-sockets and by hand.

cargo run -p sizes                  run them all, and print a table
cargo run -p sizes -- --markdown    the same, as Markdown
cargo run -p sizes -- --measured    each guest and its size, for src/guests.rs
";

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let print: fn(&[built::Built]) -> Result<String> = match arguments.next().as_deref() {
        None => |built| Ok(table::text(&pairs::weigh(built)?)),
        Some("--markdown") => |built| Ok(table::markdown(&pairs::weigh(built)?)),
        Some("--measured") => |built| Ok(measured(built)),
        Some("--help") => {
            print!("{HELP}");
            return Ok(());
        }
        Some(other) => return Err(format!("no such option: {other}\n\n{HELP}").into()),
    };
    let built = built::all()?;
    let (runs, skipped) = scenarios::run_all(&built)?;
    eprintln!("{runs} runs in the real runtime: each pair did the same, and left nothing behind");
    if let Some(why) = skipped {
        eprintln!("skipped: ICMP: {why}");
    }
    print!("{}", print(&built)?);
    Ok(())
}

fn measured(built: &[built::Built]) -> String {
    let line = |built: &built::Built| format!("{} {}\n", built.guest.name, built.bytes);
    built.iter().map(line).collect()
}
