//! Checks the page in the documentation: its versions are the installed ones, and its tests are those that run, each in
//! the listed languages.

use crate::TESTS;
use harness_host::guests::workspace;
use host_tests::Language;
use libtest_mimic::Trial;
use std::collections::BTreeSet;
use std::fs;

pub fn trials() -> Vec<Trial> {
    let trial = |name: &str, run: fn()| {
        Trial::test(format!("table::{name}"), move || {
            run();
            Ok(())
        })
    };
    vec![
        trial("every_version_is_the_one_that_is_installed", versions),
        trial("every_test_is_in_the_table_with_its_languages", tests),
    ]
}

fn read(path: &str) -> String {
    fs::read_to_string(workspace().expect("the workspace").join(path)).expect(path)
}

fn versions() {
    let page = read("docs/hosts.md");
    let requirements = read("examples/hosts/python/requirements.txt");
    let package = read("examples/hosts/javascript/package.json");
    let package: serde_json::Value = serde_json::from_str(&package).expect("JSON");
    let mut pinned: Vec<(&str, &str)> = requirements
        .lines()
        .map(|line| line.split_once("==").expect("a version that is pinned"))
        .collect();
    let dependencies = package["dependencies"].as_object().expect("dependencies");
    let version = |version: &'_ serde_json::Value| version.as_str().map(str::to_owned);
    let versions: Vec<_> = dependencies
        .iter()
        .map(|(name, v)| (name, version(v).expect("a version")))
        .collect();
    pinned.extend(versions.iter().map(|(name, v)| (name.as_str(), v.as_str())));
    assert_eq!(pinned.len(), 3);
    for (name, version) in pinned {
        assert!(
            version.chars().all(|c| c.is_ascii_digit() || c == '.'),
            "{name} {version} is not pinned"
        );
        assert!(page.contains(&format!("`{name}` {version}")), "{name}");
    }
}

fn tests() {
    let page = read("docs/hosts.md");
    let (_, part) = page.split_once("\n## What ran\n").expect("what ran");
    let part = part.split("\n## ").next().expect("a first part");
    let rows = part.lines().filter(|line| line.starts_with("| `"));
    let listed: BTreeSet<(String, bool, bool)> = rows
        .map(|row| {
            let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
            let runs = |cell: &str| {
                assert!(cell == "yes" || cell.starts_with("no: "), "{row}");
                cell == "yes"
            };
            let name = cells[0].trim_matches('`').to_owned();
            (name, runs(cells[2]), runs(cells[3]))
        })
        .collect();
    let there: BTreeSet<(String, bool, bool)> = TESTS
        .iter()
        .map(|test| {
            let (_, name) = test.name.split_once("::").expect("MODULE::TEST");
            let runs = |language| test.languages.contains(&language);
            let (python, javascript) = (runs(Language::Python), runs(Language::JavaScript));
            (name.to_owned(), python, javascript)
        })
        .collect();
    assert_eq!(listed, there);
}
