//! `patroll docs [NAME]`.

use serde_json::{Value, json};

use crate::error::Error;
use crate::output::{Format, Output, Table, csv, indent};
use crate::script::docs::{Form, Page, find, manual, overview, pages};

/// Lines are not longer than this, however wide the terminal.
const WIDEST: u16 = 100;

/// Shows all functions by topic, or the manual of one.
pub fn execute(name: Option<&str>, output: &Output) -> Result<(), Error> {
    let pages = name.map_or_else(|| Ok(pages()), find)?;
    let width = usize::from(output.width().unwrap_or(WIDEST).min(WIDEST));
    let text = match (output.asked_format(), name) {
        (Format::Json, _) => indent(&Value::Array(rows(&pages, as_json)).to_string()),
        (Format::Csv, _) => csv(&as_table(&pages)),
        (Format::Auto | Format::Table, None) => {
            format!("{}\n\n`patroll docs NAME` explains one of them.", overview(&pages, width))
        }
        (Format::Auto | Format::Table, Some(_)) => {
            let manuals: Vec<_> = pages.iter().map(|page| manual(page, width)).collect();
            manuals.join("\n\n")
        }
    };
    output.line(&text)
}

/// Returns something for each way to call each function.
fn rows<T>(pages: &[Page], row: impl Fn(&Page, &Form) -> T) -> Vec<T> {
    let forms = pages.iter().flat_map(|page| page.forms.iter().map(move |form| (page, form)));
    forms.map(|(page, form)| row(page, form)).collect()
}

fn as_json(page: &Page, form: &Form) -> Value {
    json!({
        "name": page.name,
        "topic": page.topic,
        "signature": form.signature,
        "summary": form.summary(),
        "doc": form.paragraphs.join("\n\n"),
        "example": form.example,
    })
}

fn as_table(pages: &[Page]) -> Table {
    let mut table = Table::new(["topic", "function", "what it does"]);
    table.rows = rows(pages, |page, form| {
        [page.topic, &form.signature, form.summary()].map(str::to_owned).to_vec()
    });
    table
}
