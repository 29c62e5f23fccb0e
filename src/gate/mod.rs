//! The one gate: everything patroll can change in the world is an `Effect`, and only what is admitted here happens.
//!
//! `admit` answers `Go` with a permit, `Dry`, or an error; the functions that change something take the permit by value
//! and close it with what came of it, and every admission, refusal and dry effect is audited. Outside the gate, by name:
//! signing in, and patroll's own state folder.

mod audit;
mod brakes;
mod consent;
mod effect;
mod grants;
mod log;
mod permit;
mod tally;
mod verdict;

use std::sync::{Arc, Mutex, PoisonError};

use crate::clock::Clock;
use crate::error::Error;
use crate::output::Output;
use crate::stop::Stop;

use audit::{Audit, Entry};
pub use audit::{AuditTo, Outcome};
pub use brakes::{Brakes, Limit, Limits};
use consent::Consent;
pub use consent::{Answer, Ask, Askers, Question};
pub use effect::{EFFECTS, Effect, Origin, Place};
pub use grants::{Grant, Grants};
pub use log::files_of;
use permit::Books;
pub use permit::Permit;
pub use tally::Changes;
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
    brakes: Arc<Brakes>,
    books: Arc<Books>,
    stop: Arc<Stop>,
    planned: Mutex<Vec<Planned>>,
    script: Mutex<Wishes>,
    /// What forbids every write, for the whole run.
    read_only: Option<&'static str>,
}

/// What the script that is running says of itself.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    /// The grants that it asks for; asking is not having.
    pub needs: Vec<Grant>,
    /// Whether it forbids itself every write.
    pub is_read_only: bool,
}

impl Gate {
    /// Makes the gate of a run that is audited to `audit`.
    pub fn new(
        mode: Mode,
        grants: Grants,
        clock: Arc<Clock>,
        audit: impl Into<AuditTo>,
        output: Arc<Output>,
        stop: Arc<Stop>,
    ) -> Self {
        let audit = Audit::new(audit.into(), clock, Arc::clone(&output));
        let books =
            Arc::new(Books { audit, tally: Tally::default(), output, stop: Arc::clone(&stop) });
        Self {
            mode,
            grants,
            consent: Consent::default(),
            brakes: Arc::default(),
            books,
            stop,
            planned: Mutex::default(),
            script: Mutex::default(),
            read_only: None,
        }
    }

    /// Puts questions to a person before tokens are revoked and when a brake is reached.
    #[must_use]
    pub fn asking(self, askers: Askers) -> Self {
        Self { consent: Consent::by(askers), ..self }
    }

    /// Makes it a part of another gate, with which it shares the brakes and the run id.
    #[must_use]
    pub fn part_of(self, whole: &Self) -> Self {
        let audit = whole.books.audit.part(Arc::clone(self.books.audit.clock()));
        let (output, stop) = (Arc::clone(&self.books.output), Arc::clone(&self.stop));
        let books = Arc::new(Books { audit, tally: Tally::default(), output, stop });
        Self { books, ..self.braking(Arc::clone(&whole.brakes)) }
    }

    /// Counts with brakes that other gates of the same command may share.
    #[must_use]
    pub fn braking(self, brakes: Arc<Brakes>) -> Self {
        Self { brakes, ..self }
    }

    /// Forbids every write, if somebody says so: a flag or a variable.
    #[must_use]
    pub fn forbidding_writes(self, because: Option<&'static str>) -> Self {
        Self { read_only: because, ..self }
    }

    /// Takes note of what the script that runs now says of itself.
    pub fn hear(&self, wishes: Wishes) {
        *self.wishes() = wishes;
    }

    /// Takes note of a list of so many tokens, of which a brake may be a part.
    pub fn note_listed(&self, list: &str, count: usize) {
        self.brakes.note_listed(list, count);
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
        if is_covered || self.consent.ask(place, tokens) != Answer::No {
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

    /// Begins an input of a session: what was allowed before does not count for it.
    pub fn begin_input(&self) {
        self.consent.forget();
        self.brakes.reset();
        self.hear(Wishes::default());
    }

    /// Returns whether what lies outside the workspace is left alone, while tokens come and go.
    pub fn spares_machine(&self) -> bool {
        self.mode == Mode::Sandbox
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
        if self.decide(std::slice::from_ref(&effect), place, origin)? {
            let entry = Entry::new(effect, place, origin);
            return Ok(Admission::Go(self.permit(entry, place)));
        }
        let planned = self.planned.lock().unwrap_or_else(PoisonError::into_inner);
        let count = planned.iter().filter(|plan| plan.effect.name() == effect.name()).count();
        Ok(Admission::Dry(count))
    }

    /// Decides about several effects at once, before the first of them: all are admitted or none is.
    pub fn admit_all(
        &self,
        effects: Vec<Effect>,
        place: &Place,
        origin: &Origin,
    ) -> Result<Batch, Error> {
        if !self.decide(&effects, place, origin)? {
            return Ok(Batch::Dry);
        }
        let mut permits: Vec<Permit> = Vec::with_capacity(effects.len());
        for effect in effects {
            // There can be many: what they have in common is kept once.
            let entry = match permits.first().and_then(Permit::entry) {
                Some(first) => first.beside(effect),
                None => Entry::new(effect, place, origin),
            };
            permits.push(self.permit(entry, place));
        }
        Ok(Batch::Go(permits))
    }

    /// Returns whether the effects are to happen; one that is refused ends the run, and none of them happens.
    fn decide(&self, effects: &[Effect], place: &Place, origin: &Origin) -> Result<bool, Error> {
        self.stop.check()?;
        for effect in effects {
            if let Err(error) = self.judge(effect, place, origin) {
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
            planned.extend(effects.iter().filter(|effect| !effect.is_look()).map(plan));
            drop(planned);
            if self.books.audit.takes_dry_runs() {
                self.leave_out(effects, place, origin, "dry_run")?;
            }
            return Ok(false);
        }
        if self.mode == Mode::Sandbox && effects.iter().any(Effect::leaves_workspace) {
            for effect in effects {
                let (verb, _) = effect.verbs();
                self.books
                    .output
                    .note(&format!("sandbox: not really done: {verb} {}", effect.what()));
            }
            self.leave_out(effects, place, origin, "sandbox")?;
            return Ok(false);
        }
        if let Err(error) = self.brake(effects, place) {
            // All of them before the run ends, as nobody waits for what comes after that.
            for effect in effects {
                self.write_refusal(effect.clone(), place, origin, &error);
            }
            return Err(self.stop.fail(error));
        }
        self.books.audit.prepare(effects.len()).map_err(|error| self.stop.fail(error))?;
        Ok(true)
    }

    /// Records that effects are left out.
    fn leave_out(
        &self,
        effects: &[Effect],
        place: &Place,
        origin: &Origin,
        by: &'static str,
    ) -> Result<(), Error> {
        let outcome = Outcome::LeftOut { by };
        for effect in effects {
            let entry = Entry::new(effect.clone(), place, origin);
            self.books.audit.write(&entry, &outcome).map_err(|error| self.stop.fail(error))?;
        }
        Ok(())
    }

    /// Returns why an effect may not happen, if so.
    fn judge(&self, effect: &Effect, place: &Place, origin: &Origin) -> Result<(), Error> {
        self.check_grants(effect, origin)?;
        match effect {
            Effect::RevokeToken { token_id, .. }
                if !self.is_dry() && !place.is_sandbox && !self.consent.covers(token_id) =>
            {
                Err(Error::Declined)
            }
            _ => Ok(()),
        }
    }

    fn permit(&self, entry: Entry, place: &Place) -> Permit {
        let brakes = self.is_braked(place).then(|| Arc::clone(&self.brakes));
        Permit::new(entry, Arc::clone(&self.books), brakes)
    }

    /// Records that `effect` is refused because of `error`, which ends the run; returns the error.
    pub fn refuse(&self, effect: Effect, place: &Place, origin: &Origin, error: Error) -> Error {
        self.write_refusal(effect, place, origin, &error);
        self.stop.fail(error)
    }

    fn write_refusal(&self, effect: Effect, place: &Place, origin: &Origin, error: &Error) {
        if !self.is_dry() || self.books.audit.takes_dry_runs() {
            let entry = Entry::new(effect, place, origin);
            let code = error.code().to_owned();
            self.books.close(&entry, &Outcome::Refused { code, request_id: None });
        }
    }

    /// Counts what the gate of a part of the run has counted.
    pub fn count_in(&self, part: &Self) {
        self.books.tally.add(&part.books.tally);
    }

    /// Takes over what a part of the run has planned.
    pub fn plan_in(&self, planned: &[Planned]) {
        let mut own = self.planned.lock().unwrap_or_else(PoisonError::into_inner);
        own.extend_from_slice(planned);
    }

    /// Returns what was done in one line, nothing if nothing was.
    pub fn summary(&self) -> Option<String> {
        self.books.tally.summary()
    }

    /// Returns what was done in numbers.
    pub fn changes(&self) -> Changes {
        self.books.tally.changes()
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
