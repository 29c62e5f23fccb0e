//! Rebuilding a slot's memory from what its sinks hold and the workspace lists, where the journal is lost or no longer
//! true.

use std::collections::BTreeMap;

use super::desk::Desk;
use super::fingerprint::Salt;
use super::forget::left_out;
use super::identify::{Seen, ids, refuse_what_others_have};
use super::journal::Journal;
use super::policy::Request;
use super::run::{open_all, read_all};
use super::sink::{Bench, Reading, Spec};
use super::slot::{Slot, Stamp};
use super::store::{self, Store};
use crate::error::{Error, RotationTrouble};
use crate::gate::Origin;
use crate::session::Session;
use crate::token::Token;

/// What was taken for the truth.
pub struct Adopted {
    /// The token that the sinks hold.
    pub token_id: String,
    /// Tokens that are, or were, the slot's and that no sink here holds: they may be another machine's.
    pub others: Vec<String>,
    /// Places that were the slot's and are not any more.
    pub left_out: Vec<String>,
}

/// Makes what the sinks hold the slot's current token; nothing on the workspace is changed.
pub fn adopt(session: &Session, request: &Request, origin: &Origin) -> Result<Adopted, Error> {
    let bench = Bench { session, slot: &request.slot, origin };
    let (known, is_damaged) = known_journal(bench)?;
    let request = completed(request, known.as_ref());
    let sinks = open_all(&request.sinks, bench)?;
    let state = session.settings().state_dir();
    let places = sinks.iter().map(|sink| sink.key()).collect();
    let is_dry = session.gate().is_dry();
    let store = if is_dry { None } else { Some(Store::lock(&state, bench.slot, places)?) };
    if known_journal(bench)? != (known.clone(), is_damaged) {
        return Err(Error::Locked { what: format!("the slot {}", bench.slot) });
    }
    let desk = Desk::open(bench, request.policy.on_behalf_of.as_deref())?;
    let readings = read_all(&sinks)?;
    if let Some(known) = &known {
        refuse_what_goes_on(bench.slot, known, &readings)?;
    }
    let tokens = desk.list(readings.values())?;
    let seen = Seen {
        bench,
        request: &request,
        sinks: &sinks,
        readings: &readings,
        tokens: &tokens,
        host: desk.host()?,
        takes_own_stamp: true,
    };
    let salt = known.as_ref().map_or_else(Salt::new, |known| known.salt.clone());
    let mut journal = seen.begin(salt)?;
    let known_sinks = known.as_ref().map(|known| known.sinks.clone()).unwrap_or_default();
    let dropped = left_out(&known_sinks, &request.sinks, bench)?;
    let left = known.as_ref().map(|known| ids(&known.state)).unwrap_or_default();
    if let Some(known) = known {
        journal.inherit(known);
    }
    for spec in &dropped {
        journal.forget(spec, bench);
    }
    let _lock = store.as_ref().map(Store::lock_claims).transpose()?;
    refuse_what_others_have(bench, &journal, &sinks)?;
    if let Some(store) = store {
        if is_damaged {
            store.put_aside("damaged")?;
        }
        store.save(&journal)?;
    }
    let token_id = journal.state.holdings().0.token_id.clone();
    let left_out = dropped.iter().map(Spec::label).collect();
    Ok(Adopted { token_id, others: seen.others(&journal, &left), left_out })
}

/// Takes what was not said from the journal that there is.
fn completed(request: &Request, known: Option<&Journal>) -> Request {
    let mut request = request.clone();
    let Some(known) = known else { return request };
    if request.sinks.is_empty() {
        request.sinks.clone_from(&known.sinks);
    }
    let on_behalf_of = request.policy.on_behalf_of.take();
    request.policy = known.policy.clone();
    request.policy.on_behalf_of = on_behalf_of.or(request.policy.on_behalf_of);
    request
}

/// Returns the journal that there is, and whether there is one that cannot be read.
fn known_journal(bench: Bench<'_>) -> Result<(Option<Journal>, bool), Error> {
    match store::peek(&bench.session.settings().state_dir(), bench.slot) {
        Ok(journal) => Ok((journal, false)),
        Err(Error::Rotation { ref trouble, .. })
            if matches!(**trouble, RotationTrouble::Damaged { .. }) =>
        {
            Ok((None, true))
        }
        Err(error) => Err(error),
    }
}

/// Refuses a journal that is in use, unless somebody put another value where its own should be.
fn refuse_what_goes_on(
    slot: &Slot,
    known: &Journal,
    readings: &BTreeMap<String, Reading>,
) -> Result<(), Error> {
    let is_strange = readings
        .values()
        .any(|reading| matches!(reading, Reading::Holds { value, .. } if !known.knows(value)));
    if is_strange || !known.state.is_open() {
        return Ok(());
    }
    Err(slot.error(RotationTrouble::UnderWay))
}

impl Journal {
    /// Takes over what another one made and lost: that is still the slot's own to revoke.
    fn inherit(&mut self, mut known: Journal) {
        known.fall_back();
        let current = self.state.holdings().0;
        known.strays.retain(|stray| {
            stray.token_id.as_ref() != Some(&current.token_id)
                && current.stamp.as_ref() != Some(&stray.stamp)
        });
        self.strays = known.strays;
        self.mints = known.mints;
    }
}

impl Seen<'_, '_> {
    /// Returns the ids of the other living tokens that were the slot's, or bear its stamp; its strays are its own to revoke.
    fn others(&self, journal: &Journal, left: &[String]) -> Vec<String> {
        let is_ours = |token: &Token| {
            let stamp = Stamp::of(token.comment());
            left.iter().any(|id| id == token.token_id())
                || stamp.is_some_and(|stamp| stamp.slot() == self.bench.slot.as_str())
        };
        let is_known = |id: &str| {
            journal.state.holdings().0.token_id == id
                || journal.strays.iter().any(|stray| stray.token_id.as_deref() == Some(id))
        };
        let others = self
            .tokens
            .iter()
            .filter(|token| !token.is_expired() && is_ours(token) && !is_known(token.token_id()));
        others.map(|token| token.token_id().to_owned()).collect()
    }
}
