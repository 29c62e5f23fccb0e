//! What rustyline asks while one types: colours, hints, completions, and whether the input goes on.

use std::borrow::Cow;
use std::cell::Cell;
use std::sync::Arc;

use rustyline::completion::{Completer, Pair};
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::Hinter;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Helper};

use super::hint::Shadow;
use super::{Shared, completion, highlight, hint, keys};
use crate::session::Session;

/// The answers to rustyline's questions.
pub struct LineHelper {
    interactive: Shared,
    session: Arc<Session>,
    /// Whether the line is entered, and no cursor is on it any more.
    is_entered: Cell<bool>,
    /// The columns that the prompt takes.
    indent: usize,
}

impl LineHelper {
    /// Takes hold of what the answers are about.
    pub fn new(interactive: &Shared, session: &Arc<Session>) -> Self {
        Self {
            interactive: Shared::clone(interactive),
            session: Arc::clone(session),
            is_entered: Cell::new(false),
            indent: 0,
        }
    }

    /// Begins to read behind `prompt`.
    pub fn begin(&mut self, prompt: &str) {
        self.indent = columns(prompt);
    }

    /// Returns the columns that are left behind `line`.
    fn room(&self, line: &str) -> usize {
        let width = self.session.output().width().map_or(80, usize::from);
        let (indent, last) = match line.rsplit_once('\n') {
            Some((_, last)) => (0, last),
            None => (self.indent, line),
        };
        // The last column is the cursor's.
        width.saturating_sub((indent + columns(last)) % width.max(1) + 1)
    }

    /// Goes on with another workspace.
    pub fn move_to(&mut self, session: &Arc<Session>) {
        self.session = Arc::clone(session);
    }
}

/// Returns how many columns a text takes at most: what is not ASCII may take two.
fn columns(text: &str) -> usize {
    text.chars().map(|letter| 1 + usize::from(!letter.is_ascii())).sum()
}

impl Helper for LineHelper {}

impl Completer for LineHelper {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        cursor: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        Ok(completion::complete(&line[..cursor], &self.interactive.borrow(), &self.session))
    }
}

impl Hinter for LineHelper {
    type Hint = Shadow;

    fn hint(&self, line: &str, cursor: usize, context: &Context<'_>) -> Option<Shadow> {
        if cursor < line.len() || line.is_empty() {
            None
        } else {
            hint::find(&self.interactive, line, self.room(line), context)
        }
    }
}

impl Highlighter for LineHelper {
    fn highlight<'l>(&self, line: &'l str, cursor: usize) -> Cow<'l, str> {
        let cursor = Some(cursor).filter(|_| !self.is_entered.get());
        let interactive = self.interactive.borrow();
        highlight::paint(line, cursor, |name| interactive.has_function(name)).into()
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        format!("\x1b[2m{hint}\x1b[0m").into()
    }

    fn highlight_char(&self, _: &str, _: usize, kind: CmdKind) -> bool {
        self.is_entered.set(kind == CmdKind::ForcedRefresh);
        true
    }
}

impl Validator for LineHelper {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let goes_on = keys::goes_on(context.input());
        Ok(if goes_on { ValidationResult::Incomplete } else { ValidationResult::Valid(None) })
    }
}
