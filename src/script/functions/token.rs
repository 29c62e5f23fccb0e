//! What a script reads off a token: the API's own fields, and what follows from them.

use rhai::Module;
use rhai::plugin::*;

use crate::clock::{Duration, Time};
use crate::script::failure::{Thrown, mistake};
use crate::script::names;
use crate::token::Token;

/// What a token always has.
const PROPERTIES: [&str; 20] = [
    "token_id",
    "comment",
    "creation_time",
    "expiry_time",
    "scopes",
    "created",
    "expires",
    "age",
    "expires_in",
    "lifetime",
    "is_expired",
    "is_own",
    "owner_id",
    "created_by_id",
    "created_by_username",
    "last_used_day",
    "is_use_known",
    "unused_for",
    "has",
    "to_json",
];

/// Builds the topic.
pub fn module() -> Module {
    rhai::exported_module!(api)
}

#[export_module]
mod api {
    /// Returns the token's id: 64 hex digits on a real workspace.
    ///
    /// ```rhai
    /// print(tokens_list()[0].token_id.len());
    /// ```
    #[rhai_fn(get = "token_id", pure)]
    pub fn token_id(token: &mut Token) -> ImmutableString {
        token.token_id().into()
    }

    /// Returns the comment; the empty text if there is none.
    ///
    /// ```rhai
    /// print(tokens_list().filter(|t| t.comment.starts_with("ci-")).len());
    /// ```
    #[rhai_fn(get = "comment", pure)]
    pub fn comment(token: &mut Token) -> ImmutableString {
        token.comment().into()
    }

    /// Returns the creation as the API has it, in milliseconds since 1970; see `created`.
    ///
    /// ```rhai
    /// print(tokens_list()[0].creation_time > 0);
    /// ```
    #[rhai_fn(get = "creation_time", pure)]
    pub fn creation_time(token: &mut Token) -> i64 {
        token.creation_time()
    }

    /// Returns the expiry as the API has it, in milliseconds since 1970, or -1 for never; see `expires`.
    ///
    /// ```rhai
    /// print(tokens_list().count(|t| t.expiry_time == -1));
    /// ```
    #[rhai_fn(get = "expiry_time", pure)]
    pub fn expiry_time(token: &mut Token) -> i64 {
        token.expiry_time()
    }

    /// Returns the scopes, an empty array where the workspace does not report them.
    ///
    /// ```rhai
    /// print(tokens_list().count(|t| t.scopes.is_empty() || "all-apis" in t.scopes));
    /// ```
    #[rhai_fn(get = "scopes", pure)]
    pub fn scopes(token: &mut Token) -> rhai::Array {
        token.scopes().iter().map(|scope| scope.clone().into()).collect()
    }

    /// Returns when the token was created.
    ///
    /// ```rhai
    /// print(tokens_list().count(|t| t.created < now() - days(90)));
    /// ```
    #[rhai_fn(get = "created", pure)]
    pub fn created(token: &mut Token) -> Time {
        token.created()
    }

    /// Returns when the token expires; for one that never does the time `never()`, later than every other.
    ///
    /// ```rhai
    /// print(tokens_list().count(|t| t.expires < now() + days(7)));
    /// ```
    #[rhai_fn(get = "expires", pure)]
    pub fn expires(token: &mut Token) -> Time {
        token.expires()
    }

    /// Returns how old the token was when it was listed, by the workspace's clock.
    ///
    /// ```rhai
    /// print(tokens_list().filter(|t| t.age > days(90)).len());
    /// ```
    #[rhai_fn(get = "age", pure)]
    pub fn age(token: &mut Token) -> Duration {
        token.age()
    }

    /// Returns how long the token had left when it was listed; below zero if it had expired, `forever()` if it never
    /// does.
    ///
    /// ```rhai
    /// print(tokens_list().filter(|t| !t.is_expired && t.expires_in < days(7)).len());
    /// ```
    #[rhai_fn(get = "expires_in", pure)]
    pub fn expires_in(token: &mut Token) -> Duration {
        token.expires_in()
    }

    /// Returns the length of life given at birth; `forever()` if it never expires.
    ///
    /// ```rhai
    /// print(tokens_list().count(|t| t.lifetime > days(90)));
    /// ```
    #[rhai_fn(get = "lifetime", pure)]
    pub fn lifetime(token: &mut Token) -> Duration {
        token.lifetime()
    }

    /// Returns whether the token had expired when it was listed, by the workspace's clock.
    ///
    /// ```rhai
    /// print(tokens_list().count(|t| t.is_expired));
    /// ```
    #[rhai_fn(get = "is_expired", pure)]
    pub fn is_expired(token: &mut Token) -> bool {
        token.is_expired()
    }

    /// Returns whether this is the token that the run signs in with.
    ///
    /// ```rhai
    /// print(tokens_list().find(|t| t.is_own).comment);
    /// ```
    #[rhai_fn(get = "is_own", pure)]
    pub fn is_own(token: &mut Token) -> bool {
        token.is_own()
    }

    /// Returns the number of the user or service principal that the token signs in. Throws for a token that is not from
    /// `admin_tokens_list` or `admin_tokens_get`.
    ///
    /// ```rhai
    /// print(admin_tokens_list().group_by(|t| t.owner_id).len());
    /// ```
    #[rhai_fn(get = "owner_id", pure, return_raw)]
    pub fn owner_id(token: &mut Token) -> Result<i64, Box<EvalAltResult>> {
        token.owner_id().ok_or_else(|| untold(token, "owner_id"))
    }

    /// Returns the number of who made the token. Throws as `owner_id` does.
    ///
    /// ```rhai
    /// for t in admin_tokens_list().filter(|t| t.created_by_id != t.owner_id) { print(t.comment); }
    /// ```
    #[rhai_fn(get = "created_by_id", pure, return_raw)]
    pub fn created_by_id(token: &mut Token) -> Result<i64, Box<EvalAltResult>> {
        token.created_by_id().ok_or_else(|| untold(token, "created_by_id"))
    }

    /// Returns the name of who made the token. Throws as `owner_id` does.
    ///
    /// ```rhai
    /// print(admin_tokens_list().group_by(|t| t.created_by_username).keys());
    /// ```
    #[rhai_fn(get = "created_by_username", pure, return_raw)]
    pub fn created_by_username(token: &mut Token) -> Result<ImmutableString, Box<EvalAltResult>> {
        let name = token.created_by_username();
        name.map(Into::into).ok_or_else(|| untold(token, "created_by_username"))
    }

    /// Returns the beginning of the day on which the token was last used, a time, or `()` if that is not known. Throws as
    /// `owner_id` does.
    ///
    /// ```rhai
    /// for t in admin_tokens_list() { print(`${t.comment}: ${t.last_used_day}`); }
    /// ```
    #[rhai_fn(get = "last_used_day", pure, return_raw)]
    pub fn last_used_day(token: &mut Token) -> Result<Dynamic, Box<EvalAltResult>> {
        insist(token, "last_used_day")?;
        Ok(token.last_used_day().map_or(Dynamic::UNIT, Dynamic::from))
    }

    /// Returns whether it is known when the token was last used: what was never used is not told from what was not
    /// watched. Throws as `owner_id` does.
    ///
    /// ```rhai
    /// print(admin_tokens_list().count(|t| !t.is_use_known));
    /// ```
    #[rhai_fn(get = "is_use_known", pure, return_raw)]
    pub fn is_use_known(token: &mut Token) -> Result<bool, Box<EvalAltResult>> {
        insist(token, "is_use_known")?;
        Ok(token.last_used_day().is_some())
    }

    /// Returns how long the token is known to have gone unused, counted from the end of the day of its last use: zero if
    /// that day is not known, so what is not known never counts as unused. Throws as `owner_id` does.
    ///
    /// ```rhai
    /// print(admin_tokens_list().count(|t| t.unused_for > days(90)));
    /// ```
    #[rhai_fn(get = "unused_for", pure, return_raw)]
    pub fn unused_for(token: &mut Token) -> Result<Duration, Box<EvalAltResult>> {
        insist(token, "unused_for")?;
        Ok(token.unused_for())
    }

    /// Returns a field of the token's JSON by name, also one that this version does not know. Throws if the token does
    /// not have it.
    ///
    /// ```rhai
    /// print(tokens_list()[0]["creation_time"] > 0);
    /// ```
    #[rhai_fn(index_get, return_raw, pure)]
    pub fn field(token: &mut Token, name: &str) -> Result<Dynamic, Box<EvalAltResult>> {
        if let Some(value) = token.field(name) {
            return rhai::serde::to_dynamic(value);
        }
        let hint =
            names::closest(name, PROPERTIES).map(|close| format!("; did you mean `{close}`?"));
        Err(mistake(format!("a token has no field `{name}`{}", hint.unwrap_or_default())))
    }

    /// Returns whether the token's JSON has a field of that name.
    ///
    /// ```rhai
    /// print(tokens_list()[0].has("last_used_day"));
    /// ```
    #[rhai_fn(pure)]
    pub fn has(token: &mut Token, name: &str) -> bool {
        token.field(name).is_some()
    }

    #[rhai_fn(name = "to_string", name = "to_debug", pure)]
    pub fn token_text(token: &mut Token) -> ImmutableString {
        let id: String = token.token_id().chars().take(12).collect();
        format!("token {id} ({})", token.comment()).into()
    }
}

/// Refuses to make up what only an administrator is told.
fn insist(token: &Token, property: &str) -> Result<(), Thrown> {
    if token.is_managed() { Ok(()) } else { Err(untold(token, property)) }
}

fn untold(token: &Token, property: &str) -> Thrown {
    mistake(if token.is_managed() {
        format!("the workspace does not tell the `{property}` of token {}", token.token_id())
    } else {
        format!("only `admin_tokens_list` and `admin_tokens_get` tell a token's `{property}`")
    })
}
