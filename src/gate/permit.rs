//! A permit and the books it is closed in: the audit, the tally, and the brakes.

use std::sync::Arc;

use super::audit::{Audit, Entry, Outcome};
use super::brakes::{Braked, Brakes};
use super::tally::Tally;
use crate::output::Output;
use crate::stop::{Reason, Stop};

/// Where the outcomes of effects are written down.
pub struct Books {
    pub audit: Audit,
    pub tally: Tally,
    pub output: Arc<Output>,
    pub stop: Arc<Stop>,
}

impl Books {
    /// Writes down what came of an effect.
    pub fn close(&self, entry: &Entry, outcome: &Outcome) {
        // The effect cannot be undone, but it is the last one that nobody can read about.
        if let Err(error) = self.audit.write(entry, outcome) {
            self.output.warn(&error.to_string());
            self.stop.set(Reason::Failed(error));
        }
        if let Some(line) = self.tally.count(&entry.effect, outcome) {
            self.output.progress(&line);
        }
    }
}

/// The gate's yes to one effect; dropped unclosed, the audit says that its outcome is unknown.
#[must_use]
pub struct Permit {
    entry: Option<Entry>,
    books: Arc<Books>,
    /// The brakes that have counted it.
    brakes: Option<Arc<Brakes>>,
}

impl Permit {
    pub(super) fn new(entry: Entry, books: Arc<Books>, brakes: Option<Arc<Brakes>>) -> Self {
        Self { entry: Some(entry), books, brakes }
    }

    pub(super) fn entry(&self) -> Option<&Entry> {
        self.entry.as_ref()
    }

    /// Returns the id of the token that it is about.
    pub fn token_id(&self) -> &str {
        self.entry.as_ref().and_then(|entry| entry.effect.token_id()).unwrap_or_default()
    }

    /// Writes what came of the effect.
    pub fn close(mut self, outcome: &Outcome) {
        let Some(entry) = self.entry.take() else { return };
        if let (Outcome::Refused { .. }, Some(brakes), Some(braked)) =
            (outcome, &self.brakes, Braked::of(&entry.effect))
        {
            brakes.give_back(braked);
        }
        self.books.close(&entry, outcome);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(entry) = self.entry.take() {
            self.books.close(&entry, &Outcome::Unknown);
        }
    }
}
