//! A snapshot of the environment, taken once; an empty variable counts as not set.

use std::collections::HashMap;

/// The environment's variables.
#[derive(Clone, Default)]
pub struct Environment(HashMap<String, String>);

impl Environment {
    /// Takes the process's variables; those that are not UTF-8 are none of ours.
    pub fn snapshot() -> Self {
        let text = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        Self(text.collect())
    }

    /// Returns a variable's value.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Returns the variables that say who and where a program is, in order.
    pub fn plain(&self) -> Vec<(String, String)> {
        const NAMES: [&str; 5] = ["HOME", "LANG", "PATH", "TMPDIR", "USER"];
        const PREFIXES: [&str; 2] = ["LC_", "XDG_"];
        let is_plain = |name: &str| {
            NAMES.contains(&name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        };
        let mut plain: Vec<_> = self.0.iter().filter(|(name, _)| is_plain(name)).collect();
        plain.sort();
        plain.into_iter().map(|(name, value)| (name.clone(), value.clone())).collect()
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Environment {
    fn from(variables: [(&str, &str); N]) -> Self {
        Self(variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into())
    }
}
