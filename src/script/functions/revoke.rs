//! What `tokens_revoke` and `admin_tokens_revoke` have in common: what they take, who is asked, and what they give back.

use rhai::{Array, Dynamic, Map, NativeCallContext};

use super::keys;
use super::tokens::Minted;
use crate::api::tokens::{self, OwnRule, Revoked, Target};
use crate::api::{Client, admin};
use crate::script::convert::type_word;
use crate::script::failure::{Thrown, mistake};
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
    keys::refuse_unknown(context.fn_name(), options)?;
    let rule = match options.get("allow_own").map(Dynamic::as_bool) {
        None | Some(Ok(false)) => OwnRule::Refuse,
        Some(Ok(true)) => OwnRule::Allow,
        Some(Err(_)) => return Err(mistake("`allow_own` is true or false")),
    };
    let run = Run::of(context)?;
    let Some(items) = value.read_lock::<Array>() else {
        let target = target(value)?;
        confirm(context, &run, std::slice::from_ref(&target))?;
        return Ok(revoke_one(context, &run, &target, whose, rule)?.into());
    };
    let targets = items.iter().map(target).collect::<Result<Vec<_>, _>>()?;
    confirm(context, &run, &targets)?;
    let (mut revoked, mut already_gone) = (0_i64, 0_i64);
    for target in &targets {
        if revoke_one(context, &run, target, whose, rule)? {
            revoked += 1;
        } else {
            already_gone += 1;
        }
    }
    let counts = [("revoked".into(), revoked.into()), ("already_gone".into(), already_gone.into())];
    Ok(Dynamic::from_map(Map::from(counts)))
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
