//! Installs what the hosts need, and prints which are available.

use host_tests::Language;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for language in Language::ALL {
        match language.host() {
            Ok(_) => println!("{}: its host can be run", language.name()),
            Err(why) => {
                println!("{}: {why}", language.name());
                code = ExitCode::FAILURE;
            }
        }
    }
    code
}
