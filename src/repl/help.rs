//! `:help` and `:functions`: the commands, and the manual of each function.

use super::commands;
use crate::error::Error;
use crate::output::{Output, Table};

/// Explains the commands, or what is called `name`.
pub fn explain(name: Option<&str>, output: &Output) -> Result<(), Error> {
    let _ = name;
    let mut table = Table::new(["", ""]);
    for about in &commands::ALL {
        let name = format!(":{} {}", about.name, about.takes);
        table.rows.push(vec![name.trim_end().to_owned(), about.does.to_owned()]);
    }
    output.line(table.draw(output.width()).trim_start())
}

/// Lists the functions by topic.
pub fn list(output: &Output) -> Result<(), Error> {
    let _ = output;
    Ok(())
}
