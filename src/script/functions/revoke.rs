//! What `tokens_revoke` and `admin_tokens_revoke` have in common: what they take, who is asked, and what they give back.

use std::collections::HashSet;
use std::sync::Arc;

use rhai::{Array, Dynamic, Map, NativeCallContext};

use super::keys;
use super::tokens::Minted;
use crate::api::tokens::{self, OwnRule, Revoked, Target};
use crate::api::{Client, admin, bulk};
use crate::error::{Error, Revocations};
use crate::script::convert::type_word;
use crate::script::failure::{Failure, Thrown, mistake};
use crate::script::run::{Run, origin};
use crate::token::Token;

/// Whose tokens can be revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The caller's.
    Own,
    /// Everybody's, as an administrator.
    Anybodys,
}

/// Revokes one token or an array of them.
pub fn revoke(
    context: &NativeCallContext<'_>,
    value: &Dynamic,
    whose: Whose,
    options: &Map,
) -> Result<Dynamic, Thrown> {
    let how = How::read(context, options)?;
    let run = Run::of(context)?;
    let Some(items) = value.read_lock::<Array>() else {
        if how.reports {
            return Err(mistake("`on_error` is for an array: one token is revoked or throws"));
        }
        let target = target(value)?;
        confirm(context, &run, std::slice::from_ref(&target))?;
        return Ok(revoke_one(context, &run, &target, whose, how.rule)?.into());
    };
    let targets = items.iter().map(target).collect::<Result<Vec<_>, _>>()?;
    confirm(context, &run, &targets)?;
    revoke_many(context, &run, targets, whose, &how)
}

/// What the options say.
struct How {
    rule: OwnRule,
    /// Whether failures are returned instead of thrown.
    reports: bool,
}

impl How {
    fn read(context: &NativeCallContext<'_>, options: &Map) -> Result<Self, Thrown> {
        keys::refuse_unknown(context.fn_name(), options)?;
        let rule = match options.get("allow_own").map(Dynamic::as_bool) {
            None | Some(Ok(false)) => OwnRule::Refuse,
            Some(Ok(true)) => OwnRule::Allow,
            Some(Err(_)) => return Err(mistake("`allow_own` is true or false")),
        };
        let on_error = options.get("on_error").cloned().map(Dynamic::into_string).transpose();
        let reports = match on_error.as_ref().map(Option::as_deref) {
            Ok(None | Some("throw")) => false,
            Ok(Some("report")) => true,
            _ => return Err(mistake("`on_error` is \"throw\" or \"report\"")),
        };
        Ok(Self { rule, reports })
    }
}

fn revoke_many(
    context: &NativeCallContext<'_>,
    run: &Run,
    targets: Vec<Target>,
    whose: Whose,
    how: &How,
) -> Result<Dynamic, Thrown> {
    let (as_admin, rule, origin) = (whose == Whose::Anybodys, how.rule, origin(context));
    let unseen = run.unseen_values();
    let named = |id: &String| targets.iter().any(|target| target.token_id == *id);
    let ids: Vec<String> = unseen.into_iter().filter(named).collect();
    let report = run
        .call(move |client: &Client| bulk::revoke_many(client, targets, as_admin, rule, &origin))?;
    let missed: HashSet<&str> = report.missed().collect();
    ids.iter().filter(|id| !missed.contains(id.as_str())).for_each(|id| run.forget_value(id));
    drop(missed);
    if how.reports {
        return Ok(Dynamic::from_map(report_map(&report)));
    }
    let report = report.check().map_err(|error| run.throw(error))?;
    Ok(Dynamic::from_map(counts(&report)))
}

fn counts(report: &Revocations) -> Map {
    let count = |count: usize| Dynamic::from(i64::try_from(count).unwrap_or(i64::MAX));
    Map::from([
        ("revoked".into(), count(report.revoked)),
        ("already_gone".into(), count(report.already_gone)),
    ])
}

/// Returns a report as `err.report` shows it.
pub fn report_map(report: &Revocations) -> Map {
    let failed = |(token_id, error): &(String, Error)| {
        Dynamic::from_map(Map::from([
            ("token_id".into(), token_id.clone().into()),
            ("error".into(), Dynamic::from(Failure(Arc::new(error.clone())))),
        ]))
    };
    let mut map = counts(report);
    map.insert("failures".into(), report.failures.iter().map(failed).collect::<Array>().into());
    let untried = report.untried.iter().map(|id| Dynamic::from(id.clone())).collect::<Array>();
    map.insert("untried".into(), untried.into());
    map
}

/// Asks the person at the terminal, if there is one and the workspace is real.
fn confirm(context: &NativeCallContext<'_>, run: &Run, targets: &[Target]) -> Result<(), Thrown> {
    let gate = run.session().gate();
    if targets.is_empty() || !gate.asks() || !run.call(tokens::needs_consent)? {
        return Ok(());
    }
    let workspace = run.session().workspace().map_err(|error| run.throw(error))?;
    let tokens: Vec<_> =
        targets.iter().map(|target| (target.token_id.clone(), target.comment.clone())).collect();
    gate.confirm(&tokens, workspace.place(), &origin(context)).map_err(|error| run.throw(error))
}

fn revoke_one(
    context: &NativeCallContext<'_>,
    run: &Run,
    target: &Target,
    whose: Whose,
    rule: OwnRule,
) -> Result<bool, Thrown> {
    let (asked, origin) = (target.clone(), origin(context));
    let revoked = run.call(move |client: &Client| match whose {
        Whose::Own => tokens::revoke(client, &asked, rule, &origin),
        Whose::Anybodys => admin::revoke(client, &asked, rule, &origin),
    })?;
    run.forget_value(&target.token_id);
    Ok(!matches!(revoked, Revoked::AlreadyGone))
}

fn target(value: &Dynamic) -> Result<Target, Thrown> {
    if let Some(token) = value.read_lock::<Token>() {
        return Ok(Target::of(&token));
    }
    if let Some(minted) = value.read_lock::<Minted>() {
        return Ok(Target::of(minted.token()));
    }
    match value.clone().into_immutable_string() {
        Ok(id) if !id.trim().is_empty() => Ok(Target { token_id: id.into(), comment: None }),
        Ok(_) => Err(mistake("a token's id is empty")),
        Err(_) => Err(mistake(format!("a token or its id is wanted, not {}", type_word(value)))),
    }
}
