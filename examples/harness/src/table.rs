//! Tables for people.

/// Arranges cells in columns, each as wide as its widest cell. Columns of numbers are right-aligned.
#[must_use]
pub fn render<const N: usize>(head: [&str; N], numbers: [bool; N], rows: &[[String; N]]) -> String {
    let mut widths = head.map(|cell| cell.chars().count());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: [&str; N]| {
        let mut line = String::new();
        for ((cell, width), number) in cells.into_iter().zip(widths).zip(numbers) {
            let cell = match number {
                true => format!("{cell:>width$}  "),
                false => format!("{cell:<width$}  "),
            };
            line.push_str(&cell);
        }
        line.trim_end().to_owned() + "\n"
    };
    let rule = "-".repeat(widths.iter().sum::<usize>() + 2 * (N - 1)) + "\n";
    let body: String = rows
        .iter()
        .map(|row| line(row.each_ref().map(String::as_str)))
        .collect();
    line(head) + &rule + &body
}

/// Returns the text on one line, truncated to this many characters.
pub(crate) fn cell(text: &str, widest: usize) -> String {
    const CUT: &str = "...";
    let text = text.trim().replace('\n', " / ");
    if text.chars().count() <= widest {
        return text;
    }
    let kept: String = text
        .chars()
        .take(widest.saturating_sub(CUT.len()))
        .collect();
    kept.trim_end().to_owned() + CUT
}

/// Returns a number with its digits in groups of three.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_they_must() {
        let rows = [
            ["a".to_owned(), "1".to_owned()],
            ["long".into(), "1,000".into()],
        ];
        let table = render(["name", "n"], [false, true], &rows);
        assert_eq!(
            table,
            "name      n\n-----------\na         1\nlong  1,000\n"
        );
    }

    #[test]
    fn cells_are_one_line() {
        assert_eq!(cell("one\ntwo\n", 9), "one / two");
        assert_eq!(cell(&"ä".repeat(50), 40), "ä".repeat(37) + "...");
    }

    #[test]
    fn digits_are_grouped() {
        let shown = [0, 999, 1000, 1_234_567].map(grouped);
        assert_eq!(shown, ["0", "999", "1,000", "1,234,567"]);
    }
}
