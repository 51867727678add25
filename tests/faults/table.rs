//! The page about faults names a test for each. Those tests must exist, and all tests must be on the page.

use std::collections::BTreeSet;
use std::process::Command;

const PAGE: &str = include_str!("../../docs/faults.md");

#[test]
fn every_test_is_on_the_page_and_none_else() {
    // This program lists its own tests.
    let listed = Command::new(std::env::current_exe().unwrap())
        .args(["--list", "--format", "terse"])
        .output()
        .unwrap();
    assert!(listed.status.success());
    let listed = String::from_utf8(listed.stdout).unwrap();
    let ours = concat!(module_path!(), "::");
    let ours = ours.split_once("::").unwrap().1;
    let tests: BTreeSet<&str> = listed
        .lines()
        .filter_map(|line| line.strip_suffix(": test"))
        .filter(|test| !test.starts_with(ours))
        .collect();

    let in_quotes = |line: &'static str| line.split('`').skip(1).step_by(2);
    let rows = PAGE.lines().filter(|line| line.starts_with('|'));
    let last_cells = rows.filter_map(|row| row.trim_end_matches([' ', '|']).rsplit('|').next());
    let named: BTreeSet<&str> = last_cells.flat_map(in_quotes).collect();

    let missing: Vec<_> = named.difference(&tests).collect();
    assert!(missing.is_empty(), "on the page, but no test: {missing:?}");
    let unnamed: Vec<_> = tests.difference(&named).collect();
    assert!(unnamed.is_empty(), "not on the page: {unnamed:?}");
    assert!(tests.len() > 30, "{} tests", tests.len());
}
