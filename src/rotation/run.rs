//! One run over one slot: from what the journal, the sinks and the workspace say to what is to be done next.
//!
//! Here is the order of the steps, and what they share; each step is a file of its own.

use std::collections::{BTreeMap, BTreeSet};

use super::desk::Desk;
use super::hooks::Hooks;
use super::identify::refuse_what_others_have;
use super::journal::{Holding, Journal, State, Step};
use super::policy::{Due, Request};
use super::report::Report;
use super::sink::{Bench, Reading, Sink, Spec};
use super::store::{self, Store};
use crate::clock::{Duration, Time};
use crate::error::Error;
use crate::secret::Secret;
use crate::token::Token;

/// A run has this many turns at most: finishing one rotation, and one more.
const TURNS: usize = 4;

/// How far a run may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// As far as is due.
    Full,
    /// To the end of what was begun; nothing new is made.
    Finish,
    /// Back to where it began.
    Back,
}

/// What is to be done next.
pub(super) enum Next {
    /// Look again.
    GoOn,
    /// This run is over.
    End,
}

/// One run over one slot.
pub(super) struct Rotation<'s> {
    pub bench: Bench<'s>,
    pub request: &'s Request,
    pub reach: Reach,
    pub hooks: &'s dyn Hooks,
    pub desk: Desk<'s>,
    /// The journal's file; none in a dry run, which remembers nothing.
    pub store: Option<Store>,
    pub sinks: Vec<Box<dyn Sink + 's>>,
    pub readings: BTreeMap<String, Reading>,
    pub journal: Journal,
    pub tokens: Vec<Token>,
    /// The new token's value, while it is known.
    pub value: Option<Secret>,
    pub report: Report,
    pub has_minted: bool,
    /// Whether a token is replaced whatever its age; once, also if an earlier run began it.
    pub is_forced: bool,
    /// What went wrong beside the rotation itself: told in the end.
    pub aside: Option<Error>,
}

impl Rotation<'_> {
    /// Does what is due, step by step.
    pub fn run(&mut self) -> Result<(), Error> {
        self.recover()?;
        self.is_forced = self.request.force && !self.journal.state.is_open();
        for _ in 0..TURNS {
            let next = match &self.journal.state {
                State::Idle { .. } => self.begin_if_due()?,
                // Recovery has dealt with one that was found; one of this run ended with an error.
                State::Minting { .. } => Next::End,
                State::Minted { .. } => self.publish()?,
                State::Settled { .. } => self.finish()?,
            };
            if matches!(next, Next::End) {
                break;
            }
        }
        self.aside.take().map_or(Ok(()), Err)
    }

    /// Begins a rotation if one is due.
    fn begin_if_due(&mut self) -> Result<Next, Error> {
        if self.reach != Reach::Full {
            return Ok(Next::End);
        }
        self.take_requested_sinks()?;
        let current = self.current().clone();
        let lifetime = self.request.policy.lifetime_after(&current, self.bench.slot);
        if let Ok(lifetime) = lifetime {
            self.request.policy.check_lengths(lifetime, self.bench.slot)?;
        }
        let Some(due) = self.due()? else { return Ok(Next::End) };
        if self.has_minted {
            self.report.done.push(format!("due again ({}): the next run replaces it", due.words()));
            return Ok(Next::End);
        }
        self.is_forced = false;
        self.report.reason = Some(due.words());
        self.mint(&current, lifetime?)
    }

    /// Returns why the current token is to be replaced, if it is.
    fn due(&mut self) -> Result<Option<Due>, Error> {
        if self.is_forced {
            return Ok(Some(Due::Forced));
        }
        let current = self.current().clone();
        if let Some(due) = self.request.policy.due(&current, self.now()) {
            return Ok(Some(due));
        }
        if self.is_missing_somewhere(&current) {
            return Ok(Some(Due::Sink));
        }
        if self.has_minted || self.tokens.iter().any(|token| token.token_id() == current.token_id) {
            return Ok(None);
        }
        self.due_if_gone()
    }

    /// Tells a token that is gone from one that a list does not show yet: a value that a sink holds is asked.
    fn due_if_gone(&mut self) -> Result<Option<Due>, Error> {
        let value = self.values().next().cloned();
        match value.map(|value| self.desk.standing(&value)).transpose()? {
            Some(super::desk::Standing::Accepted(_)) => {
                self.bench.session.output().warn(&format!(
                    "slot {}: token {} is not listed, but accepted: left as it is",
                    self.bench.slot,
                    self.current().token_id
                ));
                Ok(None)
            }
            _ => Ok(Some(Due::Gone)),
        }
    }

    /// Returns whether a sink does not hold the token, is new, or may hold a stray.
    fn is_missing_somewhere(&self, current: &Holding) -> bool {
        let known =
            self.journal.sinks.iter().filter_map(|spec| self.key_of(spec)).collect::<Vec<_>>();
        self.sinks.iter().any(|sink| {
            let key = sink.key();
            match &self.readings[&key] {
                Reading::Holds { value, .. } => !self.is_value_of(value, current),
                Reading::Absent => true,
                Reading::Unreadable => {
                    !known.contains(&key)
                        || self.journal.strays.iter().any(|stray| {
                            matches!(stray.sinks.get(&key), Some(Step::Attempted | Step::Acked))
                        })
                }
            }
        })
    }

    fn key_of(&self, spec: &Spec) -> Option<String> {
        spec.open(self.bench).ok().map(|sink| sink.key())
    }

    /// Goes over to the sinks that the script names now, once nothing is open that was begun with others.
    fn take_requested_sinks(&mut self) -> Result<(), Error> {
        let wanted = open_all(&self.request.sinks, self.bench)?;
        let keys =
            |sinks: &[Box<dyn Sink + '_>]| sinks.iter().map(|sink| sink.key()).collect::<Vec<_>>();
        if keys(&wanted) != keys(&self.sinks) {
            self.sinks = wanted;
            self.read_sinks()?;
            refuse_what_others_have(self.bench, &self.journal, &self.sinks)?;
        }
        self.refuse_strange_values()?;
        self.let_go()
    }

    /// Reads every sink anew.
    pub fn read_sinks(&mut self) -> Result<(), Error> {
        self.readings = read_all(&self.sinks)?;
        Ok(())
    }

    /// Returns the token that the sinks hold, or are to hold.
    pub fn current(&self) -> &Holding {
        self.journal.state.holdings().0
    }

    /// Returns the values that the sinks hold.
    pub fn values(&self) -> impl Iterator<Item = &Secret> {
        self.readings.values().filter_map(|reading| match reading {
            Reading::Holds { value, .. } => Some(value),
            Reading::Absent | Reading::Unreadable => None,
        })
    }

    /// Returns whether a value is that of a token.
    pub fn is_value_of(&self, value: &Secret, holding: &Holding) -> bool {
        holding.fingerprint.as_ref() == Some(&self.journal.salt.fingerprint(value))
    }

    /// Returns the present instant by the workspace's clock, to the second that its last answer gave it.
    pub fn now(&self) -> Time {
        self.bench.session.clock().now().whole_second()
    }

    /// Puts the journal on disk; a dry run has none.
    pub fn save(&self) -> Result<(), Error> {
        self.store.as_ref().map_or(Ok(()), |store| store.save(&self.journal))
    }

    /// Notes something that was done.
    pub fn tell(&mut self, what: String) {
        self.report.done.push(what);
    }

    /// Returns how long both tokens live.
    pub fn grace(&self, new: &Holding) -> Result<Duration, Error> {
        self.journal.policy.grace_for(new.lifetime(), self.bench.slot)
    }

    /// Returns the report as it stands.
    pub fn finish_report(mut self) -> Report {
        let state = &self.journal.state;
        let (current, old) = state.holdings();
        self.report.after = state.name();
        self.report.token_id.clone_from(&current.token_id);
        self.report.old_token_id = old.map(|old| old.token_id.clone());
        self.report.next = self.request.policy.next(current);
        let unread = self.sinks.iter().filter(|sink| !sink.is_readable());
        self.report.unverified = unread.map(|sink| sink.name()).collect();
        self.report.strays = self.journal.living_strays();
        self.report
    }
}

/// Returns as much of an id as people get to see.
pub(super) fn short(token_id: &str) -> &str {
    token_id.get(..12).unwrap_or(token_id)
}

/// Opens sinks, of which no two may be one place.
pub(super) fn open_all<'s>(
    specs: &[Spec],
    bench: Bench<'s>,
) -> Result<Vec<Box<dyn Sink + 's>>, Error> {
    use crate::error::RotationTrouble::{NoSink, SinkTwice};

    let sinks = specs.iter().map(|spec| spec.open(bench)).collect::<Result<Vec<_>, _>>()?;
    if sinks.is_empty() {
        return Err(bench.slot.error(NoSink));
    }
    for (at, sink) in sinks.iter().enumerate() {
        if sinks[..at].iter().any(|other| is_one_place(other.as_ref(), sink.as_ref())) {
            return Err(bench.slot.error(SinkTwice { sink: sink.name() }));
        }
    }
    Ok(sinks)
}

/// Returns whether two sinks are one place, or one lies in the other.
pub(super) fn is_one_place(one: &dyn Sink, other: &dyn Sink) -> bool {
    let (key, other_key) = (one.key(), other.key());
    key == other_key
        || one.surroundings().is_some_and(|whole| whole == other_key)
        || other.surroundings().is_some_and(|whole| whole == key)
}

/// Reads sinks, by their keys.
pub(super) fn read_all(sinks: &[Box<dyn Sink + '_>]) -> Result<BTreeMap<String, Reading>, Error> {
    sinks.iter().map(|sink| Ok((sink.key(), sink.read()?))).collect()
}

/// Takes the locks of a slot and of its places, and reads its journal; a dry run takes none.
pub(super) fn open_store(
    bench: Bench<'_>,
    places: BTreeSet<String>,
) -> Result<(Option<Store>, Option<Journal>), Error> {
    let state = bench.session.settings().state_dir();
    if bench.session.gate().is_dry() {
        return Ok((None, store::peek(&state, bench.slot)?));
    }
    let store = Store::lock(&state, bench.slot, places)?;
    let journal = store.load()?;
    Ok((Some(store), journal))
}
