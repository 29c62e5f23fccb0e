//! The keys of each function's map of options, for the refusal of others at run time and before.

use std::ops::Deref;

use rhai::Map;

use crate::script::failure::{Thrown, mistake};
use crate::script::names::closest;

/// The functions that take a map of options, and its keys.
const KEYS: &[(&str, &[&str])] = &[
    (
        "admin_tokens_create",
        &["application_id", "comment", "lifetime", "lifetime_seconds", "scopes"],
    ),
    ("admin_tokens_list", &["created_by_id", "created_by_username"]),
    ("admin_tokens_revoke", &["allow_own", "on_error"]),
    ("http_get", &["headers"]),
    ("http_post", &["headers"]),
    ("run_command", &["stdin", "timeout"]),
    ("tokens_create", &["comment", "lifetime", "lifetime_seconds", "scopes"]),
    ("to_command", &["check", "read", "timeout", "unverified"]),
    ("to_file", &["format", "key"]),
    ("to_secret", &["profile", "unverified"]),
    (
        "tokens_rotate",
        &[
            "slot",
            "token_id",
            "comment",
            "sinks",
            "lifetime",
            "older_than",
            "expires_within",
            "force",
            "grace",
            "scopes",
            "adopt",
            "forget",
            "on_behalf_of",
            "verify",
            "on_published",
            "before_revoke",
        ],
    ),
    ("tokens_revoke", &["allow_own", "on_error"]),
];

/// Returns the keys of a function's map of options; none if it takes no such map.
pub fn keys_of(function: &str) -> Option<&'static [&'static str]> {
    KEYS.iter().find(|(name, _)| *name == function).map(|(_, keys)| *keys)
}

/// Returns whether a map at this place of a call, its receiver counted, is one of options: what is sent is none.
pub fn takes_options_at(function: &str, place: usize) -> bool {
    keys_of(function).is_some() && (function, place) != ("http_post", 1)
}

/// Returns what is wrong with a key and what may be meant, unless `function` knows it.
pub fn find_unknown<'k>(
    function: &str,
    keys: impl IntoIterator<Item = &'k str>,
) -> Option<(&'k str, String)> {
    let known = keys_of(function)?;
    let key = keys.into_iter().find(|key| !known.contains(key))?;
    let hint = match closest(key, known.iter().copied()) {
        Some(close) => format!("did you mean `{close}`?"),
        None => format!("there are: {}", known.join(", ")),
    };
    Some((key, hint))
}

/// Refuses a map of options with a key that `function` does not know: a mistyped option must not be ignored.
pub fn refuse_unknown(function: &str, options: &Map) -> Result<(), Thrown> {
    match find_unknown(function, options.keys().map(Deref::deref)) {
        Some((key, hint)) => Err(mistake(format!("`{function}` has no option `{key}`; {hint}"))),
        None => Ok(()),
    }
}
