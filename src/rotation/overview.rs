//! What the journals say about all slots, and about the calls that a slot's next run will make; no request is needed.

use serde::Serialize;

use super::journal::{Journal, State};
use super::slot::Slot;
use super::store;
use crate::clock::{Duration, Time};
use crate::error::Error;
use crate::session::Session;

/// A slot at a glance.
#[derive(Clone, Debug, Serialize)]
pub struct Overview {
    /// The slot.
    pub slot: String,
    /// The state of its rotation, `damaged` if the journal cannot be read.
    pub state: &'static str,
    /// The token that its sinks hold, or are to hold.
    pub token_id: Option<String>,
    /// When that was created.
    pub last: Option<Time>,
    /// When it is due.
    pub next: Option<Time>,
    /// How many tokens of it may live that nobody holds.
    pub strays: usize,
    /// What the next run will do.
    pub next_run: String,
}

/// A step of a rotation, and what a power cut right after it leaves behind.
#[derive(Clone, Debug, Serialize)]
pub struct Call {
    /// What is done.
    pub call: String,
    /// Which tokens are valid then, and what the next run does.
    pub if_power_fails_now: &'static str,
}

/// Returns all slots, in order.
pub fn overview(session: &Session) -> Result<Vec<Overview>, Error> {
    let state = session.settings().state_dir();
    let look = |slot: Slot| match store::peek(&state, &slot) {
        Ok(Some(journal)) => Some(glance(&journal)),
        Ok(None) => None,
        Err(error) => Some(Overview {
            slot: slot.to_string(),
            state: "damaged",
            token_id: None,
            last: None,
            next: None,
            strays: 0,
            next_run: error.hint().unwrap_or_default(),
        }),
    };
    Ok(store::slots(&state)?.into_iter().filter_map(look).collect())
}

/// Returns the calls that the next run over a slot makes, if it is due.
pub fn plan(session: &Session, slot: &Slot) -> Result<(Overview, Vec<Call>), Error> {
    let found = store::peek(&session.settings().state_dir(), slot)?;
    let journal = found.ok_or_else(|| super::abort::unknown(session, slot))?;
    Ok((glance(&journal), calls(&journal)))
}

fn glance(journal: &Journal) -> Overview {
    let (current, _) = journal.state.holdings();
    Overview {
        slot: journal.slot.to_string(),
        state: journal.state.name(),
        token_id: Some(current.token_id.clone()),
        last: Some(current.created),
        next: Some(journal.policy.next(current)),
        strays: journal.living_strays(),
        next_run: next_run(journal),
    }
}

fn next_run(journal: &Journal) -> String {
    let stray =
        if journal.living_strays() > 0 { "revoke strays that no sink can hold, then " } else { "" };
    let rest = match &journal.state {
        State::Idle { current } => match journal.policy.next(current) {
            next if next.is_never() => "replace it when it is asked for".to_owned(),
            next => format!("replace it from {} on", next.short()),
        },
        State::Minting { .. } => "look for the token that may have been made".to_owned(),
        State::Minted { .. } => "go on with the new value if a sink holds it".to_owned(),
        State::Settled { new, since, .. } => {
            let grace = journal.policy.grace_for(new.lifetime(), &journal.slot);
            let end = since.plus(grace.unwrap_or(Duration::FOREVER));
            format!("revoke the old token from {} on", end.short())
        }
    };
    format!("{stray}{rest}")
}

/// Nothing is changed yet.
const UNTOUCHED: &str = "the old token is valid; the next run begins anew";
const ASKED: &str =
    "the old token is valid; the next run looks for one with this rotation's stamp and revokes it";
const MADE: &str = "both tokens are valid; a run that finds no sink with the new value revokes it and makes another";
const PUT: &str = "both tokens are valid; the next run takes the new value from a sink and goes on";
const SETTLED: &str =
    "both tokens are valid; the next run reads every sink again and waits for the end of the grace";
const OVER: &str = "the new token is valid; the next run notes that the old one is gone";

fn calls(journal: &Journal) -> Vec<Call> {
    let mut calls = Vec::new();
    let mut call = |call: String, if_power_fails_now| calls.push(Call { call, if_power_fails_now });
    let (list, create, delete) = match &journal.policy.on_behalf_of {
        None => {
            ("GET /api/2.0/token/list", "POST /api/2.0/token/create", "POST /api/2.0/token/delete")
        }
        Some(_) => (
            "GET /api/2.0/token-management/tokens",
            "POST /api/2.0/token-management/on-behalf-of/tokens",
            "DELETE /api/2.0/token-management/tokens/ID",
        ),
    };
    let sinks = journal.sinks.iter().map(super::sink::Spec::label).collect::<Vec<_>>();
    let is_settled = matches!(journal.state, State::Settled { .. });
    let has_value = is_settled || matches!(journal.state, State::Minted { .. });
    call(list.to_owned(), if has_value { PUT } else { UNTOUCHED });
    if !has_value {
        for sink in &sinks {
            call(format!("prove that {sink} can be written"), UNTOUCHED);
        }
        call("write down that a token is asked for".to_owned(), UNTOUCHED);
        call(create.to_owned(), ASKED);
        call("write down its id".to_owned(), MADE);
        call("GET /api/2.0/preview/scim/v2/Me with the new value".to_owned(), MADE);
    }
    if !is_settled {
        for sink in &sinks {
            call(format!("put the new value into {sink}, read it back, sign in with it"), PUT);
        }
        call("write down that every sink holds it".to_owned(), SETTLED);
    }
    for sink in &sinks {
        call(format!("after the grace, read {sink} again"), SETTLED);
    }
    call(format!("{delete} for the old token"), OVER);
    call("write down that it is over".to_owned(), "the new token is valid; nothing is left to do");
    calls
}
