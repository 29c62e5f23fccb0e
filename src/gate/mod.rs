//! The one gate: everything patroll can change in the world is an `Effect`, and only what is admitted here happens.
//!
//! `admit` answers `Go` with a permit, `Dry`, or an error; the functions that change something take the permit by value
//! and close it with what came of it, and every admission, refusal and dry effect is audited. Outside the gate, by name:
//! signing in, and patroll's own state folder.

mod audit;
mod effect;

use std::sync::{Arc, Mutex, PoisonError};

use crate::clock::Clock;
use crate::error::Error;
use crate::output::Output;
use crate::state::StateDir;
use crate::stop::Stop;

pub use audit::Outcome;
use audit::{Audit, Entry};
pub use effect::{Effect, Origin, Place};

/// Whether effects happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Effects happen.
    Live,
    /// Nothing happens; what would have is collected.
    DryRun,
}

/// What the gate says to an effect.
#[must_use]
pub enum Admission {
    /// Do it, and close the permit with what came of it.
    Go(Permit),
    /// Do not; this is a dry run, and it is the n-th effect of its kind.
    Dry(usize),
}

/// An effect that a dry run did not make.
#[derive(Clone, Debug)]
pub struct Planned {
    /// What it would have been.
    pub effect: Effect,
    /// Where it would have happened.
    pub place: Place,
    /// What asked for it.
    pub origin: Origin,
}

/// Decides about every effect of a run.
pub struct Gate {
    mode: Mode,
    audit: Arc<Audit>,
    stop: Arc<Stop>,
    planned: Mutex<Vec<Planned>>,
}

impl Gate {
    /// Makes the gate of a run whose audit log lies in `state`.
    pub fn new(
        mode: Mode,
        clock: Arc<Clock>,
        state: StateDir,
        output: Arc<Output>,
        stop: Arc<Stop>,
    ) -> Self {
        let audit = Arc::new(Audit::new(state, clock, output));
        Self { mode, audit, stop, planned: Mutex::default() }
    }

    /// Returns whether this is a dry run.
    pub fn is_dry(&self) -> bool {
        self.mode == Mode::DryRun
    }

    /// Decides about `effect`.
    pub fn admit(
        &self,
        effect: Effect,
        place: &Place,
        origin: &Origin,
    ) -> Result<Admission, Error> {
        self.stop.check()?;
        if self.is_dry() {
            let mut planned = self.planned.lock().unwrap_or_else(PoisonError::into_inner);
            planned.push(Planned {
                effect: effect.clone(),
                place: place.clone(),
                origin: origin.clone(),
            });
            return Ok(Admission::Dry(
                planned.iter().filter(|plan| plan.effect.name() == effect.name()).count(),
            ));
        }
        self.audit.open().map_err(|error| self.stop.fail(error))?;
        Ok(Admission::Go(Permit {
            entry: Some(Entry::new(effect, place.clone(), origin.clone())),
            audit: Arc::clone(&self.audit),
        }))
    }

    /// Records that `effect` is refused because of `error`, which ends the run; returns the error.
    pub fn refuse(&self, effect: Effect, place: &Place, origin: &Origin, error: Error) -> Error {
        if !self.is_dry() {
            let entry = Entry::new(effect, place.clone(), origin.clone());
            self.audit.write(
                &entry,
                &Outcome::Refused { code: error.code().to_owned(), request_id: None },
            );
        }
        self.stop.fail(error)
    }

    /// Returns what a dry run would have done, in order.
    pub fn planned(&self) -> Vec<Planned> {
        self.planned.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The gate's yes to one effect; dropped unclosed, the audit says that its outcome is unknown.
#[must_use]
pub struct Permit {
    entry: Option<Entry>,
    audit: Arc<Audit>,
}

impl Permit {
    /// Writes what came of the effect.
    pub fn close(mut self, outcome: &Outcome) {
        if let Some(entry) = self.entry.take() {
            self.audit.write(&entry, outcome);
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(entry) = self.entry.take() {
            self.audit.write(&entry, &Outcome::Unknown);
        }
    }
}
