//! `patroll scripts list` and `patroll scripts show NAME`.

use crate::cli::Scripts;
use crate::error::Error;
use crate::output::{Format, Output, Table, csv, indent};
use crate::script::{Header, Source, bundled_scripts};

/// Lists the bundled scripts, or prints one.
pub fn execute(scripts: &Scripts, output: &Output) -> Result<(), Error> {
    match scripts {
        Scripts::List => list(output),
        Scripts::Show { name } => show(name, output),
    }
}

fn list(output: &Output) -> Result<(), Error> {
    let mut table = Table::new(["script", "what it does"]);
    for script in bundled_scripts() {
        table
            .rows
            .push(vec![script.name.to_owned(), Header::read(script.text).summary().to_owned()]);
    }
    match output.asked_format() {
        Format::Json => {
            let rows = table
                .rows
                .iter()
                .map(|row| serde_json::json!({ "script": row[0], "summary": row[1] }));
            output.line(&indent(&rows.collect::<serde_json::Value>().to_string()))
        }
        Format::Csv => output.line(&csv(&table)),
        Format::Auto | Format::Table => output.line(&table.draw(output.width())),
    }
}

fn show(name: &str, output: &Output) -> Result<(), Error> {
    output.line(Source::bundled(name)?.text.trim_end())
}
