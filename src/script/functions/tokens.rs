//! `tokens_create`, `tokens_list`, `tokens_revoke`: the Token API for scripts, over `api::tokens`.

use std::sync::Arc;

use rhai::plugin::*;
use rhai::{Array, Map};

use super::keys;
use super::revoke::{Whose, revoke};
use super::secrets::Value;
use crate::api::tokens::{self, Created, NewToken};
use crate::api::{Client, admin};
use crate::clock::{Duration, Time};
use crate::script::convert::type_word;
use crate::script::failure::{Thrown, mistake};
use crate::script::run::{Run, origin};
use crate::secret::{REDACTED, Secret};
use crate::token::Token;

/// A token lives 90 days if nobody says otherwise, as with the retired Tokens CLI.
const USUAL_LIFETIME: Duration = Duration::from_days(90);

/// A token just created: its record, and its value, which is shown once.
#[derive(Clone, Debug)]
pub struct Minted {
    token: Token,
    value: Option<Secret>,
}

impl Minted {
    /// Returns the record.
    pub fn token(&self) -> &Token {
        &self.token
    }

    /// Returns it as JSON; the value stays hidden.
    pub fn to_json(&self) -> serde_json::Value {
        let info: serde_json::Value = serde_json::from_str(self.token.raw()).unwrap_or_default();
        serde_json::json!({ "token_value": REDACTED, "token_info": info })
    }
}

/// Builds the topic.
pub fn module() -> Module {
    rhai::exported_module!(api)
}

#[export_module]
mod api {
    /// Returns the tokens of the signed-in user, those expired within the last day included where the workspace still
    /// lists them.
    ///
    /// Throws what the workspace answers, as `err.code`, `err.status`, `err.message` and `err.request_id`.
    ///
    /// ```rhai
    /// for t in tokens_list().filter(|t| t.expires_in < days(30)) {
    ///     print(`${t.comment} expires ${t.expires}`);
    /// }
    /// ```
    #[rhai_fn(return_raw, volatile)]
    pub fn tokens_list(context: NativeCallContext) -> Result<Array, Box<EvalAltResult>> {
        let run = Run::of(&context)?;
        let listing = run.call(tokens::list)?;
        Ok(listing.tokens.into_iter().map(Dynamic::from).collect())
    }

    /// Creates a token and returns it, with its `token_value` (a secret, to be had only now), `token_info` and `token_id`.
    /// The map has its `comment`, its `lifetime` or `lifetime_seconds` (90 days if neither is given) and its `scopes`
    /// (everything if none are given); other keys throw.
    ///
    /// In a dry run it returns a placeholder with the id `dry-run-1`. Throws if the workspace refuses (`QUOTA_EXCEEDED`,
    /// a lifetime above its maximum), or with `OUTCOME_UNKNOWN` if the answer was lost. A value that reaches no one by the
    /// end of the run fails the run, naming the token.
    ///
    /// ```rhai
    /// let made = tokens_create(#{ comment: "ci deploy", lifetime: days(30) });
    /// print(`made ${made.token_id.len()} letters of id, value ${made.token_value}`);
    /// tokens_revoke(made.token_id);
    /// ```
    #[rhai_fn(return_raw, volatile)]
    pub fn tokens_create(
        context: NativeCallContext,
        options: Map,
    ) -> Result<Minted, Box<EvalAltResult>> {
        let new = read_options(&context, &options)?;
        create(&context, new, None)
    }

    /// Creates a token with a comment and a lifetime: a duration, or a text such as `"90d"`. Throws as above.
    ///
    /// ```rhai
    /// let made = tokens_create("nightly job", days(7));
    /// print(made.token_info.lifetime);
    /// tokens_revoke(made.token_id);
    /// ```
    #[rhai_fn(name = "tokens_create", return_raw, volatile)]
    pub fn tokens_create_for(
        context: NativeCallContext,
        comment: ImmutableString,
        lifetime: Dynamic,
    ) -> Result<Minted, Box<EvalAltResult>> {
        let new =
            NewToken { comment: comment.into(), lifetime: read_lifetime(&lifetime)?, scopes: None };
        create(&context, new, None)
    }

    /// Revokes a token, given as a token or its id: true if it was there, false if it was gone already. An array is
    /// revoked many at a time, as many as `--jobs` and the workspace allow, and gives a map of `revoked` and
    /// `already_gone`.
    ///
    /// The credential in use is refused, and ends the run (exit 5), unless `#{ allow_own: true }` says it is meant; in an
    /// array it is left alone with a warning, or else comes last. In a dry run nothing is revoked and the answer is true.
    /// Throws what the workspace answers; of an array that was not revoked whole `PARTIAL`, with `err.report`, after the
    /// rest is done.
    ///
    /// ```rhai
    /// for t in tokens_list().filter(|t| t.is_expired) {
    ///     tokens_revoke(t);
    /// }
    /// ```
    #[rhai_fn(return_raw, volatile)]
    pub fn tokens_revoke(
        context: NativeCallContext,
        token: Dynamic,
    ) -> Result<Dynamic, Box<EvalAltResult>> {
        revoke(&context, &token, Whose::Own, &Map::new())
    }

    /// Revokes as above, with a map of options: `allow_own`, and for an array `on_error: "report"`, which returns the
    /// report instead of throwing it. Throws for other keys.
    ///
    /// ```rhai
    /// let old = tokens_list().filter(|t| t.age > days(700) && !t.is_own);
    /// for failure in tokens_revoke(old, #{ on_error: "report" }).failures {
    ///     log_warn(`${failure.token_id}: ${failure.error.message}`);
    /// }
    /// ```
    #[rhai_fn(name = "tokens_revoke", return_raw, volatile)]
    pub fn tokens_revoke_with(
        context: NativeCallContext,
        token: Dynamic,
        options: Map,
    ) -> Result<Dynamic, Box<EvalAltResult>> {
        revoke(&context, &token, Whose::Own, &options)
    }

    /// Returns the new token's id.
    ///
    /// ```rhai
    /// let made = tokens_create("nightly job", days(7));
    /// tokens_revoke(made.token_id);
    /// ```
    #[rhai_fn(get = "token_id", pure)]
    pub fn minted_id(minted: &mut Minted) -> ImmutableString {
        minted.token.token_id().into()
    }

    /// Returns the new token's record.
    ///
    /// ```rhai
    /// let made = tokens_create("nightly job", days(7));
    /// print(made.token_info.expires);
    /// tokens_revoke(made);
    /// ```
    #[rhai_fn(get = "token_info", pure)]
    pub fn minted_info(minted: &mut Minted) -> Token {
        minted.token.clone()
    }

    /// Returns the new token's value, a secret; in a dry run there is none to be revealed.
    ///
    /// ```rhai
    /// let made = tokens_create("nightly job", days(7));
    /// print(made.token_value);
    /// tokens_revoke(made);
    /// ```
    #[rhai_fn(get = "token_value", pure)]
    pub fn minted_value(minted: &mut Minted) -> Value {
        Value::of_token(minted.token.token_id(), minted.value.clone())
    }

    #[rhai_fn(name = "to_string", name = "to_debug", pure)]
    pub fn minted_text(minted: &mut Minted) -> ImmutableString {
        format!("new token {} (value {REDACTED})", minted.token.token_id()).into()
    }
}

/// Creates a token of the caller, or of a service principal.
pub(super) fn create(
    context: &NativeCallContext<'_>,
    new: NewToken,
    owner: Option<String>,
) -> Result<Minted, Thrown> {
    let (run, origin) = (Run::of(context)?, origin(context));
    let asked = new.clone();
    let call = move |client: &Client| match owner {
        Some(owner) => admin::create(client, &owner, &asked, &origin),
        None => tokens::create(client, &asked, &origin),
    };
    match run.call(call)? {
        Created::Made(made) => {
            run.remember_value(made.token.token_id());
            Ok(Minted { token: made.token, value: Some(made.value) })
        }
        Created::Dry(number) => Ok(Minted { token: placeholder(&run, &new, number)?, value: None }),
    }
}

/// Makes up the record that a dry run answers with.
fn placeholder(run: &Run, new: &NewToken, number: usize) -> Result<Token, Thrown> {
    let now: Time = run.session().clock().now();
    let record = serde_json::json!({
        "token_id": format!("dry-run-{number}"),
        "creation_time": now.ms(),
        "expiry_time": now.plus(new.lifetime).ms(),
        "comment": new.comment,
    });
    Token::read(&Arc::new(record.to_string()), now).map_err(|error| mistake(error.to_string()))
}

/// Reads what a new token is to be like.
pub(super) fn read_options(
    context: &NativeCallContext<'_>,
    options: &Map,
) -> Result<NewToken, Thrown> {
    keys::refuse_unknown(context.fn_name(), options)?;
    let comment = options.get("comment").cloned().unwrap_or_default();
    let comment = comment.into_immutable_string().map_err(|_| {
        mistake("a new token needs a `comment`: without one nobody will know what it was for")
    })?;
    let lifetime = match (options.get("lifetime"), options.get("lifetime_seconds")) {
        (Some(_), Some(_)) => {
            return Err(mistake("`lifetime` and `lifetime_seconds` say the same thing twice"));
        }
        (Some(lifetime), None) => read_lifetime(lifetime)?,
        (None, Some(seconds)) => {
            let seconds =
                seconds.as_int().map_err(|_| mistake("`lifetime_seconds` is a whole number"))?;
            Duration::from_seconds(seconds)
        }
        (None, None) => USUAL_LIFETIME,
    };
    let scopes = options.get("scopes").map(read_scopes).transpose()?;
    Ok(NewToken { comment: comment.into(), lifetime, scopes })
}

fn read_lifetime(value: &Dynamic) -> Result<Duration, Thrown> {
    if let Some(length) = value.clone().try_cast::<Duration>() {
        return Ok(length);
    }
    match value.clone().into_immutable_string() {
        Ok(text) => Duration::parse(&text).map_err(|error| mistake(error.to_string())),
        Err(_) => Err(mistake(format!(
            "a lifetime is a duration such as `days(90)`, not {}",
            type_word(value)
        ))),
    }
}

fn read_scopes(value: &Dynamic) -> Result<Vec<String>, Thrown> {
    let wrong = || mistake("`scopes` is an array of texts");
    let items = value.clone().into_typed_array::<ImmutableString>().map_err(|_| wrong())?;
    Ok(items.into_iter().map(Into::into).collect())
}
