//! "Did you mean": the nearest of the names that exist.

/// Returns the name most like `word`, if one is near enough to have been meant.
pub fn closest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let nearest = names
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(word, name), name))
        .min_by_key(|(distance, _)| *distance);
    nearest
        .filter(|(distance, name)| {
            *distance <= 1 + name.len().min(word.len()) / 4 && *distance < word.len()
        })
        .map(|(_, name)| name)
}
