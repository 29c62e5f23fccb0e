//! The audit log: one JSON line for each effect that was admitted, refused or left out, appended whole.
//!
//! It holds no secret, and what cannot be audited is not done. How its file is written is `log`'s.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::json;

use super::effect::{Effect, Origin, Place};
use super::log::{LogFile, make_room};
use crate::clock::{Clock, Time};
use crate::error::{Error, reason};
use crate::output::{self, Output};
use crate::secret;
use crate::state::StateDir;

const NAME: &str = "audit.jsonl";

/// Where the audit log goes.
#[derive(Clone, Debug)]
pub enum AuditTo {
    /// To a file in the state folder, which a dry run leaves alone.
    State(StateDir),
    /// To this file, from dry runs too.
    File(PathBuf),
    /// To stdout, from dry runs too.
    Stdout,
}

impl From<StateDir> for AuditTo {
    fn from(state: StateDir) -> Self {
        Self::State(state)
    }
}

impl AuditTo {
    /// Returns the file, if it is one.
    pub fn path(&self) -> Option<PathBuf> {
        match self {
            Self::State(state) => Some(state.path(NAME)),
            Self::File(path) => Some(path.clone()),
            Self::Stdout => None,
        }
    }

    fn open(&self) -> std::io::Result<Log> {
        match self {
            Self::State(state) => state.make().and_then(|()| LogFile::open(&state.path(NAME))),
            Self::File(path) => LogFile::open(path),
            Self::Stdout => return Ok(Log::Stdout),
        }
        .map(Log::File)
    }
}

enum Log {
    File(LogFile),
    Stdout,
}

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
    /// It was not to happen: in a dry run, or on the machine of a run in a sandbox.
    LeftOut { by: &'static str },
}

/// An effect on its way.
pub struct Entry {
    pub effect: Effect,
    place: Arc<Place>,
    origin: Arc<Origin>,
}

impl Entry {
    pub fn new(effect: Effect, place: &Place, origin: &Origin) -> Self {
        Self { effect, place: Arc::new(place.clone()), origin: Arc::new(origin.clone()) }
    }

    /// Puts another effect beside this one, at the same place for the same reason.
    pub fn beside(&self, effect: Effect) -> Self {
        Self { effect, place: Arc::clone(&self.place), origin: Arc::clone(&self.origin) }
    }

    fn line(&self, time: Time, run_id: &str, outcome: &Outcome) -> String {
        let (word, made, request_id) = match outcome {
            Outcome::Done { made, request_id } => ("done", made.as_deref(), request_id.as_deref()),
            Outcome::AlreadyGone { request_id } => ("already_gone", None, request_id.as_deref()),
            Outcome::Refused { code, request_id } => (code.as_str(), None, request_id.as_deref()),
            Outcome::Unknown => ("unknown", None, None),
            Outcome::LeftOut { by } => (*by, None, None),
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
    to: AuditTo,
    clock: Arc<Clock>,
    output: Arc<Output>,
    run_id: String,
    log: Mutex<Option<Log>>,
}

impl Audit {
    pub fn new(to: AuditTo, clock: Arc<Clock>, output: Arc<Output>) -> Self {
        let run_id = format!("{:016x}", fastrand::u64(..));
        Self { to, clock, output, run_id, log: Mutex::default() }
    }

    /// Makes the log of a part of this run, whose time goes by its own clock.
    pub fn part(&self, clock: Arc<Clock>) -> Self {
        Self {
            to: self.to.clone(),
            clock,
            output: Arc::clone(&self.output),
            run_id: self.run_id.clone(),
            log: Mutex::default(),
        }
    }

    /// Returns what the times in it go by.
    pub fn clock(&self) -> &Arc<Clock> {
        &self.clock
    }

    /// Returns whether a dry run is audited too: somebody has said where.
    pub fn takes_dry_runs(&self) -> bool {
        !matches!(self.to, AuditTo::State(_))
    }

    /// Opens the log and makes room in it, so that a line can be written for each effect once it has happened.
    pub fn prepare(&self, effects: usize) -> Result<(), Error> {
        self.open()?;
        match self.log.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            Some(Log::File(file)) => file.make_room(effects),
            Some(Log::Stdout) => output::data_file().and_then(|stdout| make_room(&stdout, effects)),
            None => Ok(()),
        }
        .map_err(|error| self.unwritable(&error))
    }

    fn open(&self) -> Result<(), Error> {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        if log.is_none() {
            *log = Some(self.to.open().map_err(|error| self.unwritable(&error))?);
        }
        Ok(())
    }

    /// Appends one line.
    pub fn write(&self, entry: &Entry, outcome: &Outcome) -> Result<(), Error> {
        let line = entry.line(self.clock.now(), &self.run_id, outcome);
        self.open()?;
        match self.log.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            Some(Log::File(file)) => file.append(&line).map_err(|error| self.unwritable(&error)),
            Some(Log::Stdout) => self.output.line(line.trim_end()),
            None => Ok(()),
        }
    }

    fn unwritable(&self, error: &std::io::Error) -> Error {
        let path = self.to.path().unwrap_or_else(|| PathBuf::from("on stdout"));
        Error::Audit { path, reason: reason(error) }
    }
}
