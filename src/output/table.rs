//! Rows and columns as text: aligned for people, or comma-separated (RFC 4180).

use std::fmt::Write as _;

use comfy_table::{CellAlignment, ContentArrangement, presets};

use super::sanitize::one_line;
use crate::secret;

/// A cell longer than this is cut: one comment of 64 KB must not bury the others.
const WIDEST: usize = 64;

/// Shows where a row begins once it is folded: it takes no room, and `one_line` keeps it out of foreign text.
const MARK: char = '\u{200b}';

/// Rows under named columns.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// The names, as the API has them.
    pub columns: Vec<String>,
    /// The cells of each row.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// Makes a table without rows.
    pub fn new(columns: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { columns: columns.into_iter().map(Into::into).collect(), rows: Vec::new() }
    }

    /// Returns the table in lines, folded to `width` columns where one is known.
    pub fn draw(&self, width: Option<u16>) -> String {
        let lines: Vec<_> = self.lines(width).into_iter().map(|(_, line)| line).collect();
        lines.join("\n")
    }

    /// Returns whether some row takes more than one line of `width` columns.
    pub fn is_folded(&self, width: Option<u16>) -> bool {
        self.lines(width).len() > self.rows.len() + 1
    }

    /// Returns the lines, each with the row it belongs to, the header's with none.
    pub fn lines(&self, width: Option<u16>) -> Vec<(Option<usize>, String)> {
        let mut table = comfy_table::Table::new();
        table.load_style(presets::NOTHING).set_header(&self.columns);
        if let Some(width) = width {
            table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
        }
        for row in &self.rows {
            // Struck out before it is cut or folded: half a secret is one that nobody would find.
            let cell = |cell: &String| cut(&one_line(&secret::redact_unrevealed(cell)));
            let mut cells: Vec<String> = row.iter().map(cell).collect();
            if let Some(first) = cells.first_mut() {
                first.insert(0, MARK);
            }
            table.add_row(cells);
        }
        for column in table.column_iter_mut() {
            column.set_padding((0, 2)).set_cell_alignment(CellAlignment::Left);
        }
        let mut rows = 0;
        let number = |line: String| {
            rows += usize::from(line.contains(MARK));
            (rows.checked_sub(1), line.replace(MARK, "").trim_end().to_owned())
        };
        table.lines().map(number).collect()
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(WIDEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// Returns the table as comma-separated values with a header line.
pub fn csv(table: &Table) -> String {
    let mut text = String::new();
    let lines = std::iter::once(&table.columns).chain(&table.rows);
    for (at, line) in lines.enumerate() {
        if at > 0 {
            text.push('\n');
        }
        for (at, cell) in line.iter().enumerate() {
            let comma = if at > 0 { "," } else { "" };
            if cell.contains([',', '"', '\n', '\r']) {
                let _ = write!(text, "{comma}\"{}\"", cell.replace('"', "\"\""));
            } else {
                let _ = write!(text, "{comma}{cell}");
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new(["token_id", "comment"]);
        table.rows.push(vec!["a1".into(), "x, \"y\"\nz".into()]);
        table.rows.push(vec!["b".into(), "日本".into()]);
        table
    }

    #[test]
    fn people_get_aligned_columns() {
        assert_eq!(
            table().draw(None),
            "token_id  comment\na1        x, \"y\"\\u000az\nb         日本"
        );
    }

    #[test]
    fn machines_get_rfc_4180() {
        assert_eq!(csv(&table()), "token_id,comment\na1,\"x, \"\"y\"\"\nz\"\nb,日本");
    }
}
