//! The rows that the parts of a run put out, one table of all of them for each that each puts out.
//!
//! The first `output` of every workspace is one table, the second is another; the rows stand in the order of the parts,
//! whichever was ready first.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Format, Output, Table, csv, indent};
use crate::error::Error;

/// The column that tells whose a row is.
pub const COLUMN: &str = "workspace";

/// Rows of one part, in the form that was asked for.
#[derive(Clone, Debug)]
pub enum Rows {
    /// A list of JSON values, each as text.
    Json(Vec<String>),
    /// One JSON value.
    One(String),
    /// Cells.
    Table(Table),
}

/// Everything that is put out.
#[derive(Default)]
pub struct Harvest(Mutex<Vec<Vec<Sheaf>>>);

struct Sheaf {
    /// Which part it is from.
    at: usize,
    name: String,
    rows: Rows,
}

/// What gathers the rows of one part.
pub struct Reaper {
    harvest: Arc<Harvest>,
    at: usize,
    name: String,
    turns: AtomicUsize,
}

impl Reaper {
    /// Begins with the part that is the `at`-th and has this name.
    pub fn new(harvest: &Arc<Harvest>, at: usize, name: &str) -> Self {
        let harvest = Arc::clone(harvest);
        Self { harvest, at, name: name.to_owned(), turns: AtomicUsize::new(0) }
    }

    /// Takes what the part puts out.
    pub fn take(&self, rows: Rows) -> Result<(), Error> {
        if rows.has_column(COLUMN) {
            return Err(Error::BadRequest {
                problem: format!(
                    "the rows have a column `{COLUMN}`, which a run on several workspaces adds itself"
                ),
            });
        }
        let turn = self.turns.fetch_add(1, Ordering::Relaxed);
        let mut fields = self.harvest.0.lock().unwrap_or_else(PoisonError::into_inner);
        if fields.len() <= turn {
            fields.resize_with(turn + 1, Vec::new);
        }
        if let Some(field) = fields.get_mut(turn) {
            field.push(Sheaf { at: self.at, name: self.name.clone(), rows });
        }
        Ok(())
    }
}

impl Harvest {
    /// Writes everything.
    pub fn show(&self, output: &Output) -> Result<(), Error> {
        let fields = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        for mut field in fields {
            field.sort_by_key(|sheaf| sheaf.at);
            let (texts, table) = merge(field);
            output.rows(match output.format() {
                Format::Json => Rows::Json(texts),
                _ if table.rows.is_empty() => continue,
                _ => Rows::Table(table),
            })?;
        }
        Ok(())
    }
}

impl Output {
    /// Writes rows; those of one of several parts are kept for the end.
    pub fn rows(&self, rows: Rows) -> Result<(), Error> {
        if let Some(reaper) = self.reaper() {
            return reaper.take(rows);
        }
        match rows {
            Rows::Json(rows) => self.line(&indent(&format!("[{}]", rows.join(",")))),
            Rows::One(row) => self.line(&indent(&row)),
            Rows::Table(table) if table.columns.is_empty() && table.rows.is_empty() => Ok(()),
            Rows::Table(table) if self.format() == Format::Csv => self.line(&csv(&table)),
            Rows::Table(table) => self.line(&table.draw(self.width())),
        }
    }
}

fn merge(field: Vec<Sheaf>) -> (Vec<String>, Table) {
    let (mut texts, mut table) = (Vec::new(), Table::new([COLUMN]));
    for Sheaf { name, rows, .. } in field {
        match rows {
            Rows::Json(rows) => texts.extend(rows.iter().map(|row| sign(&name, row))),
            Rows::One(row) => texts.push(sign(&name, &row)),
            Rows::Table(rows) => append(&mut table, &name, rows),
        }
    }
    let columns = table.columns.len();
    table.rows.iter_mut().for_each(|row| row.resize(columns, String::new()));
    (texts, table)
}

/// Puts the name into a row's JSON, without touching the rest.
fn sign(name: &str, row: &str) -> String {
    let name = serde_json::Value::from(name);
    match row.trim_start().strip_prefix('{').map(str::trim_start) {
        Some("}") => format!("{{\"{COLUMN}\":{name}}}"),
        Some(rest) => format!("{{\"{COLUMN}\":{name},{rest}"),
        None => format!("{{\"{COLUMN}\":{name},\"value\":{row}}}"),
    }
}

/// Adds rows below those of others, each cell under its column.
fn append(table: &mut Table, name: &str, rows: Table) {
    let mut places = Vec::with_capacity(rows.columns.len());
    for column in rows.columns {
        let known = table.columns.iter().position(|known| *known == column);
        places.push(known.unwrap_or_else(|| {
            table.columns.push(column);
            table.columns.len() - 1
        }));
    }
    for cells in rows.rows {
        let mut row = vec![String::new(); table.columns.len()];
        name.clone_into(&mut row[0]);
        for (place, cell) in places.iter().zip(cells) {
            row[*place] = cell;
        }
        table.rows.push(row);
    }
}

impl Rows {
    fn has_column(&self, name: &str) -> bool {
        match self {
            Self::Table(table) => table.columns.iter().any(|column| column == name),
            Self::One(row) => Self::Json(vec![row.clone()]).has_column(name),
            Self::Json(rows) => rows.iter().filter(|row| row.contains(name)).any(|row| {
                let row = serde_json::from_str::<serde_json::Value>(row);
                row.is_ok_and(|row| row.get(name).is_some())
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(columns: &[&str], row: &[&str]) -> Rows {
        let mut table = Table::new(columns.iter().copied());
        table.rows.push(row.iter().map(|&cell| cell.to_owned()).collect());
        Rows::Table(table)
    }

    #[test]
    fn rows_stand_in_the_order_of_the_parts_under_the_columns_of_all() {
        let sheaf = |at, name: &str, rows| Sheaf { at, name: name.to_owned(), rows };
        let mut field = vec![
            sheaf(1, "b", table(&["x", "z"], &["3", "4"])),
            sheaf(0, "a", table(&["x", "y"], &["1", "2"])),
        ];
        field.sort_by_key(|sheaf| sheaf.at);
        let (_, merged) = merge(field);
        assert_eq!(csv(&merged), "workspace,x,y,z\na,1,2,\nb,3,,4");
    }

    #[test]
    fn a_row_of_json_keeps_its_letters() {
        assert_eq!(sign("a\"", "{\"n\":1.50e3}"), "{\"workspace\":\"a\\\"\",\"n\":1.50e3}");
        assert_eq!(sign("a", "{ }"), "{\"workspace\":\"a\"}");
        assert_eq!(sign("a", "[1]"), "{\"workspace\":\"a\",\"value\":[1]}");
    }
}
