//! A Markdown table that is also aligned as plain text.

/// Head and rows.
#[derive(Debug)]
pub struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// Creates a table with these columns. Columns whose name starts with `#` contain numbers, which are right-aligned.
    #[must_use]
    pub fn new(head: &[&str]) -> Table {
        Table {
            head: head.iter().map(ToString::to_string).collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Returns the table as Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        let numeric: Vec<bool> = self.head.iter().map(|name| name.starts_with('#')).collect();
        let head: Vec<String> = self
            .head
            .iter()
            .map(|name| name.trim_start_matches('#').to_owned())
            .collect();
        let mut widths: Vec<usize> = head
            .iter()
            .map(|name| name.chars().count().max(4))
            .collect();
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let line = |cells: &[String]| {
            let cells: Vec<String> = cells
                .iter()
                .zip(widths.iter().zip(&numeric))
                .map(|(cell, (width, numeric))| {
                    if *numeric {
                        format!("{cell:>width$}")
                    } else {
                        format!("{cell:<width$}")
                    }
                })
                .collect();
            format!("| {} |\n", cells.join(" | "))
        };
        let rule: Vec<String> = widths
            .iter()
            .zip(&numeric)
            .map(|(width, numeric)| match numeric {
                true => format!("{}:", "-".repeat(width - 1)),
                false => "-".repeat(*width),
            })
            .collect();
        let body: String = self.rows.iter().map(|row| line(row)).collect();
        line(&head) + &format!("| {} |\n", rule.join(" | ")) + &body
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use harness_host::table::grouped;

    #[test]
    fn columns_line_up() {
        let mut table = Table::new(&["what", "#n"]);
        table.row(vec!["longer".to_owned(), grouped(12_345)]);
        table.row(vec!["s".to_owned(), grouped(1)]);
        assert_eq!(
            table.markdown(),
            "| what   |      n |\n| ------ | -----: |\n| longer | 12,345 |\n| s      |      1 |\n"
        );
    }
}
