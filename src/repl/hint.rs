//! What is shown dim behind the cursor: how the call one is in is written, else an input of before.

use rustyline::Context;
use rustyline::hint::{Hint, Hinter, HistoryHinter};

use super::Shared;
use super::commands;

/// A hint for which there is less room says nothing.
const SHORTEST: usize = 12;

/// A hint, and what Right puts in.
pub struct Shadow {
    shown: String,
    text: Option<String>,
}

impl Hint for Shadow {
    fn display(&self) -> &str {
        &self.shown
    }

    fn completion(&self) -> Option<&str> {
        self.text.as_deref()
    }
}

/// Returns what to show behind `line`, whose end the cursor is at, in `room` columns: more would push the input around.
pub fn find(
    interactive: &Shared,
    line: &str,
    room: usize,
    context: &Context<'_>,
) -> Option<Shadow> {
    if let Some(shown) = usage(line) {
        return Some(Shadow { shown: cut(&shown, room), text: None });
    }
    let signatures = match interactive.try_borrow() {
        Ok(interactive) if !commands::is_command(line) => interactive.signatures_at(line),
        _ => Vec::new(),
    };
    if let Some(first) = signatures.first() {
        let all = format!("  {}", signatures.join("  "));
        let is_room = all.chars().count() <= room;
        let shown = if is_room { all } else { format!("  {first}  …") };
        return Some(Shadow { shown: cut(&shown, room), text: None });
    }
    let text = HistoryHinter::new().hint(line, line.len(), context)?;
    Some(Shadow { shown: text.clone(), text: Some(text) })
}

fn cut(text: &str, room: usize) -> String {
    match text.chars().count() {
        _ if room < SHORTEST => String::new(),
        count if count <= room => text.to_owned(),
        _ => text.chars().take(room - 1).chain(['…']).collect(),
    }
}

/// Returns what a command takes, where nothing of it is written yet.
fn usage(line: &str) -> Option<String> {
    let name = line.strip_prefix(':')?.strip_suffix(' ')?;
    let about = commands::ALL.iter().find(|about| about.name == name)?;
    Some(format!("{}  {}", about.takes, about.does))
}
