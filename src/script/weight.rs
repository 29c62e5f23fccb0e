//! How much a value would take as a text, as a table, and in memory: asked where a single step would make something large
//! of something small. All of it is about so much, and what is far too much is not looked through.

use std::collections::HashSet;

use rhai::{Array, Blob, Dynamic, FnPtr, ImmutableString, Map};

use super::failure::Failure;
use super::functions::{Minted, Sink};
use crate::token::Token;

/// How deep arrays and maps can lie in each other and still be written.
const DEEPEST: usize = 10_000;

/// What a short value is as a text.
const SHORT: usize = 24;

/// What a map takes in memory, however little it holds.
const MAP: usize = 512;

/// What each key of a map takes besides its value.
const PAIR: usize = 64;

/// What an array, or anything else that lies elsewhere in memory, takes besides what it holds.
const PLACE: usize = 64;

/// A sum that nobody goes on with once it is too large.
struct Sum {
    sum: usize,
    most: usize,
}

impl Sum {
    fn new(most: usize) -> Self {
        Self { sum: 0, most }
    }

    /// Adds; returns whether there is any sense in going on.
    fn add(&mut self, more: usize) -> bool {
        self.sum = self.sum.saturating_add(more);
        self.sum <= self.most
    }

    fn add_text(&mut self, value: &Dynamic, depth: usize) -> bool {
        if depth > DEEPEST {
            return self.add(usize::MAX);
        }
        if let Some(items) = value.read_lock::<Array>() {
            return self.add(2)
                && items.iter().all(|item| self.add(2) && self.add_text(item, depth + 1));
        }
        if let Some(map) = value.read_lock::<Map>() {
            return self.add(3)
                && map
                    .iter()
                    .all(|(key, item)| self.add(key.len() + 4) && self.add_text(item, depth + 1));
        }
        self.add(length(value))
    }

    fn add_memory(&mut self, value: &Dynamic, depth: usize) -> bool {
        if depth > DEEPEST {
            return self.add(usize::MAX);
        }
        let all = |sum: &mut Self, items: &[Dynamic]| {
            sum.add(PLACE) && items.iter().all(|item| sum.add_memory(item, depth + 1))
        };
        if !self.add(size_of::<Dynamic>()) {
            return false;
        }
        if let Some(items) = value.read_lock::<Array>() {
            return all(self, &items);
        }
        if let Some(function) = value.read_lock::<FnPtr>() {
            return self.add(PLACE) && all(self, function.curry());
        }
        if let Some(map) = value.read_lock::<Map>() {
            return self.add(MAP)
                && map.values().all(|item| self.add(PAIR) && self.add_memory(item, depth + 1));
        }
        self.add(value.read_lock::<Blob>().map_or(0, |blob| PLACE + blob.len()))
    }
}

/// Returns how long a text is where it is shown with its control characters written out, `\u{1f}`.
pub fn escaped(text: &str) -> usize {
    let controls = text.bytes().filter(u8::is_ascii_control).count();
    text.len().saturating_add(controls.saturating_mul(5))
}

/// Returns how long the text of a value without others in it is.
fn length(value: &Dynamic) -> usize {
    if let Some(text) = value.read_lock::<ImmutableString>() {
        return escaped(&text);
    }
    if let Some(token) = value.read_lock::<Token>() {
        return token.raw().len();
    }
    if let Some(minted) = value.read_lock::<Minted>() {
        return 2 * SHORT + minted.token().raw().len();
    }
    if let Some(failure) = value.read_lock::<Failure>() {
        return failure.0.to_string().len();
    }
    if let Some(sink) = value.read_lock::<Sink>() {
        return sink.text().len();
    }
    value.read_lock::<Blob>().map_or(SHORT, |blob| blob.len().saturating_mul(4))
}

/// Returns about how long the text of a value is, if not longer than `most`; what is in several places counts in each.
pub fn of_text(value: &Dynamic, most: usize) -> usize {
    let mut sum = Sum::new(most);
    sum.add_text(value, 0);
    sum.sum
}

/// Returns about how long the text of an array is, if not longer than `most`.
pub fn of_texts(items: &[Dynamic], most: usize) -> usize {
    let mut sum = Sum::new(most);
    let _ = items.iter().all(|item| sum.add(2) && sum.add_text(item, 1));
    sum.sum
}

/// Returns about how long the text of a map is, if not longer than `most`.
pub fn of_pairs(map: &Map, most: usize) -> usize {
    let mut sum = Sum::new(most);
    let _ = map.iter().all(|(key, item)| sum.add(key.len() + 4) && sum.add_text(item, 1));
    sum.sum
}

/// Returns about how many bytes a copy of a value takes, if not more than `most`; a text is shared, not copied.
pub fn of_copy(value: &Dynamic, most: usize) -> usize {
    let mut sum = Sum::new(most);
    sum.add_memory(value, 0);
    sum.sum
}

/// Returns how many cells a table of these rows has, with a column for each key if none are picked.
pub fn of_table(items: &[Dynamic], columns: Option<&[String]>) -> usize {
    let width = columns.map_or_else(
        || {
            let mut keys: HashSet<String> = HashSet::new();
            for item in items {
                if let Some(map) = item.read_lock::<Map>() {
                    keys.extend(map.keys().map(ToString::to_string));
                }
            }
            keys.len().max(1)
        },
        <[String]>::len,
    );
    items.len().saturating_mul(width)
}

/// Returns about how many bytes the values of a JSON text take.
pub fn of_json(text: &str) -> usize {
    let weight = |byte: u8| match byte {
        b'{' => MAP + PAIR,
        b'[' => PLACE,
        b',' => size_of::<Dynamic>(),
        b':' => PAIR,
        _ => 0,
    };
    text.bytes().map(weight).fold(text.len(), usize::saturating_add)
}
