//! What is shown dim behind the cursor: how the call one is in is written, else an input of before.

use rustyline::Context;
use rustyline::hint::{Hint, Hinter, HistoryHinter};

use super::Shared;
use super::commands;

/// A hint longer than this would push the input around.
const LONGEST: usize = 100;

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

/// Returns what to show behind `line`, whose end the cursor is at.
pub fn find(interactive: &Shared, line: &str, context: &Context<'_>) -> Option<Shadow> {
    if let Some(shown) = usage(line) {
        return Some(Shadow { shown, text: None });
    }
    let signatures = match interactive.try_borrow() {
        Ok(interactive) if !commands::is_command(line) => interactive.signatures_at(line),
        _ => Vec::new(),
    };
    if !signatures.is_empty() {
        let shown: String = signatures.join("  ").chars().take(LONGEST).collect();
        return Some(Shadow { shown: format!("  {shown}"), text: None });
    }
    let text = HistoryHinter::new().hint(line, line.len(), context)?;
    Some(Shadow { shown: text.clone(), text: Some(text) })
}

/// Returns what a command takes, where nothing of it is written yet.
fn usage(line: &str) -> Option<String> {
    let name = line.strip_prefix(':')?.strip_suffix(' ')?;
    let about = commands::ALL.iter().find(|about| about.name == name)?;
    Some(format!("{}  {}", about.takes, about.does))
}
