//! Checks the table in the documentation.

use harness_host::guests;
use harness_host::wasm::{Compiler, Target};
use server_tests::guests::Package;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The compiler that produced the sizes in the table.
const MADE_WITH: &str = "rustc 1.95.";
/// How much another compiler's std may change a plugin's size: the difference between Rust 1.96 and 1.95 for a plugin
/// that does nothing, in bytes.
const OTHER_STD: u64 = 6_495;

/// A row: its cells, without the code marks.
struct Row(Vec<String>);

impl Row {
    fn krate(&self) -> &str {
        &self.0[0]
    }
    fn version(&self) -> &str {
        &self.0[1]
    }
    fn plugin(&self) -> &str {
        &self.0[6]
    }
    fn bytes(&self) -> u64 {
        self.0[7].replace(',', "").parse().expect("a size")
    }
    fn tests(&self) -> impl Iterator<Item = &str> {
        self.0[8].split(", ")
    }
}

fn workspace() -> PathBuf {
    guests::workspace().expect("the workspace")
}

fn rows() -> Vec<Row> {
    let page = fs::read_to_string(workspace().join("docs/crates.md")).unwrap();
    let lines = page.lines().filter(|line| line.starts_with("| `"));
    let rows = lines.map(|line| {
        let cells = line.trim_matches('|').split('|');
        let cells: Vec<String> = cells.map(|cell| cell.trim().replace('`', "")).collect();
        assert_eq!(cells.len(), 9, "{line}");
        Row(cells)
    });
    rows.collect()
}

pub fn every_plugin_is_in_the_table_with_its_size() {
    let rows = rows();
    let compiler = Compiler::find(Target::Wasip1, &|line| eprintln!("{line}")).unwrap();
    let other_std = if compiler.version().starts_with(MADE_WITH) {
        0
    } else {
        OTHER_STD
    };
    // Each with the tolerance for another compiler.
    let with_std = Package::Std.build().iter();
    let with_std = with_std.chain(Package::Unmodified.build());
    let with_std = with_std.map(|guest| (guest, other_std));
    let without = Package::NoStd.build().iter().map(|guest| (guest, 0));
    let built: Vec<_> = with_std.chain(without).collect();
    let listed: BTreeSet<&str> = rows.iter().map(Row::plugin).collect();
    let there: BTreeSet<&str> = built.iter().map(|(guest, _)| guest.name.as_str()).collect();
    assert_eq!(listed, there);
    for row in &rows {
        let guest = built.iter().find(|(guest, _)| guest.name == row.plugin());
        let (guest, std) = guest.expect("a plugin that is there");
        let off = guest.bytes.abs_diff(row.bytes());
        assert!(
            off <= row.bytes() / 50 + std,
            "{}: {} bytes",
            row.plugin(),
            guest.bytes
        );
    }
}

pub fn every_version_in_the_table_is_the_one_that_is_built() {
    let lock = fs::read_to_string(workspace().join("Cargo.lock")).unwrap();
    for row in rows() {
        let (name, version) = (row.krate(), row.version());
        let entry = format!("name = \"{name}\"\nversion = \"{version}\"\n");
        assert!(lock.contains(&entry), "{name} {version}");
    }
}

pub fn every_test_in_the_table_is_there_and_every_test_is_in_the_table() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/crates");
    let mut there = BTreeSet::new();
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        // About all crates or none, and not in a row.
        if [
            "table.rs",
            "production.rs",
            "native.rs",
            "client.rs",
            "cost.rs",
        ]
        .iter()
        .any(|name| path.ends_with(name))
        {
            continue;
        }
        let text = fs::read_to_string(path).unwrap();
        let tests = text.split("\npub fn ").skip(1);
        there.extend(tests.filter_map(|test| Some(test.split_once('(')?.0.to_owned())));
    }
    let rows = rows();
    let listed: BTreeSet<String> = rows.iter().flat_map(Row::tests).map(String::from).collect();
    assert_eq!(listed, there);
}
