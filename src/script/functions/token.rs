//! What a script reads off a token: the API's own fields, and what follows from them.

use rhai::Module;
use rhai::plugin::*;

use crate::clock::{Duration, Time};
use crate::script::failure::mistake;
use crate::script::names;
use crate::token::Token;

/// What a token always has.
const PROPERTIES: [&str; 14] = [
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
    #[rhai_fn(get = "token_id", pure)]
    pub fn token_id(token: &mut Token) -> ImmutableString {
        token.token_id().into()
    }

    /// Returns the comment; the empty text if there is none.
    #[rhai_fn(get = "comment", pure)]
    pub fn comment(token: &mut Token) -> ImmutableString {
        token.comment().into()
    }

    /// Returns the creation as the API has it, in milliseconds since 1970; see `created`.
    #[rhai_fn(get = "creation_time", pure)]
    pub fn creation_time(token: &mut Token) -> i64 {
        token.creation_time()
    }

    /// Returns the expiry as the API has it, in milliseconds since 1970, or -1 for never; see `expires`.
    #[rhai_fn(get = "expiry_time", pure)]
    pub fn expiry_time(token: &mut Token) -> i64 {
        token.expiry_time()
    }

    /// Returns the scopes, an empty array where the workspace does not report them.
    #[rhai_fn(get = "scopes", pure)]
    pub fn scopes(token: &mut Token) -> rhai::Array {
        token.scopes().iter().map(|scope| scope.clone().into()).collect()
    }

    /// Returns when the token was created.
    #[rhai_fn(get = "created", pure)]
    pub fn created(token: &mut Token) -> Time {
        token.created()
    }

    /// Returns when the token expires; for one that never does the time `never()`, later than every other.
    #[rhai_fn(get = "expires", pure)]
    pub fn expires(token: &mut Token) -> Time {
        token.expires()
    }

    /// Returns how old the token was when it was listed, by the workspace's clock.
    #[rhai_fn(get = "age", pure)]
    pub fn age(token: &mut Token) -> Duration {
        token.age()
    }

    /// Returns how long the token had left when it was listed; below zero if it had expired, `forever()` if it never
    /// does.
    #[rhai_fn(get = "expires_in", pure)]
    pub fn expires_in(token: &mut Token) -> Duration {
        token.expires_in()
    }

    /// Returns the length of life given at birth; `forever()` if it never expires.
    #[rhai_fn(get = "lifetime", pure)]
    pub fn lifetime(token: &mut Token) -> Duration {
        token.lifetime()
    }

    /// Returns whether the token had expired when it was listed, by the workspace's clock.
    #[rhai_fn(get = "is_expired", pure)]
    pub fn is_expired(token: &mut Token) -> bool {
        token.is_expired()
    }

    /// Returns whether this is the token that the run signs in with.
    #[rhai_fn(get = "is_own", pure)]
    pub fn is_own(token: &mut Token) -> bool {
        token.is_own()
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
