//! Tokens as rows: which columns they have, and how each form shows them.

use std::collections::HashSet;

use serde_json::Value;

use super::json::indent;
use super::table::Table;
use crate::clock::Time;
use crate::token::Token;

/// Ids are shown at least this long; a unique prefix of 8 is accepted wherever an id is.
const SHORTEST_ID: usize = 12;

/// So many rows are tried to see whether a table fits.
const SAMPLE: usize = 100;

/// The columns that every token has, besides the fields of its JSON.
pub const KNOWN: [&str; 12] = [
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
];

/// The columns of a table when none are picked.
const USUAL: [&str; 4] = ["token_id", "comment", "created", "expires"];

/// The columns that tokens of the Token Management API have besides.
pub const MANAGED: [&str; 6] = [
    "owner_id",
    "created_by_id",
    "created_by_username",
    "last_used_day",
    "is_use_known",
    "unused_for",
];

/// The columns of a table of such tokens when none are picked.
const USUAL_MANAGED: [&str; 6] =
    ["token_id", "comment", "created_by_username", "created", "expires", "last_used_day"];

/// A column of a list of tokens, by the name a script knows it by.
#[derive(Clone, Debug)]
pub struct Column(String);

impl Column {
    /// Names a column.
    pub fn new(name: &str) -> Self {
        Self(name.to_owned())
    }

    /// Returns the columns shown when none are picked.
    pub fn usual() -> Vec<Self> {
        USUAL.map(Self::new).to_vec()
    }

    /// Returns the columns shown of tokens of the Token Management API when none are picked.
    pub fn managed() -> Vec<Self> {
        USUAL_MANAGED.map(Self::new).to_vec()
    }

    /// Returns the name.
    pub fn name(&self) -> &str {
        &self.0
    }

    /// Returns the value for a machine: the API's own, or the computed one as text; nothing if there is none.
    pub fn value(&self, token: &Token) -> Value {
        match self.0.as_str() {
            "token_id" => token.token_id().into(),
            "comment" => token.comment().into(),
            "creation_time" => token.creation_time().into(),
            "expiry_time" => token.expiry_time().into(),
            "scopes" => token.scopes().into(),
            "created" => token.created().to_string().into(),
            "expires" => token.expires().to_string().into(),
            "age" => token.age().to_string().into(),
            "expires_in" => token.expires_in().to_string().into(),
            "lifetime" => token.lifetime().to_string().into(),
            "is_expired" => token.is_expired().into(),
            "is_own" => token.is_own().into(),
            "is_use_known" if token.is_managed() => token.last_used_day().is_some().into(),
            "unused_for" if token.is_managed() => token.unused_for().to_string().into(),
            other => token.field(other).unwrap_or(Value::Null),
        }
    }

    /// Returns the value for a person; instants as `write` does.
    fn text(&self, token: &Token, write: fn(Time) -> String) -> String {
        match self.0.as_str() {
            "created" => {
                let age = token.age().to_string();
                format!("{} ({} ago)", write(token.created()), largest_unit(&age))
            }
            "expires" if token.expires().is_never() => "never".to_owned(),
            "expires" if token.is_expired() => format!("{} (expired)", write(token.expires())),
            "expires" => {
                let left = token.expires_in().to_string();
                format!("{} (in {})", write(token.expires()), largest_unit(&left))
            }
            "last_used_day" => {
                let day = token.last_used_day().map(Time::short);
                day.as_deref().and_then(|day| day.split(' ').next()).unwrap_or("unknown").to_owned()
            }
            _ => plain(&self.value(token)),
        }
    }
}

/// Returns `value` as text without JSON's quotes; nothing for null.
pub fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

fn largest_unit(duration: &str) -> &str {
    duration.split(' ').next().unwrap_or(duration)
}

/// Returns `tokens` as a table of whole values, for machines.
pub fn token_table(tokens: &[Token], columns: &[Column]) -> Table {
    table(tokens, columns, |column, token| plain(&column.value(token)))
}

/// Returns `tokens` as a table for a person, with short ids; in fewer than `width` columns if need be, by the day alone.
pub fn readable_table(tokens: &[Token], columns: &[Column], width: Option<u16>) -> Table {
    let id_length = unique_length(tokens);
    let draw = |tokens: &[Token], write: fn(Time) -> String| {
        table(tokens, columns, |column, token| match column.name() {
            "token_id" => token.token_id().chars().take(id_length).collect(),
            _ => column.text(token, write),
        })
    };
    // Whether there is room shows in the first rows.
    let sample = &tokens[..tokens.len().min(SAMPLE)];
    let is_narrow = width.is_some() && draw(sample, Time::short).is_folded(width);
    draw(tokens, if is_narrow { Time::day } else { Time::short })
}

fn table(tokens: &[Token], columns: &[Column], cell: impl Fn(&Column, &Token) -> String) -> Table {
    let mut table = Table::new(columns.iter().map(Column::name));
    let row = |token| columns.iter().map(|column| cell(column, token)).collect();
    table.rows = tokens.iter().map(row).collect();
    table
}

/// Returns how many letters tell all ids apart.
fn unique_length(tokens: &[Token]) -> usize {
    let longest = tokens.iter().map(|token| token.token_id().len()).max().unwrap_or(0);
    let is_unique = |length: &usize| {
        let mut seen = HashSet::with_capacity(tokens.len());
        tokens
            .iter()
            .all(|token| seen.insert(token.token_id().get(..*length).unwrap_or(token.token_id())))
    };
    (SHORTEST_ID..longest).step_by(4).find(is_unique).unwrap_or(longest)
}

/// Returns `tokens` as indented JSON: the server's own objects, in a list under `key` or bare.
pub fn tokens_json(tokens: &[Token], key: Option<&str>) -> String {
    let list = tokens.iter().map(Token::raw).collect::<Vec<_>>().join(",");
    indent(&match key {
        Some(key) => format!("{{\"{key}\":[{list}]}}"),
        None => format!("[{list}]"),
    })
}
