//! The result of an input in the form in which it is best looked at; how it is drawn is the REPL's.

use rhai::{Array, Dynamic};

use super::Interactive;
use crate::output::{Table, indent};
use crate::script::{convert, pretty};
use crate::token::Token;

/// A result to be looked at.
pub enum Shown {
    /// Tokens.
    Tokens(Vec<Token>),
    /// Maps, as rows.
    Rows(Table),
    /// Any other value as text, and how many elements are left out of it.
    Text(String, usize),
}

impl Interactive {
    /// Returns the last result as one looks at it: within `width` columns, `most` elements of an array that is no table.
    pub fn shown(&self, width: usize, most: usize) -> Option<Shown> {
        let value = self.result()?;
        let one = std::slice::from_ref(value);
        let lock = value.read_lock::<Array>();
        let items = lock.as_deref().map_or(one, Vec::as_slice);
        if let Some(tokens) = tokens(items) {
            return Some(Shown::Tokens(tokens));
        }
        if value.is_array() && !items.is_empty() && items.iter().all(Dynamic::is_map) {
            return Some(Shown::Rows(convert::rows(items, None)));
        }
        let (text, left_out) = pretty::pretty(&self.engine, value, width, most);
        Some(Shown::Text(text, left_out))
    }

    /// Returns the last result as JSON.
    pub fn json(&self) -> Option<String> {
        Some(indent(&convert::to_json(self.result()?).to_string()))
    }
}

fn tokens(items: &[Dynamic]) -> Option<Vec<Token>> {
    let tokens: Option<Vec<Token>> = items.iter().map(|item| item.clone().try_cast()).collect();
    tokens.filter(|tokens| !tokens.is_empty())
}
