//! "Did you mean": the nearest of the names that exist, and the refusal of those that do not.

use rhai::Map;

use super::failure::{Thrown, mistake};

/// Returns the name most like `word`, if one is near enough to have been meant.
pub fn closest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let nearest = names
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(word, name), name))
        .min_by_key(|(distance, _)| *distance);
    nearest
        .filter(|(distance, name)| *distance <= 1 + name.len().min(word.len()) / 4)
        .map(|(_, name)| name)
}

/// Refuses a map of options with a key that `function` does not know: a mistyped option must not be ignored.
pub fn refuse_unknown_keys(function: &str, options: &Map, known: &[&str]) -> Result<(), Thrown> {
    let Some(key) = options.keys().find(|key| !known.contains(&key.as_str())) else {
        return Ok(());
    };
    let hint = match closest(key, known.iter().copied()) {
        Some(close) => format!("did you mean `{close}`?"),
        None => format!("there are: {}", known.join(", ")),
    };
    Err(mistake(format!("`{function}` has no option `{key}`; {hint}")))
}
