//! The audit log: one JSON line for each effect that was admitted or refused, appended whole.
//!
//! It holds no secret, and what cannot be audited is not done.

use std::fs::File;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::json;

use super::effect::{Effect, Origin, Place};
use crate::clock::{Clock, Time};
use crate::error::{Error, reason};
use crate::secret;
use crate::state::StateDir;

const NAME: &str = "audit.jsonl";

/// What came of an effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It happened; for something new, `made` is its id.
    Done { made: Option<String>, request_id: Option<String> },
    /// What was to be removed was gone already.
    AlreadyGone { request_id: Option<String> },
    /// It did not happen.
    Refused { code: String, request_id: Option<String> },
    /// Nobody knows.
    Unknown,
}

/// An effect on its way.
pub struct Entry {
    pub effect: Effect,
    place: Place,
    origin: Origin,
}

impl Entry {
    pub fn new(effect: Effect, place: Place, origin: Origin) -> Self {
        Self { effect, place, origin }
    }

    fn line(&self, time: Time, run_id: &str, outcome: &Outcome) -> String {
        let (word, made, request_id) = match outcome {
            Outcome::Done { made, request_id } => ("done", made.as_deref(), request_id.as_deref()),
            Outcome::AlreadyGone { request_id } => ("already_gone", None, request_id.as_deref()),
            Outcome::Refused { code, request_id } => (code.as_str(), None, request_id.as_deref()),
            Outcome::Unknown => ("unknown", None, None),
        };
        let mut line = json!({
            "time": time.to_string(),
            "run_id": run_id,
            "profile": self.place.profile,
            "host": self.place.host,
            "script": self.origin.script,
            "line": self.origin.line,
            "effect": self.effect.name(),
            "token_id": self.effect.token_id().or(made),
            "comment": self.effect.comment(),
        });
        for (name, text) in self.effect.details() {
            line[name] = text.into();
        }
        line["outcome"] = word.into();
        line["request_id"] = request_id.into();
        format!("{}\n", secret::redact(&line.to_string()))
    }
}

/// The log of one run.
pub struct Audit {
    state: StateDir,
    clock: Arc<Clock>,
    run_id: String,
    file: Mutex<Option<File>>,
}

impl Audit {
    pub fn new(state: StateDir, clock: Arc<Clock>) -> Self {
        let run_id = format!("{:016x}", fastrand::u64(..));
        Self { state, clock, run_id, file: Mutex::default() }
    }

    /// Opens the log, so that a line can be written once the effect has happened.
    pub fn open(&self) -> Result<(), Error> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if file.is_none() {
            *file = Some(self.state.append(NAME).map_err(|error| self.unwritable(&error))?);
        }
        Ok(())
    }

    /// Appends one line.
    pub fn write(&self, entry: &Entry, outcome: &Outcome) -> Result<(), Error> {
        let line = entry.line(self.clock.now(), &self.run_id, outcome);
        self.open()?;
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let written = file.as_mut().map_or(Ok(()), |file| file.write_all(line.as_bytes()));
        written.map_err(|error| self.unwritable(&error))
    }

    fn unwritable(&self, error: &std::io::Error) -> Error {
        Error::Audit { path: self.state.path(NAME), reason: reason(error) }
    }
}
