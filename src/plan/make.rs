//! Makes a plan of what a dry run has collected, each token with what the workspace says of it.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use super::document::{Document, Step};
use super::places::Side;
use super::table::asked_by;
use crate::durable;
use crate::error::Error;
use crate::gate::{Effect, Planned};
use crate::session::Session;

/// Fails if a plan could not be written to `path`, before the script runs: what lies there has to be a plan.
pub fn check_room(path: &Path) -> Result<(), Error> {
    if path.symlink_metadata().is_ok() {
        Document::read(path)?;
    }
    durable::check_room(path).map_err(|error| Error::io("write", path.display(), &error))
}

/// Writes what the dry run of a script would have done, on all of its workspaces.
pub fn make(
    session: &Arc<Session>,
    path: &Path,
    script: &str,
    arguments: &[String],
) -> Result<(), Error> {
    let steps = steps_of(session)?;
    let count = steps.len();
    Document::new(session.clock().now(), script, arguments, steps).write(path)?;
    let changes = if count == 1 { "1 change".to_owned() } else { format!("{count} changes") };
    let path = path.display();
    session.output().note(&format!("plan: {changes} in {path}; `patroll apply {path}` makes them"));
    Ok(())
}

fn steps_of(session: &Arc<Session>) -> Result<Vec<Step>, Error> {
    let mut sides: HashMap<(Option<String>, String, bool), Side> = HashMap::new();
    let mut steps = Vec::new();
    for plan in &session.gate().planned() {
        let Effect::RevokeToken { token_id, is_by_admin, .. } = &plan.effect else {
            return Err(unplannable(plan));
        };
        let key = (plan.place.profile.clone(), plan.place.host.clone(), *is_by_admin);
        if !sides.contains_key(&key) {
            let own = session.place();
            let there = match &plan.place.profile {
                Some(profile) if own.profile != plan.place.profile => session.on(profile)?,
                _ => Arc::clone(session),
            };
            if there.workspace()?.place().host != plan.place.host {
                let host = &plan.place.host;
                return Err(Error::Usage {
                    problem: format!("no plan can hold {host}, which no profile leads to"),
                    hint: Some("add a profile for it, and name that".to_owned()),
                });
            }
            sides.insert(key.clone(), Side::look(&there, *is_by_admin, &plan.origin)?);
        }
        let Some(side) = sides.get(&key) else { continue };
        let mut step = Step::revoking(token_id, side.user.as_deref(), &plan.place, &plan.origin);
        if let Some(token) = side.tokens.get(token_id) {
            step.comment = Some(token.comment().to_owned());
            step.expires = Some(token.expires());
        }
        steps.push(step);
    }
    Ok(steps)
}

fn unplannable(plan: &Planned) -> Error {
    let (verb, what) = (plan.effect.verbs().0, plan.effect.what());
    let by = asked_by(plan.origin.script.as_deref(), plan.origin.line);
    Error::Usage {
        problem: format!("no plan can hold this: {verb} {what} ({by})"),
        hint: Some(
            "a plan holds revocations alone: a value that is made or written has no place in it; run the script itself, with --dry-run first"
                .to_owned(),
        ),
    }
}
