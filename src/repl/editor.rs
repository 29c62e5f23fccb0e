//! Reads inputs: rustyline with our keys, helper and history.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustyline::config::BellStyle;
use rustyline::error::ReadlineError;
use rustyline::history::{History as _, MemHistory};
use rustyline::{ColorMode, CompletionType, Config, Editor};

use super::helper::LineHelper;
use super::history::History;
use super::prompt::Prompt;
use super::{Shared, keys};
use crate::error::Error;
use crate::output::Output;
use crate::session::Session;
use crate::state::StateDir;

/// The inputs that are remembered while one types.
const MOST_REMEMBERED: usize = 10_000;

/// What came from the terminal.
pub enum Read {
    /// Something to do.
    Input(String),
    /// Ctrl-D, or Ctrl-C twice.
    End,
}

/// The line editor.
pub struct LineEditor {
    editor: Editor<LineHelper, MemHistory>,
    history: History,
    was_empty: Arc<AtomicBool>,
}

impl LineEditor {
    /// Takes hold of the terminal.
    pub fn new(session: &Arc<Session>, interactive: &Shared) -> Result<Self, Error> {
        let is_colored = session.output().is_colored();
        let config = Config::builder()
            .completion_type(CompletionType::List)
            .completion_show_all_if_ambiguous(true)
            .bell_style(BellStyle::None)
            .color_mode(if is_colored { ColorMode::Enabled } else { ColorMode::Disabled })
            .max_history_size(MOST_REMEMBERED)
            .map_err(|error| broken(&error))?
            .build();
        let (history, inputs) = History::open(StateDir::new(session.settings().state_dir()));
        let mut remembered = MemHistory::with_config(&config);
        for input in inputs {
            remembered.add_owned(input).map_err(|error| broken(&error))?;
        }
        let mut editor =
            Editor::with_history(config, remembered).map_err(|error| broken(&error))?;
        editor.set_helper(Some(LineHelper::new(interactive, session)));
        let was_empty = keys::bind(&mut editor);
        Ok(Self { editor, history, was_empty })
    }

    /// Reads the next input that is not blank.
    pub fn read(&mut self, prompt: &Prompt, output: &Output) -> Result<Read, Error> {
        if let Some(helper) = self.editor.helper_mut() {
            helper.begin(&prompt.plain);
        }
        let prompt = (prompt.plain.as_str(), prompt.painted.as_str());
        let mut is_warned = false;
        loop {
            match self.editor.readline(&prompt) {
                Ok(text) if text.trim().is_empty() => is_warned = false,
                Ok(text) => {
                    self.remember(&text)?;
                    return Ok(Read::Input(text));
                }
                Err(ReadlineError::Eof) => return Ok(Read::End),
                Err(ReadlineError::Interrupted) => {
                    let was_empty = self.was_empty.load(Ordering::Relaxed);
                    if was_empty && is_warned {
                        return Ok(Read::End);
                    }
                    if was_empty {
                        output.note("once more, or Ctrl-D, leaves");
                    }
                    is_warned = was_empty;
                }
                Err(error) => return Err(broken(&error)),
            }
        }
    }

    /// Goes on with another workspace.
    pub fn move_to(&mut self, session: &Arc<Session>) {
        if let Some(helper) = self.editor.helper_mut() {
            helper.move_to(session);
        }
    }

    fn remember(&mut self, text: &str) -> Result<(), Error> {
        if self.history.add(text) {
            self.editor.add_history_entry(text.trim_end()).map_err(|error| broken(&error))?;
        }
        Ok(())
    }
}

fn broken(error: &ReadlineError) -> Error {
    Error::Io { action: "read", subject: "the terminal".to_owned(), reason: error.to_string() }
}
