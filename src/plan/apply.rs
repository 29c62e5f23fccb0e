//! Carries a plan out: exactly what it says, through the gate, and nothing about a token that has changed.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::Path;
use std::sync::Arc;

use super::document::{Document, Step};
use super::places::{Side, reach};
use crate::api::bulk::revoke_many;
use crate::api::tokens::{OwnRule, Target};
use crate::clock::Duration;
use crate::error::{Error, Revocations};
use crate::gate::Effect;
use crate::session::Session;

/// Which side of which workspace a step is about.
type Key<'p> = (Option<&'p str>, &'p str, bool);

/// Applies the plan in a file, unless it is older than `most`.
///
/// Every token is looked at before the first is revoked. One that is gone counts as done; one that has another comment or
/// expiry than the plan says is left alone, and told of as a refusal once the others are revoked.
pub fn apply(session: &Arc<Session>, path: &Path, most: Duration) -> Result<(), Error> {
    let plan = Document::read(path)?;
    let refused = |problem: String| Error::PlanRefused { path: path.to_owned(), problem };
    if plan.is_edited() {
        return Err(refused("it was edited after it was written".to_owned()));
    }
    if plan.effects.is_empty() {
        return Ok(());
    }
    let mut sides: HashMap<Key<'_>, Side> = HashMap::new();
    for step in &plan.effects {
        if let Entry::Vacant(side) = sides.entry(key(step)) {
            side.insert(look(session, step).map_err(|error| error.or(refused))?);
        }
    }
    plan.check_age(session.clock().now(), most).map_err(refused)?;
    let (mut ready, mut changed, mut already_gone) = (Vec::new(), Vec::new(), 0);
    for step in &plan.effects {
        let Some(side) = sides.get(&key(step)) else { continue };
        match side.tokens.get(&step.token_id) {
            None => already_gone += 1,
            Some(token) if token.is_own() => {
                return Err(refuse(
                    side,
                    step,
                    Error::OwnToken { token_id: step.token_id.clone() },
                ));
            }
            Some(token) if step.is_about(token) => ready.push(step),
            Some(_) => changed.push(step),
        }
    }
    let revoked = groups(&ready).into_iter().try_for_each(|steps| {
        let Some(side) = steps.first().and_then(|step| sides.get(&key(step))) else {
            return Ok(());
        };
        already_gone += revoke(side, &steps)?.already_gone;
        Ok(())
    });
    tell(session, already_gone);
    let outdated = Error::PlanOutdated {
        token_ids: changed.iter().map(|step| step.token_id.clone()).collect(),
    };
    for step in &changed {
        if let Some(side) = sides.get(&key(step)) {
            refuse(side, step, outdated.clone());
        }
    }
    revoked.and(if changed.is_empty() { Ok(()) } else { Err(outdated) })
}

/// Puts together what one line asked for on one side of a workspace: that is done at once, or not at all.
fn groups<'p>(steps: &[&'p Step]) -> Vec<Vec<&'p Step>> {
    let mut groups: Vec<Vec<&Step>> = Vec::new();
    for step in steps {
        let is_alike = |group: &&mut Vec<&Step>| {
            group
                .first()
                .is_some_and(|first| key(first) == key(step) && first.origin() == step.origin())
        };
        match groups.iter_mut().find(is_alike) {
            Some(group) => group.push(step),
            None => groups.push(vec![step]),
        }
    }
    groups
}

fn key(step: &Step) -> Key<'_> {
    (step.profile.as_deref(), &step.host, step.is_by_admin())
}

/// Why a plan's workspace is not looked at.
enum Unseen {
    /// It is not the plan's.
    Wrong(String),
    /// It cannot be reached or read.
    Failed(Error),
}

impl Unseen {
    fn or(self, refused: impl Fn(String) -> Error) -> Error {
        match self {
            Self::Wrong(problem) => refused(problem),
            Self::Failed(error) => error,
        }
    }
}

impl From<Error> for Unseen {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Looks at the workspace that a step is about, as the one that the step means.
fn look(session: &Arc<Session>, step: &Step) -> Result<Side, Unseen> {
    let there = reach(session, step.profile.as_deref())?;
    let host = &there.workspace()?.place().host;
    if *host != step.host {
        return Err(Unseen::Wrong(format!("it is about {}, and this is {host}", step.host)));
    }
    let side = Side::look(&there, step.is_by_admin(), &step.origin())?;
    if side.user != step.user {
        let name = |user: &Option<String>| user.clone().unwrap_or_default();
        let (theirs, ours) = (name(&step.user), name(&side.user));
        return Err(Unseen::Wrong(format!("it is about tokens of {theirs}, and this is {ours}")));
    }
    Ok(side)
}

fn revoke(side: &Side, steps: &[&Step]) -> Result<Revocations, Error> {
    let Some(first) = steps.first() else { return Ok(Revocations::default()) };
    let target =
        |step: &&Step| Target { token_id: step.token_id.clone(), comment: step.comment.clone() };
    let targets = steps.iter().map(target).collect();
    let client = side.session.workspace()?.client();
    revoke_many(client, targets, first.is_by_admin(), OwnRule::Refuse, &first.origin())?.check()
}

fn tell(session: &Session, already_gone: usize) {
    match already_gone {
        0 => {}
        1 => session.output().note("1 token was gone already"),
        count => session.output().note(&format!("{count} tokens were gone already")),
    }
}

/// Refuses a step, on a line of the audit log.
fn refuse(side: &Side, step: &Step, error: Error) -> Error {
    let effect = Effect::RevokeToken {
        token_id: step.token_id.clone(),
        comment: step.comment.clone(),
        is_by_admin: step.is_by_admin(),
    };
    side.session.gate().refuse(effect, &side.session.place(), &step.origin(), error)
}
