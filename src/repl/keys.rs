//! The keys that do more than rustyline's own: Enter and `}` indent, Ctrl-C tells whether there was anything to drop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustyline::history::MemHistory;
use rustyline::{
    Cmd, ConditionalEventHandler, Editor, Event, EventContext, EventHandler, KeyEvent, Movement,
    RepeatCount,
};

use super::commands;
use super::helper::LineHelper;
use crate::script::is_unfinished;

const STEP: usize = 4;

/// Binds the keys; the result is true after a Ctrl-C on an empty line.
pub fn bind(editor: &mut Editor<LineHelper, MemHistory>) -> Arc<AtomicBool> {
    let was_empty = Arc::new(AtomicBool::new(false));
    let interrupt = Interrupt(Arc::clone(&was_empty));
    let bindings: [(KeyEvent, Box<dyn ConditionalEventHandler>); 4] = [
        (KeyEvent::from('\r'), Box::new(Enter)),
        (KeyEvent::from('\n'), Box::new(Enter)),
        (KeyEvent::from('}'), Box::new(Brace)),
        (KeyEvent::ctrl('C'), Box::new(interrupt)),
    ];
    for (key, handler) in bindings {
        editor.bind_sequence(key, EventHandler::Conditional(handler));
    }
    was_empty
}

/// Returns whether Enter begins another line.
pub fn goes_on(input: &str) -> bool {
    !commands::is_command(input) && is_unfinished(input)
}

struct Enter;

impl ConditionalEventHandler for Enter {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext<'_>) -> Option<Cmd> {
        let written = &context.line()[..context.pos()];
        goes_on(context.line()).then(|| Cmd::Insert(1, format!("\n{}", indentation(written))))
    }
}

/// Returns the indentation of the line after `written`.
fn indentation(written: &str) -> String {
    let line = written.lines().last().unwrap_or_default();
    let mut indent = line.len() - line.trim_start_matches(' ').len();
    if line.trim_end().ends_with(['{', '[', '(', '|']) {
        indent += STEP;
    }
    " ".repeat(indent)
}

struct Brace;

impl ConditionalEventHandler for Brace {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext<'_>) -> Option<Cmd> {
        let written = &context.line()[..context.pos()];
        let line = written.rsplit('\n').next().unwrap_or_default();
        let is_blank = line.len() >= STEP && line.bytes().all(|byte| byte == b' ');
        let step = RepeatCount::try_from(STEP).unwrap_or(1);
        is_blank.then(|| Cmd::Replace(Movement::BackwardChar(step), Some("}".to_owned())))
    }
}

struct Interrupt(Arc<AtomicBool>);

impl ConditionalEventHandler for Interrupt {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, context: &EventContext<'_>) -> Option<Cmd> {
        self.0.store(context.line().is_empty(), Ordering::Relaxed);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_line_is_indented_as_the_last_one_and_deeper_behind_a_bracket() {
        let cases = [("f(", 4), ("if x {\n    g(|t|", 8), ("if x {\n    1;", 4), ("let x =", 0)];
        for (written, indent) in cases {
            assert_eq!(indentation(written).len(), indent, "{written}");
        }
    }
}
