//! `:help` and `:functions`: the commands, and the manual of each function.

use super::commands::{self, About};
use crate::error::Error;
use crate::output::{Output, Table};
use crate::script::docs::{Page, find, manual, overview, pages};

/// Lines are not longer than this, however wide the terminal.
const WIDEST: usize = 100;

const KEYS: &str =
    "Enter goes on while a bracket or a string is open. Tab completes, Right takes the hint,
Ctrl-R searches what was typed before, Ctrl-C stops what runs. `it` is the last result.
An input that begins with a space is not remembered.";

/// Explains the commands, or what is called `name`.
pub fn explain(name: Option<&str>, output: &Output) -> Result<(), Error> {
    let Some(name) = name else { return explain_all(output) };
    if let Some(about) = commands::ALL.iter().find(|about| about.name == name) {
        return output.line(&format!("{}\n    {}", written(about), about.does));
    }
    let width = width(output);
    let manuals: Vec<String> = find(name)?.iter().map(|page: &Page| manual(page, width)).collect();
    output.line(&manuals.join("\n\n"))
}

fn explain_all(output: &Output) -> Result<(), Error> {
    let mut table = Table::new(["command", "does"]);
    table
        .rows
        .extend(commands::ALL.iter().map(|about| vec![written(about), about.does.to_owned()]));
    output.line(&format!("{}\n\n{KEYS}", table.draw(output.width())))
}

/// Lists the functions by topic.
pub fn list(output: &Output) -> Result<(), Error> {
    let overview = overview(&pages(), width(output));
    output.line(&format!("{overview}\n\n`:help NAME` or `NAME?` explains one of them."))
}

fn written(about: &About) -> String {
    format!(":{} {}", about.name, about.takes).trim_end().to_owned()
}

fn width(output: &Output) -> usize {
    output.width().map_or(WIDEST, usize::from).min(WIDEST)
}
