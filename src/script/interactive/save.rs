//! The inputs of a session as a script that does the same.

use super::{Interactive, RESULT};
use crate::script::syntax::{self, PieceKind};

/// An input that did not fail.
pub struct Saved {
    /// Its text.
    pub text: String,
    /// Whether it has a result.
    pub has_result: bool,
}

impl Interactive {
    /// Returns the inputs so far, but for those that failed, as one script.
    pub fn script(&self) -> String {
        let mut script = String::new();
        for (index, saved) in self.saved.iter().enumerate() {
            script.push_str(&statement(saved, self.is_result_used(index)));
            script.push('\n');
        }
        script
    }

    /// Returns whether a later input names the result of this one.
    fn is_result_used(&self, index: usize) -> bool {
        let names_it = |text: &str| {
            syntax::pieces(text)
                .iter()
                .any(|piece| piece.kind == PieceKind::Word && &text[piece.range.clone()] == RESULT)
        };
        for later in &self.saved[index + 1..] {
            if names_it(&later.text) {
                return true;
            }
            if later.has_result {
                return false;
            }
        }
        false
    }
}

fn statement(saved: &Saved, is_result_used: bool) -> String {
    let mut text = saved.text.clone();
    if saved.has_result && is_result_used {
        let start = syntax::last_statement(&text);
        let start = start + (text[start..].len() - text[start..].trim_start().len());
        text.insert_str(start, &format!("let {RESULT} = "));
    }
    let last = syntax::pieces(&text).pop();
    match last.map(|last| (last.kind, text[last.range].to_owned())) {
        Some((PieceKind::Symbol, symbol)) if symbol == ";" => {}
        // Behind a comment on its line a semicolon would be part of it.
        Some((PieceKind::Comment, _)) => text.push_str("\n;"),
        _ => text.push(';'),
    }
    text
}
