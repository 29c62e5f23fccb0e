//! The one gate: everything patroll can change in the world is an `Effect`, and only what is admitted here happens.
//!
//! `admit` answers `Go` with a permit, `Dry`, or an error; the functions that change something take the permit by value
//! and close it with what came of it, and every admission, refusal and dry effect is audited. Outside the gate, by name:
//! signing in, and patroll's own state folder.

mod audit;
mod consent;
mod effect;
mod grants;
mod tally;

use std::sync::{Arc, Mutex, PoisonError};

use crate::clock::Clock;
use crate::error::Error;
use crate::output::Output;
use crate::state::StateDir;
use crate::stop::{Reason, Stop};

pub use audit::Outcome;
use audit::{Audit, Entry};
use consent::Consent;
pub use consent::{Answer, Ask, Question};
pub use effect::{Effect, Origin, Place};
pub use grants::Grants;
use tally::Tally;

/// Whether effects happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Effects happen.
    Live,
    /// Nothing happens; what would have is collected.
    DryRun,
    /// Tokens come and go on the sandbox of this run; the machine's files are left alone.
    Sandbox,
}

/// What the gate says to an effect.
#[must_use]
pub enum Admission {
    /// Do it, and close the permit with what came of it.
    Go(Permit),
    /// Do not; this is a dry run, and it is the n-th effect of its kind.
    Dry(usize),
}

#[allow(dead_code, reason = "the functions that need it come next")]
/// What the gate says to several effects, which it admits all or none of.
#[must_use]
pub enum Batch {
    /// Do them, and close each permit, in the order of the effects, with what came of it.
    Go(Vec<Permit>),
    /// Do none: this is a dry run.
    Dry,
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
    grants: Grants,
    consent: Consent,
    books: Arc<Books>,
    stop: Arc<Stop>,
    planned: Mutex<Vec<Planned>>,
}

/// Where the outcomes of effects are written down.
struct Books {
    audit: Audit,
    tally: Tally,
    output: Arc<Output>,
    stop: Arc<Stop>,
}

impl Books {
    fn close(&self, entry: &Entry, outcome: &Outcome) {
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

impl Gate {
    /// Makes the gate of a run whose audit log lies in `state`.
    pub fn new(
        mode: Mode,
        grants: Grants,
        clock: Arc<Clock>,
        state: StateDir,
        output: Arc<Output>,
        stop: Arc<Stop>,
    ) -> Self {
        let audit = Audit::new(state, clock);
        let books =
            Arc::new(Books { audit, tally: Tally::default(), output, stop: Arc::clone(&stop) });
        let consent = Consent::default();
        Self { mode, grants, consent, books, stop, planned: Mutex::default() }
    }

    /// Puts a question to a person before tokens are revoked.
    #[must_use]
    pub fn asking(self, asker: Option<Arc<dyn Ask>>) -> Self {
        Self { consent: Consent::by(asker), ..self }
    }

    /// Returns whether a person is to be asked before the next revocation.
    pub fn asks(&self) -> bool {
        !self.is_dry() && self.consent.is_due()
    }

    /// Asks whether these tokens may be revoked; a no ends the run.
    pub fn confirm(
        &self,
        tokens: &[(String, Option<String>)],
        place: &Place,
        origin: &Origin,
    ) -> Result<(), Error> {
        let is_covered = tokens.iter().all(|(token_id, _)| self.consent.covers(token_id));
        if is_covered || self.consent.ask(&Question { place, tokens }) != Answer::No {
            return Ok(());
        }
        for (token_id, comment) in tokens {
            let effect = Effect::RevokeToken {
                token_id: token_id.clone(),
                comment: comment.clone(),
                is_by_admin: false,
            };
            self.refuse(effect, place, origin, Error::Declined);
        }
        Err(Error::Declined)
    }

    /// Leaves the question out until the next input: the workspace is not a real one.
    pub fn waive_question(&self) {
        self.consent.waive();
    }

    /// Begins an input of a session: what was allowed before does not count for it.
    pub fn begin_input(&self) {
        self.consent.forget();
    }

    /// Returns whether what lies outside the workspace is left alone, while tokens come and go.
    pub fn spares_machine(&self) -> bool {
        self.mode == Mode::Sandbox
    }

    /// Returns whether this is a dry run.
    pub fn is_dry(&self) -> bool {
        self.mode == Mode::DryRun
    }

    /// Fails if `effect` would be refused for want of a grant.
    pub fn check_grants(&self, effect: &Effect, origin: &Origin) -> Result<(), Error> {
        self.grants.check(effect, origin)
    }

    /// Refuses a script a look at what belongs to others, which ends the run, unless that was granted.
    pub fn admit_look(&self, origin: &Origin) -> Result<(), Error> {
        self.stop.check()?;
        let granted = self.grants.check_admin("seeing the tokens and users of others", origin);
        granted.map_err(|error| self.stop.fail(error))
    }

    /// Decides about `effect`.
    pub fn admit(
        &self,
        effect: Effect,
        place: &Place,
        origin: &Origin,
    ) -> Result<Admission, Error> {
        if self.decide(std::slice::from_ref(&effect), place, origin)? {
            return Ok(Admission::Go(self.permit(effect, place, origin)));
        }
        let planned = self.planned.lock().unwrap_or_else(PoisonError::into_inner);
        let count = planned.iter().filter(|plan| plan.effect.name() == effect.name()).count();
        Ok(Admission::Dry(count))
    }

    #[allow(dead_code, reason = "the functions that need it come next")]
    /// Decides about several effects of one kind at once, before the first of them: all are admitted or none is.
    pub fn admit_all(
        &self,
        effects: Vec<Effect>,
        place: &Place,
        origin: &Origin,
    ) -> Result<Batch, Error> {
        if !self.decide(&effects, place, origin)? {
            return Ok(Batch::Dry);
        }
        let permits = effects.into_iter().map(|effect| self.permit(effect, place, origin));
        Ok(Batch::Go(permits.collect()))
    }

    /// Returns whether the effects are to happen; one that is refused ends the run, and none of them happens.
    fn decide(&self, effects: &[Effect], place: &Place, origin: &Origin) -> Result<bool, Error> {
        self.stop.check()?;
        for effect in effects {
            if let Err(error) = self.judge(effect, origin) {
                return Err(self.refuse(effect.clone(), place, origin, error));
            }
        }
        if self.is_dry() {
            let plan = |effect: &Effect| Planned {
                effect: effect.clone(),
                place: place.clone(),
                origin: origin.clone(),
            };
            let mut planned = self.planned.lock().unwrap_or_else(PoisonError::into_inner);
            planned.extend(effects.iter().map(plan));
            return Ok(false);
        }
        if self.mode == Mode::Sandbox && effects.iter().any(Effect::leaves_workspace) {
            for effect in effects {
                let (verb, _) = effect.verbs();
                self.books
                    .output
                    .note(&format!("sandbox: not really done: {verb} {}", effect.what()));
            }
            return Ok(false);
        }
        self.books.audit.open().map_err(|error| self.stop.fail(error))?;
        Ok(true)
    }

    /// Returns why an effect may not happen, if so.
    fn judge(&self, effect: &Effect, origin: &Origin) -> Result<(), Error> {
        self.grants.check(effect, origin)?;
        match effect {
            Effect::RevokeToken { token_id, .. }
                if !self.is_dry() && !self.consent.covers(token_id) =>
            {
                Err(Error::Declined)
            }
            _ => Ok(()),
        }
    }

    fn permit(&self, effect: Effect, place: &Place, origin: &Origin) -> Permit {
        Permit {
            entry: Some(Entry::new(effect, place.clone(), origin.clone())),
            books: Arc::clone(&self.books),
        }
    }

    /// Records that `effect` is refused because of `error`, which ends the run; returns the error.
    pub fn refuse(&self, effect: Effect, place: &Place, origin: &Origin, error: Error) -> Error {
        if !self.is_dry() {
            let entry = Entry::new(effect, place.clone(), origin.clone());
            self.books.close(
                &entry,
                &Outcome::Refused { code: error.code().to_owned(), request_id: None },
            );
        }
        self.stop.fail(error)
    }

    /// Returns what was done in one line, nothing if nothing was.
    pub fn summary(&self) -> Option<String> {
        self.books.tally.summary()
    }

    /// Returns whether a dry run would have done anything.
    pub fn has_planned(&self) -> bool {
        !self.planned.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
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
    books: Arc<Books>,
}

impl Permit {
    /// Writes what came of the effect.
    pub fn close(mut self, outcome: &Outcome) {
        if let Some(entry) = self.entry.take() {
            self.books.close(&entry, outcome);
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(entry) = self.entry.take() {
            self.books.close(&entry, &Outcome::Unknown);
        }
    }
}
