//! Which token a slot is about: as its journal remembers it, or, the first time, as the sinks prove it.
//!
//! Everything that speaks against a slot is found here, before anything is written.

use std::collections::BTreeMap;

use super::desk::Desk;
use super::fingerprint::Salt;
use super::forget::{kept, read_at_first};
use super::hooks::Hooks;
use super::journal::{Holding, Journal, State};
use super::policy::{Request, Selector};
use super::report::Report;
use super::run::{Reach, Rotation, open_all, open_store};
use super::sink::{Bench, Reading, Sink, Spec};
use super::slot::Stamp;
use super::store;
use crate::api::ids_of_value;
use crate::clock::Time;
use crate::error::{Error, RotationTrouble};
use crate::secret::Secret;
use crate::settings::Source;
use crate::token::Token;

impl<'s> Rotation<'s> {
    /// Takes the locks, reads journal, sinks and workspace, and refuses what does not fit together.
    pub(super) fn open(
        bench: Bench<'s>,
        request: &'s Request,
        reach: Reach,
        hooks: &'s dyn Hooks,
    ) -> Result<Self, Error> {
        request.refuse_contradiction()?;
        let state = bench.session.settings().state_dir();
        let known = store::peek(&state, bench.slot)?;
        // What was begun is ended with the sinks it was begun with.
        let open = known.as_ref().filter(|journal| journal.state.is_open());
        let specs = open.map_or_else(|| request.sinks.clone(), |journal| kept(journal, request));
        let sinks = open_all(&specs, bench)?;
        let wanted = open_all(&request.sinks, bench)?;
        let places = sinks.iter().chain(&wanted).map(|sink| sink.key()).collect();
        let (store, journal) = open_store(bench, places)?;
        if journal != known {
            return Err(Error::Locked { what: format!("the slot {}", bench.slot) });
        }
        let desk = Desk::open(bench, request.policy.on_behalf_of.as_deref())?;
        let readings = read_at_first(&sinks, open.is_some(), bench)?;
        let tokens = desk.list(readings.values())?;
        let host = desk.host()?;
        let seen = Seen {
            bench,
            request,
            sinks: &sinks,
            readings: &readings,
            tokens: &tokens,
            host,
            takes_own_stamp: false,
        };
        let journal = match journal {
            Some(journal) => seen.check(journal)?,
            None => seen.begin(Salt::new())?,
        };
        refuse_what_others_have(bench, &journal, &sinks)?;
        let report = Report {
            slot: bench.slot.to_string(),
            before: journal.state.name(),
            after: journal.state.name(),
            reason: None,
            token_id: String::new(),
            old_token_id: None,
            done: Vec::new(),
            waits_until: None,
            next: Time::NEVER,
            unverified: Vec::new(),
            left_out: Vec::new(),
            strays: 0,
        };
        let rotation = Self {
            bench,
            request,
            reach,
            hooks,
            desk,
            store,
            sinks,
            readings,
            journal,
            tokens,
            value: None,
            report,
            has_minted: false,
            is_forced: false,
            aside: None,
        };
        rotation.refuse_strange_values()?;
        rotation.refuse_dead_end()?;
        rotation.refuse_without_hooks()?;
        Ok(rotation)
    }

    /// Refuses sinks that, while nothing is open, hold something that this slot never put there.
    pub(super) fn refuse_strange_values(&self) -> Result<(), Error> {
        if self.journal.state.is_open() {
            return Ok(());
        }
        let strange = self.sinks.iter().filter(|sink| {
            matches!(&self.readings[&sink.key()], Reading::Holds { value, .. } if !self.journal.knows(value))
        });
        match strange.map(|sink| sink.name()).collect::<Vec<_>>().as_slice() {
            [] => Ok(()),
            [sink] => Err(self.bench.slot.error(RotationTrouble::Conflict { sink: sink.clone() })),
            sinks => {
                Err(self.bench.slot.error(RotationTrouble::Disagreement { sinks: sinks.to_vec() }))
            }
        }
    }

    /// Refuses to replace the token that the run signs in with, where that would go on lying somewhere, dead.
    fn refuse_dead_end(&self) -> Result<(), Error> {
        if self.desk.is_stood_in_for() {
            // What the run was told to sign in with is dead already.
            return Ok(());
        }
        let (current, old) = self.journal.state.holdings();
        let dying = old.unwrap_or(current);
        let own = self.desk.client()?.token_value();
        let is_dying = own.is_some_and(|own| self.is_value_of(&own, dying))
            || self.desk.client()?.could_be_own(&dying.token_id);
        if !is_dying {
            return Ok(());
        }
        let connection = self.bench.session.workspace()?.connection();
        let source = connection.token_source();
        let is_sink = |name: &str, path: &std::path::Path| {
            self.request
                .sinks
                .iter()
                .chain(&self.journal.sinks)
                .any(|spec| matches!(spec, Spec::Profile(profile) if profile.is(name, path)))
        };
        match source {
            Some(Source::Profile { name, path, .. }) if is_sink(name, path) => Ok(()),
            Some(Source::Usual) | None => Ok(()),
            Some(source) => {
                let source_name = source.to_string();
                Err(self.bench.slot.error(RotationTrouble::DeadEnd { source_name }))
            }
        }
    }

    /// Refuses to go on without the hooks that the rotation was begun with.
    fn refuse_without_hooks(&self) -> Result<(), Error> {
        let here = self.hooks.names();
        let missing: Vec<String> = self
            .journal
            .hooks
            .iter()
            .filter(|name| !here.contains(&name.as_str()))
            .cloned()
            .collect();
        // A script knows what it does when it goes on without one.
        let is_own = self.reach == Reach::Full && self.bench.origin.script.is_some();
        // They are about the way forward.
        let is_back = self.reach == Reach::Back;
        if missing.is_empty() || is_own || is_back || !self.journal.state.is_open() {
            return Ok(());
        }
        Err(self.bench.slot.error(RotationTrouble::NoHooks { hooks: missing }))
    }
}

/// What was found, before it is known what it means.
pub(super) struct Seen<'a, 's> {
    pub bench: Bench<'s>,
    pub request: &'a Request,
    pub sinks: &'a [Box<dyn Sink + 's>],
    pub readings: &'a BTreeMap<String, Reading>,
    pub tokens: &'a [Token],
    pub host: String,
    /// Whether a token with the slot's own stamp is taken: its journal is to be rebuilt.
    pub takes_own_stamp: bool,
}

impl Seen<'_, '_> {
    /// Takes a journal whose workspace this is.
    fn check(&self, journal: Journal) -> Result<Journal, Error> {
        let was = &journal.state.holdings().0.host;
        if *was == self.host {
            return Ok(journal);
        }
        let (was, is) = (was.clone(), self.host.clone());
        Err(self.bench.slot.error(RotationTrouble::OtherHost { was, is }))
    }

    /// Begins a journal with the token that the sinks are proven, or vouched, to hold.
    pub(super) fn begin(&self, salt: Salt) -> Result<Journal, Error> {
        let value = self.common_value()?;
        let proven = self.proven(value);
        let token = self.named(proven.as_ref().map(|(_, token)| *token))?;
        let (slot, token_id) = (self.bench.slot, token.token_id().to_owned());
        match Stamp::of(token.comment()) {
            Some(stamp) if stamp.slot() == slot.as_str() && self.takes_own_stamp => {}
            Some(stamp) if stamp.slot() == slot.as_str() => {
                return Err(slot.error(RotationTrouble::Forgotten { token_id }));
            }
            Some(stamp) => {
                let other = stamp.slot().to_owned();
                return Err(slot.error(RotationTrouble::Stamped { token_id, other }));
            }
            None => {}
        }
        match proven {
            Some((sink, held)) if held.token_id() != token.token_id() => {
                let held = held.token_id().to_owned();
                return Err(slot.error(RotationTrouble::OtherToken { sink, held, token_id }));
            }
            None if !self.request.adopt => {
                let sinks = self.sinks.iter().map(|sink| sink.name()).collect::<Vec<_>>();
                let sinks = sinks.join(" and ");
                return Err(slot.error(RotationTrouble::Unproven { token_id, sinks }));
            }
            _ => {}
        }
        let fingerprint = value.map(|value| salt.fingerprint(value));
        let current = Holding::of(token, fingerprint, &self.host);
        let (sinks, policy) = (self.request.sinks.clone(), self.request.policy.clone());
        Ok(Journal::new(slot.clone(), salt, current, sinks, policy))
    }

    /// Returns the value that all sinks hold which hold one.
    fn common_value(&self) -> Result<Option<&Secret>, Error> {
        let mut common: Option<&Secret> = None;
        for reading in self.readings.values() {
            let Reading::Holds { value, .. } = reading else { continue };
            if common.is_some_and(|common| common.expose() != value.expose()) {
                let holding = self
                    .sinks
                    .iter()
                    .filter(|sink| matches!(self.readings[&sink.key()], Reading::Holds { .. }));
                let sinks = holding.map(|sink| sink.name()).collect();
                return Err(self.bench.slot.error(RotationTrouble::Disagreement { sinks }));
            }
            common = Some(value);
        }
        Ok(common)
    }

    /// Returns the listed token that the sinks are proven to hold: its id is the value's hash, or stands beside the value.
    fn proven(&self, value: Option<&Secret>) -> Option<(String, &Token)> {
        let value = value?;
        let find = |id: &str| self.tokens.iter().find(|token| token.token_id() == id);
        let holder = |is_it: &dyn Fn(&Reading) -> bool| {
            let found = self.sinks.iter().find(|sink| is_it(&self.readings[&sink.key()]));
            found.map(|sink| sink.name()).unwrap_or_default()
        };
        if let Some(token) = ids_of_value(value).iter().find_map(|id| find(id)) {
            let name = holder(&|reading| matches!(reading, Reading::Holds { .. }));
            return Some((name, token));
        }
        let beside = self.readings.values().find_map(|reading| match reading {
            Reading::Holds { token_id: Some(id), .. } => find(id),
            _ => None,
        });
        let name = holder(&|reading| matches!(reading, Reading::Holds { token_id: Some(_), .. }));
        beside.map(|token| (name, token))
    }

    /// Returns the token that is named, or else the one that is proven.
    fn named<'t>(&'t self, proven: Option<&'t Token>) -> Result<&'t Token, Error> {
        let slot = self.bench.slot;
        match &self.request.selector {
            Some(Selector::Id(id)) => {
                let found = self.tokens.iter().find(|token| token.token_id() == id);
                let named = format!("has the id {id}");
                found.ok_or_else(|| slot.error(RotationTrouble::NoToken { named }))
            }
            Some(Selector::Comment(comment)) => self.by_comment(comment),
            None => proven.ok_or_else(|| slot.error(RotationTrouble::NoSelector)),
        }
    }

    fn by_comment(&self, comment: &str) -> Result<&Token, Error> {
        let slot = self.bench.slot;
        let living = self.tokens.iter().filter(|token| !token.is_expired());
        let bearing: Vec<&Token> =
            living.filter(|token| Stamp::strip(token.comment()) == comment).collect();
        match bearing.as_slice() {
            [token] => Ok(token),
            [] => {
                let named = format!("has the comment `{comment}`");
                Err(slot.error(RotationTrouble::NoToken { named }))
            }
            several => {
                let shown = |token: &&Token| {
                    (token.token_id().to_owned(), format!("created {}", token.created().short()))
                };
                let tokens = several.iter().map(shown).collect();
                let comment = comment.to_owned();
                Err(slot.error(RotationTrouble::Several { comment, tokens }))
            }
        }
    }
}

/// Refuses a token, or a sink, that another slot has.
pub(super) fn refuse_what_others_have(
    bench: Bench<'_>,
    journal: &Journal,
    sinks: &[Box<dyn Sink + '_>],
) -> Result<(), Error> {
    let state = bench.session.settings().state_dir();
    let own = ids(&journal.state);
    for other in store::others(&state, bench.slot)? {
        let taken = |what: String| {
            let other = other.slot.to_string();
            Err(bench.slot.error(RotationTrouble::Taken { what, other }))
        };
        let is_here = other.state.holdings().0.host == journal.state.holdings().0.host;
        if let Some(id) = ids(&other.state).into_iter().find(|id| is_here && own.contains(id)) {
            return taken(format!("token {id}"));
        }
        for spec in &other.sinks {
            let Ok(theirs) = spec.open(bench) else { continue };
            if let Some(sink) = sinks.iter().find(|sink| sink.key() == theirs.key()) {
                return taken(sink.name());
            }
        }
    }
    Ok(())
}

/// Returns the ids of the tokens that the sinks hold, or held before.
pub(super) fn ids(state: &State) -> Vec<String> {
    let (current, old) = state.holdings();
    [Some(current), old].into_iter().flatten().map(|held| held.token_id.clone()).collect()
}
