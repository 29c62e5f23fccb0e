//! Values in a function's map of options: texts, flags, lengths of time, and lists of words.

use rhai::{Dynamic, ImmutableString, Map};

use crate::clock::Duration;
use crate::script::convert::type_word;
use crate::script::failure::{Thrown, mistake};

/// Returns the text under a key, if there is one.
pub fn text(options: &Map, key: &str) -> Result<Option<String>, Thrown> {
    let Some(value) = options.get(key).filter(|value| !value.is_unit()) else { return Ok(None) };
    match value.clone().into_immutable_string() {
        Ok(text) => Ok(Some(text.into())),
        Err(_) => Err(mistake(format!("`{key}` is a text, not {}", type_word(value)))),
    }
}

/// Returns the flag under a key; false if there is none.
pub fn flag(options: &Map, key: &str) -> Result<bool, Thrown> {
    let Some(value) = options.get(key) else { return Ok(false) };
    value
        .as_bool()
        .map_err(|_| mistake(format!("`{key}` is true or false, not {}", type_word(value))))
}

/// Returns the length of time under a key, if there is one: a duration, or a text such as `"90d"`.
pub fn length(options: &Map, key: &str) -> Result<Option<Duration>, Thrown> {
    let Some(value) = options.get(key).filter(|value| !value.is_unit()) else { return Ok(None) };
    if let Some(length) = value.clone().try_cast::<Duration>() {
        return Ok(Some(length));
    }
    match value.clone().into_immutable_string() {
        Ok(text) => Duration::parse(&text).map(Some).map_err(|error| mistake(error.to_string())),
        Err(_) => Err(mistake(format!(
            "`{key}` is a length of time such as `days(90)`, not {}",
            type_word(value)
        ))),
    }
}

/// Returns an array of texts.
pub fn texts(value: &Dynamic, what: &str) -> Result<Vec<String>, Thrown> {
    let wrong = || mistake(format!("`{what}` is an array of texts"));
    let items = value.clone().into_typed_array::<ImmutableString>().map_err(|_| wrong())?;
    Ok(items.into_iter().map(Into::into).collect())
}
