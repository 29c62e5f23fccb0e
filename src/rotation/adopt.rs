//! Rebuilding a slot's memory from what its sinks hold and the workspace lists, where the journal is lost or no longer
//! true.

use super::abort::unknown;
use super::desk::Desk;
use super::fingerprint::Salt;
use super::identify::Seen;
use super::journal::Journal;
use super::policy::Request;
use super::run::{open_all, read_all};
use super::sink::Bench;
use super::slot::Stamp;
use super::store::{self, Store};
use crate::error::{Error, RotationTrouble};
use crate::gate::Origin;
use crate::session::Session;

/// What was taken for the truth.
pub struct Adopted {
    /// The token that the sinks hold.
    pub token_id: String,
    /// Tokens that bear the slot's stamp and that no sink here holds: they may be another machine's.
    pub others: Vec<String>,
}

/// Makes what the sinks hold the slot's current token; nothing on the workspace is changed.
pub fn adopt(session: &Session, request: &Request, origin: &Origin) -> Result<Adopted, Error> {
    let bench = Bench { session, slot: &request.slot, origin };
    let (known, is_damaged) = known_journal(bench)?;
    let mut request = request.clone();
    if request.sinks.is_empty() {
        match &known {
            Some(journal) => {
                request.sinks.clone_from(&journal.sinks);
                request.policy.clone_from(&journal.policy);
            }
            None if is_damaged => return Err(bench.slot.error(RotationTrouble::NoSink)),
            None => return Err(unknown(session, bench.slot)),
        }
    }
    let sinks = open_all(&request.sinks, bench)?;
    let state = session.settings().state_dir();
    let store = Store::lock(&state, bench.slot, sinks.iter().map(|sink| sink.key()).collect())?;
    let desk = Desk::open(bench, request.policy.on_behalf_of.as_deref())?;
    let readings = read_all(&sinks)?;
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
    let mut journal =
        seen.begin(known.as_ref().map_or_else(Salt::new, |known| known.salt.clone()))?;
    if let Some(known) = known {
        // What it made and lost is still its own to revoke.
        journal.strays = known.strays;
        journal.mints = known.mints;
    }
    if is_damaged {
        store.put_aside()?;
    }
    store.save(&journal)?;
    let token_id = journal.state.holdings().0.token_id.clone();
    let others = seen.stamped_beside(&token_id);
    Ok(Adopted { token_id, others })
}

/// Returns the journal that there is, and whether there is one that cannot be read; refuses one that is in use.
fn known_journal(bench: Bench<'_>) -> Result<(Option<Journal>, bool), Error> {
    let journal = store::peek(&bench.session.settings().state_dir(), bench.slot);
    match journal {
        Ok(Some(journal)) if journal.state.is_open() => {
            Err(bench.slot.error(RotationTrouble::UnderWay))
        }
        Ok(journal) => Ok((journal, false)),
        Err(Error::Rotation { ref trouble, .. })
            if matches!(**trouble, RotationTrouble::Damaged { .. }) =>
        {
            Ok((None, true))
        }
        Err(error) => Err(error),
    }
}

impl Seen<'_, '_> {
    /// Returns the ids of the other tokens that bear the slot's stamp.
    fn stamped_beside(&self, token_id: &str) -> Vec<String> {
        let is_ours = |slot: &str| slot == self.bench.slot.as_str();
        let stamped = self.tokens.iter().filter(|token| {
            token.token_id() != token_id
                && !token.is_expired()
                && Stamp::of(token.comment()).is_some_and(|stamp| is_ours(stamp.slot()))
        });
        stamped.map(|token| token.token_id().to_owned()).collect()
    }
}
