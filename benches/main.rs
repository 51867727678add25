//! `cargo bench`: measures every case, and says how it compares.

use benchmarks::cases::{CASES, Case};
use benchmarks::guests::Guests;
use benchmarks::{Result, measure, tables};

const HELP: &str = "\
What harness-wasi-sockets costs, measured against host calls by hand.

cargo bench                   everything
cargo bench -- --quick        short runs
cargo bench -- NAME ...       only the cases whose name contains one of these
cargo bench -- --list         the names
cargo bench -- --keep         results also go into benches/results
";

fn main() -> Result<()> {
    let mut quick = false;
    let mut names = Vec::new();
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--quick" => quick = true,
            // What cargo itself passes on.
            "--bench" => {}
            "--list" => {
                CASES
                    .iter()
                    .for_each(|case| println!("{:<18}{}", case.name, case.about));
                return Ok(());
            }
            "--help" => {
                print!("{HELP}");
                return Ok(());
            }
            option if option.starts_with('-') => {
                return Err(format!("no such option: {option}\n\n{HELP}").into());
            }
            name => names.push(name.to_owned()),
        }
    }
    let wanted = |case: &&Case| names.is_empty() || names.iter().any(|n| case.name.contains(n));
    let guests = Guests::build()?;
    let mut measured = Vec::new();
    for case in CASES.iter().filter(wanted) {
        eprintln!("{} ...", case.about);
        measured.push(measure::measure(&guests, case, quick)?);
    }
    if quick {
        println!("A quick run: the long cases are cut short, and nothing is run twice.\n");
    }
    print!("{}", tables::all(&measured));
    Ok(())
}
