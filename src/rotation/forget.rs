//! What is no longer rotated: a place that the script leaves out or gives up, and a whole slot.
//!
//! A place that is left out while it may hold the token stops the run: it would be left with a dead one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::abort::unknown;
use super::journal::{Journal, State};
use super::policy::Request;
use super::run::{Reach, Rotation, is_one_place, open_all};
use super::sink::{Bench, Reading, Sink, Spec};
use super::slot::Slot;
use super::store::{self, Store};
use crate::error::{Error, RotationTrouble};
use crate::session::Session;

/// A slot that was forgotten.
pub struct Forgotten {
    /// Where its journal lies now, or would lie.
    pub path: PathBuf,
    /// The tokens that may live and that nobody revokes any more, by id or stamp; not the one in its places.
    pub left: Vec<String>,
}

/// Puts a slot's journal aside, whatever its state; no token and no place is touched.
pub fn forget(session: &Session, slot: &Slot) -> Result<Forgotten, Error> {
    let state = session.settings().state_dir();
    let look = || match store::peek(&state, slot) {
        Ok(Some(journal)) => Ok(journal.left_alone()),
        Ok(None) => Err(unknown(session, slot)),
        // Nobody can tell.
        Err(_) => Ok(Vec::new()),
    };
    if session.gate().is_dry() {
        return Ok(Forgotten {
            left: look()?,
            path: store::place_aside(&state, slot, "forgotten"),
        });
    }
    drop(look()?);
    let store = Store::lock(&state, slot, BTreeSet::new())?;
    Ok(Forgotten { left: look()?, path: store.put_aside("forgotten")? })
}

impl Journal {
    /// Returns the tokens that may live without being in the sinks, by id or stamp.
    fn left_alone(&self) -> Vec<String> {
        let mut left: Vec<String> = match &self.state {
            State::Idle { .. } => Vec::new(),
            State::Minting { stamp, .. } => vec![stamp.to_string()],
            State::Minted { old, .. } | State::Settled { old, .. } => vec![old.token_id.clone()],
        };
        let strays = self.strays.iter().filter(|stray| stray.may_live());
        left.extend(
            strays.map(|stray| stray.token_id.clone().unwrap_or_else(|| stray.stamp.to_string())),
        );
        left
    }

    /// Takes a place out of everything that is remembered; what it holds is nobody's business any more.
    pub(super) fn forget(&mut self, spec: &Spec, bench: Bench<'_>) {
        self.sinks.retain(|known| known != spec);
        let Ok(sink) = spec.open(bench) else { return };
        let key = sink.key();
        if let State::Minted { sinks, .. } | State::Settled { sinks, .. } = &mut self.state {
            sinks.remove(&key);
        }
        for stray in &mut self.strays {
            stray.sinks.remove(&key);
        }
    }
}

impl Request {
    /// Refuses a place that is given up and named at once.
    pub(super) fn refuse_contradiction(&self) -> Result<(), Error> {
        match self.sinks.iter().map(Spec::label).find(|label| self.forget.contains(label)) {
            None => Ok(()),
            Some(sink) => Err(self.slot.error(RotationTrouble::SinkTwice { sink })),
        }
    }
}

/// Returns those of a journal's sinks that are not given up; if none is left, those that are asked for.
pub(super) fn kept(journal: &Journal, request: &Request) -> Vec<Spec> {
    let is_kept = |spec: &&Spec| !request.forget.contains(&spec.label());
    let kept: Vec<Spec> = journal.sinks.iter().filter(is_kept).cloned().collect();
    if kept.is_empty() { request.sinks.clone() } else { kept }
}

/// Reads sinks. Where one that a rotation was begun with cannot be read, says how to go on without it.
pub(super) fn read_at_first(
    sinks: &[Box<dyn Sink + '_>],
    is_under_way: bool,
    bench: Bench<'_>,
) -> Result<BTreeMap<String, Reading>, Error> {
    let mut readings = BTreeMap::new();
    for sink in sinks {
        let found = sink.read().inspect_err(|_| {
            if is_under_way && bench.session.stop().check().is_ok() {
                let (slot, sink) = (bench.slot, sink.name());
                bench.session.output().warn(&format!(
                    "slot {slot}: {sink} stops the rotation under way; if it is gone for good, give it up: --forget '{sink}'"
                ));
            }
        })?;
        readings.insert(sink.key(), found);
    }
    Ok(readings)
}

/// Returns the known places that none of the wanted ones is.
pub(super) fn left_out(
    known: &[Spec],
    wanted: &[Spec],
    bench: Bench<'_>,
) -> Result<Vec<Spec>, Error> {
    let sinks = open_all(wanted, bench)?;
    let is_left_out = |spec: &&Spec| match spec.open(bench) {
        Ok(sink) => {
            !sinks.iter().any(|other| is_one_place(sink.as_ref(), other.as_ref()))
                && !wanted.iter().any(|other| spec.is_read_as(other))
        }
        Err(_) => !wanted.contains(spec),
    };
    Ok(known.iter().filter(is_left_out).cloned().collect())
}

impl Rotation<'_> {
    /// Forgets the places that are given up in so many words.
    pub(super) fn forget_places(&mut self) -> Result<(), Error> {
        let is_given_up = |spec: &&Spec| self.request.forget.contains(&spec.label());
        let given_up: Vec<Spec> = self.journal.sinks.iter().filter(is_given_up).cloned().collect();
        self.forget_all(given_up)
    }

    /// Says which places are left out although the rotation under way began with them: it is ended with them too.
    pub(super) fn tell_of_left_out(&mut self) -> Result<(), Error> {
        if self.reach != Reach::Full || !self.journal.state.is_open() {
            return Ok(());
        }
        let left = left_out(&self.journal.sinks, &self.request.sinks, self.bench)?;
        for place in left.iter().map(Spec::label) {
            self.bench.session.output().warn(&format!(
                "slot {}: {place} is left out, and the rotation under way is ended with it all the same",
                self.bench.slot
            ));
            self.report.left_out.push(place);
        }
        Ok(())
    }

    /// Lets go of the places that are left out; refuses while one may hold a token that is to die.
    pub(super) fn let_go(&mut self) -> Result<(), Error> {
        let left = left_out(&self.journal.sinks, &self.request.sinks, self.bench)?;
        for spec in &left {
            if self.may_hold_a_token(spec)? {
                let sink = spec.label();
                return Err(self.bench.slot.error(RotationTrouble::LeftOut { sink }));
            }
        }
        self.forget_all(left)
    }

    /// Returns whether a place may hold a token of the slot. A command that is no longer named is not run to find out.
    fn may_hold_a_token(&self, spec: &Spec) -> Result<bool, Error> {
        if matches!(spec, Spec::Command(_)) {
            return Ok(true);
        }
        let found = spec.open(self.bench).and_then(|sink| sink.read());
        self.bench.session.stop().check()?;
        Ok(match found {
            Ok(Reading::Absent) => false,
            Ok(Reading::Holds { value, .. }) => self.journal.knows(&value),
            Ok(Reading::Unreadable) | Err(_) => true,
        })
    }

    fn forget_all(&mut self, specs: Vec<Spec>) -> Result<(), Error> {
        if specs.is_empty() {
            return Ok(());
        }
        for spec in specs {
            self.journal.forget(&spec, self.bench);
            self.tell(format!("{} is none of its places any more", spec.label()));
            self.report.left_out.push(spec.label());
        }
        if self.journal.sinks.is_empty() {
            self.journal.sinks.clone_from(&self.request.sinks);
        }
        self.save()
    }
}
