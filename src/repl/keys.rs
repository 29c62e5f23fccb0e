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
use crate::script::{PieceKind, is_unfinished, pieces};

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
    fn handle(
        &self,
        _: &Event,
        _: RepeatCount,
        _: bool,
        context: &EventContext<'_>,
    ) -> Option<Cmd> {
        let written = &context.line()[..context.pos()];
        goes_on(context.line())
            .then(|| Cmd::Insert(1, format!("\n{}", " ".repeat(indentation(written)))))
    }
}

/// Returns the indentation of the line after `written`: a step for each line that leaves a bracket open, none in a text.
fn indentation(written: &str) -> usize {
    let pieces = pieces(written);
    if pieces.last().is_some_and(|last| matches!(last.kind, PieceKind::Broken | PieceKind::Text)) {
        return 0;
    }
    let mut open: Vec<usize> = Vec::new();
    for piece in pieces.iter().filter(|piece| piece.kind == PieceKind::Symbol) {
        let symbol = &written[piece.range.clone()];
        if symbol.ends_with(['(', '[', '{']) {
            open.push(written[..piece.range.start].matches('\n').count());
        } else if symbol.starts_with([')', ']', '}']) {
            open.pop();
        }
    }
    open.dedup();
    open.len() * STEP
}

struct Brace;

impl ConditionalEventHandler for Brace {
    fn handle(
        &self,
        _: &Event,
        _: RepeatCount,
        _: bool,
        context: &EventContext<'_>,
    ) -> Option<Cmd> {
        let written = &context.line()[..context.pos()];
        let line = written.rsplit('\n').next().unwrap_or_default();
        if line.is_empty() || !line.bytes().all(|byte| byte == b' ') {
            return None;
        }
        let indent = " ".repeat(indentation(written).saturating_sub(STEP));
        Some(Cmd::Replace(Movement::BeginningOfLine, Some(format!("{indent}}}"))))
    }
}

struct Interrupt(Arc<AtomicBool>);

impl ConditionalEventHandler for Interrupt {
    fn handle(
        &self,
        _: &Event,
        _: RepeatCount,
        _: bool,
        context: &EventContext<'_>,
    ) -> Option<Cmd> {
        self.0.store(context.line().is_empty(), Ordering::Relaxed);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_line_is_indented_by_what_is_open() {
        let cases = [
            ("f(", 4),
            ("if x {\n    g(|t| [", 8),
            ("if x {\n    g()", 4),
            ("if x { g(1) }", 0),
            ("let x =", 0),
            ("f(`a", 0),
        ];
        for (written, indent) in cases {
            assert_eq!(indentation(written), indent, "{written}");
        }
    }
}
