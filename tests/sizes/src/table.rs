//! The table.

use crate::pairs::Weighed;
use harness_host::table::{grouped, render};

const HEAD: [&str; 8] = [
    "guest",
    "ours",
    "by hand",
    "ratio",
    "imports",
    "can panic",
    "goal",
    "met",
];
const COLUMNS: usize = HEAD.len();

/// The table for a terminal.
#[must_use]
pub fn text(weighed: &[Weighed<'_>]) -> String {
    render(HEAD, std::array::from_fn(is_number), &rows(weighed))
}

/// The same in Markdown.
#[must_use]
pub fn markdown(weighed: &[Weighed<'_>]) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let rule: Vec<String> = (0..COLUMNS)
        .map(|column| if is_number(column) { "---:" } else { "---" }.to_owned())
        .collect();
    let rows = rows(weighed);
    let body = rows.iter().map(|row| line(row)).collect::<String>();
    line(&HEAD.map(str::to_owned)) + &line(&rule) + &body
}

/// Whether a column holds numbers, which end in line.
const fn is_number(column: usize) -> bool {
    matches!(column, 1..=4)
}

fn rows(weighed: &[Weighed<'_>]) -> Vec<[String; COLUMNS]> {
    weighed.iter().map(row).collect()
}

fn row(weighed: &Weighed<'_>) -> [String; COLUMNS] {
    let (ours, by_hand) = (weighed.ours, weighed.by_hand);
    let imports = &ours.imports;
    let imports = match imports.wasi.len() {
        0 => imports.count().to_string(),
        wasi => format!("{} + {wasi} of WASI", imports.host.len()),
    };
    let panic = match (ours.imports.wasi.is_empty(), ours.imports.panic) {
        (true, true) => "yes",
        (true, false) => "no",
        (false, _) => "",
    };
    let words: Vec<&str> = weighed
        .goals
        .iter()
        .map(|(goal, _)| goal.as_str())
        .collect();
    let met: Vec<&str> = weighed
        .goals
        .iter()
        .map(|(_, met)| if *met { "met" } else { "missed" })
        .collect();
    [
        weighed.pair.about.to_owned(),
        grouped(ours.bytes),
        by_hand.map_or_else(String::new, |by_hand| grouped(by_hand.bytes)),
        by_hand.map_or_else(String::new, |by_hand| ratio(ours.bytes, by_hand.bytes)),
        imports,
        panic.to_owned(),
        words.join(", "),
        met.join(", "),
    ]
}

/// Rounded up, so that it never looks better than it is.
fn ratio(ours: u64, by_hand: u64) -> String {
    let hundredths = (ours * 100).div_ceil(by_hand.max(1));
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_rounded_up() {
        assert_eq!(ratio(115, 100), "1.15");
        assert_eq!(ratio(11_501, 10_000), "1.16");
        assert_eq!(ratio(1, 1), "1.00");
    }
}
