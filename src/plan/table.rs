//! A plan's file as a table.

use std::path::Path;

use super::SHORT_ID;
use super::document::{Document, Step};
use crate::clock::Time;
use crate::error::Error;
use crate::output::{Format, Output, Table, csv};

/// Shows the plan in a file.
pub fn show_file(path: &Path, output: &Output) -> Result<(), Error> {
    let plan = Document::read(path)?;
    match output.format() {
        Format::Json => output.line(&plan.text())?,
        Format::Csv => output.line(&csv(&table(&plan.effects, usize::MAX)))?,
        Format::Auto | Format::Table => {
            if !plan.effects.is_empty() {
                output.line(&table(&plan.effects, SHORT_ID).draw(output.width()))?;
            }
            let count = match plan.effects.len() {
                0 => "nothing would be changed".to_owned(),
                1 => "1 change would be made".to_owned(),
                count => format!("{count} changes would be made"),
            };
            let words = [&[plan.script.clone()][..], &plan.arguments].concat().join(" ");
            output.note(&format!("planned at {} by {words}: {count}", plan.made));
        }
    }
    if plan.is_edited() {
        let path = path.display();
        output.warn(&format!("{path} was edited after it was written: it will not be applied"));
    }
    Ok(())
}

fn table(steps: &[Step], id_length: usize) -> Table {
    let mut table =
        Table::new(["would", "what", "comment", "expires", "workspace", "of", "asked by"]);
    for step in steps {
        table.rows.push(vec![
            "revoke".to_owned(),
            step.token_id.chars().take(id_length).collect(),
            step.comment.clone().unwrap_or_default(),
            step.expires.map_or_else(|| "gone already".to_owned(), Time::short),
            step.profile.clone().unwrap_or_else(|| step.host.clone()),
            step.user.clone().unwrap_or_else(|| "anybody".to_owned()),
            asked_by(step.script.as_deref(), step.line),
        ]);
    }
    table
}

/// Says which line asked for an effect.
pub fn asked_by(script: Option<&str>, line: Option<usize>) -> String {
    match (script, line) {
        (Some(script), Some(line)) => format!("{script}:{line}"),
        (Some(script), None) => script.to_owned(),
        (None, _) => "the command line".to_owned(),
    }
}
