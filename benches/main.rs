//! `cargo bench`: measures every case, and prints the comparison.

use benchmarks::cases::{CASES, Case};
use benchmarks::guests::{Guests, PROFILE};
use benchmarks::results::Results;
use benchmarks::{Result, beside, levels, measure};

const HELP: &str = "\
What harness-wasi-sockets costs, measured against host calls by hand.

cargo bench                   everything
cargo bench -- --quick        short runs
cargo bench -- NAME ...       only those cases, or those whose names contain one of these
cargo bench -- --list         the names
cargo bench -- --keep         results also go into benches/results
";

/// The name of the second table.
const BESIDE: &str = "beside";

fn main() -> Result<()> {
    let (mut quick, mut keep) = (false, false);
    let mut names = Vec::new();
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--quick" => quick = true,
            "--keep" => keep = true,
            // Passed by cargo itself.
            "--bench" => {}
            "--list" => {
                CASES
                    .iter()
                    .for_each(|case| println!("{:<18}{}", case.name, case.about));
                println!("{BESIDE:<18}the second table");
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
    let exact = |name: &String| name == BESIDE || CASES.iter().any(|case| case.name == name);
    let is = |case: &Case, name: &String| match exact(name) {
        true => case.name == name,
        false => case.name.contains(name),
    };
    let wanted = |case: &&Case| names.is_empty() || names.iter().any(|name| is(case, name));
    let guests = Guests::build(PROFILE)?;
    let mut results = Results::new(quick, guests.compiler().to_owned());
    for case in CASES.iter().filter(wanted) {
        eprintln!("{} ...", case.about);
        let measured = measure::measure(&guests, case, quick)?;
        let [hand, embedded, facade] = measured.styles.each_ref().map(|style| style.run.fuel);
        eprintln!("    fuel: {hand} by hand, {embedded} embedded, {facade} facade");
        results.cases.push(measured);
    }
    results.levels = levels::measure(|case| wanted(&case), &results.cases)?;
    if names.is_empty() || names.iter().any(|name| name == BESIDE) {
        eprintln!("beside what else there is ...");
        results.beside = beside::measure(&guests, quick)?;
    }
    print!("{}", results.markdown());
    let folder = results.write(keep)?;
    eprintln!("written down in {}", folder.display());
    Ok(())
}
