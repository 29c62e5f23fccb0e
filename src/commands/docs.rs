//! `patroll docs [NAME]`.

use serde_json::{Value, json};

use crate::error::Error;
use crate::output::{Format, Output, Table, csv, indent};
use crate::script::docs::{Form, Page, find, pages};

/// Lines are not longer than this, however wide the terminal.
const WIDEST: u16 = 100;

/// Shows all functions by topic, or the manual of one.
pub fn execute(name: Option<&str>, output: &Output) -> Result<(), Error> {
    let pages = name.map_or_else(|| Ok(pages()), find)?;
    let width = usize::from(output.width().unwrap_or(WIDEST).min(WIDEST));
    let text = match (output.asked_format(), name) {
        (Format::Json, _) => indent(&Value::Array(rows(&pages, as_json)).to_string()),
        (Format::Csv, _) => csv(&as_table(&pages)),
        (Format::Auto | Format::Table, None) => overview(&pages, width),
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

/// Lists the functions under the headings of their topics.
fn overview(pages: &[Page], width: usize) -> String {
    let mut lines = Vec::new();
    let mut topic = "";
    for page in pages {
        if page.topic != topic {
            if !topic.is_empty() {
                lines.push(String::new());
            }
            topic = page.topic;
            lines.push(topic.to_owned());
        }
        for form in &page.forms {
            lines.push(format!("  {}", form.signature));
            lines.extend(wrap(form.summary(), 6, width));
        }
    }
    lines.extend([String::new(), "`patroll docs NAME` explains one of them.".to_owned()]);
    lines.join("\n")
}

/// Explains all that is called by one name.
fn manual(page: &Page, width: usize) -> String {
    let explain = |form: &Form| {
        let mut lines = vec![form.signature.clone()];
        for paragraph in &form.paragraphs {
            lines.extend(wrap(paragraph, 4, width));
            lines.push(String::new());
        }
        if let Some(example) = &form.example {
            lines.push("    Example:".to_owned());
            lines.extend(
                example.lines().map(|line| format!("        {line}").trim_end().to_owned()),
            );
        }
        lines.join("\n").trim_end().to_owned()
    };
    page.forms.iter().map(explain).collect::<Vec<_>>().join("\n\n")
}

/// Breaks a paragraph into indented lines that fit.
fn wrap(text: &str, indent: usize, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(format!("{:indent$}{word}", "")),
        }
    }
    lines
}
