//! What came of a run, as one text that is compared whole.

use std::fmt;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use super::{Expect, Folder};

/// The streams and the status of a run that has ended; its secrecy has been checked.
#[must_use]
pub struct Outcome {
    /// What it said on stdout, in stable words; on a terminal, all it said.
    pub(super) stdout: String,
    /// What it said on stderr, in stable words.
    pub(super) stderr: String,
    /// Its exit code; none if a signal ended it.
    pub(super) code: Option<i32>,
    /// How long it kept a processor busy.
    pub(super) cpu: Option<Duration>,
    pub(super) folder: Rc<Folder>,
}

impl Outcome {
    /// Compares the whole text: stdout, then `--- stderr` if there is any, then `--- exit N`.
    #[track_caller]
    #[allow(clippy::needless_pass_by_value, reason = "`expect![…]` is written in the call")]
    pub fn expect(&self, expected: Expect) {
        expected.assert_eq(&self.to_string());
    }

    /// Compares the error that it ended with, without its hint.
    #[track_caller]
    pub fn expect_error(&self, expected: &str) {
        let error = self.stderr.lines().find_map(|line| line.strip_prefix("error: "));
        assert_eq!(error, Some(expected), "{self}");
    }

    /// Sees that it did what it was asked to.
    #[track_caller]
    pub fn expect_success(&self) {
        assert_eq!(self.code, Some(0), "{self}");
    }

    /// Gives stdout.
    pub fn stdout(&self) -> &str {
        &self.stdout
    }

    /// Gives stderr.
    pub fn stderr(&self) -> &str {
        &self.stderr
    }

    /// Gives the exit code.
    #[track_caller]
    pub fn code(&self) -> i32 {
        self.code.unwrap_or_else(|| panic!("a signal ended it:\n{self}"))
    }

    /// Gives how long it kept a processor busy; only Linux tells.
    pub fn cpu(&self) -> Option<Duration> {
        self.cpu
    }

    /// Gives the text of a file that it has left.
    #[track_caller]
    pub fn file(&self, path: impl AsRef<Path>) -> String {
        self.folder.read(path)
    }

    /// Gives the lines of the audit log.
    pub fn audit(&self) -> Vec<serde_json::Value> {
        self.folder.audit()
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.stdout)?;
        end_line(f, &self.stdout)?;
        if !self.stderr.is_empty() {
            write!(f, "--- stderr\n{}", self.stderr)?;
            end_line(f, &self.stderr)?;
        }
        match self.code {
            Some(code) => writeln!(f, "--- exit {code}"),
            None => writeln!(f, "--- ended by a signal"),
        }
    }
}

/// Shows a last line that has no end.
fn end_line(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    if text.is_empty() || text.ends_with('\n') { Ok(()) } else { f.write_str("⏎\n") }
}
