//! Giving up a rotation that was begun, and a journal that nobody can read.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::desk::Standing;
use super::hooks::NoHooks;
use super::journal::{Journal, State, Step};
use super::policy::Request;
use super::report::Report;
use super::run::{Reach, Rotation};
use super::sink::{Bench, Reading};
use super::slot::Slot;
use super::store::{self, Store};
use crate::error::{Error, RotationTrouble};
use crate::gate::Origin;
use crate::secret::Secret;
use crate::session::Session;

/// What came of giving up.
pub enum Aborted {
    /// The sinks hold the old token, and the new one is revoked.
    GivenUp(Box<Report>),
    /// The journal could not be read and lies there now; no token was touched.
    PutAside(PathBuf),
}

/// Gives up what is open, where the old value can still be put back; the places to forget are left as they are.
pub fn abort(
    session: &Session,
    slot: &Slot,
    forget: Vec<String>,
    origin: &Origin,
) -> Result<Aborted, Error> {
    let state = session.settings().state_dir();
    let journal = match store::peek(&state, slot) {
        Err(Error::Rotation { ref trouble, .. })
            if matches!(**trouble, RotationTrouble::Damaged { .. }) =>
        {
            match put_aside(session, slot)? {
                Some(path) => return Ok(Aborted::PutAside(path)),
                None => store::peek(&state, slot)?,
            }
        }
        found => found?,
    };
    let journal = journal.ok_or_else(|| unknown(session, slot))?;
    let bench = Bench { session, slot, origin };
    if let Err(error) = refuse_what_is_no_use(slot, &journal) {
        tidy(&journal, bench);
        return Err(error);
    }
    let request = Request::of(&journal).forgetting(forget)?;
    let mut rotation = Rotation::open(bench, &request, Reach::Back, &NoHooks)?;
    // Another run may have ended it before the lock was taken.
    refuse_what_is_no_use(slot, &rotation.journal)?;
    rotation.give_up_all()?;
    Ok(Aborted::GivenUp(Box::new(rotation.finish_report())))
}

/// Removes what was left beside the places, which one that gave up before may have been killed in: so that no value lies
/// there until the next run.
fn tidy(journal: &Journal, bench: Bench<'_>) {
    for sink in journal.sinks.iter().filter_map(|spec| spec.open(bench).ok()) {
        // That there is nothing to give up tells more than what came of this.
        let _ = sink.tidy();
    }
}

/// Puts a journal aside, or in a dry run says where it would lie; nothing if it could not be read for a moment only.
fn put_aside(session: &Session, slot: &Slot) -> Result<Option<PathBuf>, Error> {
    let state = session.settings().state_dir();
    if session.gate().is_dry() {
        return Ok(Some(store::place_aside(&state, slot, "damaged")));
    }
    let store = Store::lock(&state, slot, BTreeSet::new())?;
    if store::peek(&state, slot).is_ok() {
        return Ok(None);
    }
    store.put_aside("damaged").map(Some)
}

/// Says that there is no such slot, and which there are.
pub(super) fn unknown(session: &Session, slot: &Slot) -> Error {
    let known = match store::slots(&session.settings().state_dir()) {
        Ok(known) => known,
        Err(error) => return error,
    };
    slot.error(RotationTrouble::Unknown { known: known.iter().map(Slot::to_string).collect() })
}

fn refuse_what_is_no_use(slot: &Slot, journal: &Journal) -> Result<(), Error> {
    let why = match journal.state {
        State::Idle { .. } => "no rotation is open",
        State::Settled { .. } => "every sink holds the new token, and a later run ends it",
        State::Minting { .. } | State::Minted { .. } => return Ok(()),
    };
    Err(slot.error(RotationTrouble::NothingToAbort { why }))
}

impl Rotation<'_> {
    /// Puts the old value back where the new one is, and revokes the new token.
    fn give_up_all(&mut self) -> Result<(), Error> {
        self.forget_places()?;
        let old_value = self.old_value()?;
        self.journal.fall_back();
        self.save()?;
        if let Some(value) = old_value {
            self.put_back(&value)?;
        }
        self.revoke_strays()
    }

    /// Returns the old value if it has to be put back; refuses where no sink has it any more.
    fn old_value(&self) -> Result<Option<Secret>, Error> {
        let State::Minted { old, new, sinks } = &self.journal.state else { return Ok(None) };
        let may_hold_new = sinks.iter().any(|(key, step)| match self.readings.get(key) {
            Some(Reading::Holds { value, .. }) => self.is_value_of(value, new),
            Some(Reading::Absent) => false,
            // A place that lies elsewhere by now is read no more.
            Some(Reading::Unreadable) | None => *step != Step::Untouched,
        });
        if !may_hold_new {
            return Ok(None);
        }
        let refuse = |why| Err(self.bench.slot.error(RotationTrouble::NothingToAbort { why }));
        let value = self.values().find(|value| self.is_value_of(value, old)).cloned();
        let Some(value) = value else {
            return refuse("no sink holds the old value any more, so a later run has to end it");
        };
        if self.desk.standing(&value)? == Standing::Refused {
            return refuse("the old token is dead, so a later run has to end it");
        }
        Ok(Some(value))
    }

    /// Puts the old value where it is not; what somebody else put anywhere stays there.
    fn put_back(&mut self, value: &Secret) -> Result<(), Error> {
        let current = self.current().clone();
        for at in 0..self.sinks.len() {
            let (key, name) = (self.sinks[at].key(), self.sinks[at].name());
            if let Reading::Holds { value: held, .. } = &self.readings[&key]
                && (self.is_value_of(held, &current) || !self.journal.knows(held))
            {
                continue;
            }
            self.sinks[at].put(value, &current.token_id)?;
            let found = if self.bench.session.gate().is_dry() {
                Reading::Holds { value: value.clone(), token_id: None }
            } else {
                self.sinks[at].read()?
            };
            let is_back = match &found {
                Reading::Holds { value: held, .. } => self.is_value_of(held, &current),
                Reading::Unreadable => true,
                Reading::Absent => false,
            };
            if !is_back {
                return Err(self.bench.slot.error(RotationTrouble::NotKept { sink: name }));
            }
            self.readings.insert(key.clone(), found);
            self.journal.note(&key, Step::Acked, self.now());
            self.save()?;
            self.tell(format!("{name} holds the old value again"));
        }
        Ok(())
    }
}
