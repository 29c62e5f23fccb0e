//! Script values as text, JSON and rows, and JSON as script values.

use rhai::{Array, Dynamic, Engine, ImmutableString, Map};
use serde_json::Value;

use super::failure::{Failure, Thrown, mistake};
use super::functions::{Minted, OtherWorkspace, SecretValue, Sink};
use super::names;
use super::weight;
use crate::clock::{Duration, Time};
use crate::error::Error;
use crate::output::{
    Column, Format, MANAGED_COLUMNS, Output, Rows, TOKEN_COLUMNS, Table, plain, readable_table,
    token_table,
};
use crate::secret::REDACTED;
use crate::token::Token;

/// What a cell of a table takes on its way to the output, besides its text.
const CELL: usize = 128;

/// Returns what a script's author calls the type of a value.
pub fn type_word(value: &Dynamic) -> String {
    let word = match value.type_name() {
        "()" => "nothing",
        "bool" => "true or false",
        "i64" | "f64" => return format!("the number {value}"),
        "string" => {
            return format!(
                "the text \"{}\"",
                value.clone().into_immutable_string().unwrap_or_default()
            );
        }
        "array" => "an array",
        "map" => "a map",
        "Fn" => "a function",
        _ if value.is::<Time>() => "a time",
        _ if value.is::<Duration>() => "a length of time",
        _ if value.is::<Token>() => "a token",
        _ if value.is::<Minted>() => "a new token",
        _ if value.is::<SecretValue>() => "a secret",
        _ if value.is::<Sink>() => "a sink",
        _ if value.is::<OtherWorkspace>() => "a workspace",
        _ if value.is::<Failure>() => "an error",
        other => other,
    };
    word.to_owned()
}

/// Returns a value as `debug` shows it.
pub fn debug(engine: &Engine, value: &Dynamic) -> String {
    call_text(engine, "to_debug", value)
}

/// Returns a value as `print` shows it.
pub fn display(engine: &Engine, value: &Dynamic) -> String {
    call_text(engine, "to_string", value)
}

fn call_text(engine: &Engine, function: &str, value: &Dynamic) -> String {
    let text = engine.eval_fn_call::<ImmutableString>(function, None, (value.clone(),));
    text.map_or_else(|_| value.type_name().to_owned(), |text| text.to_string())
}

/// Turns a value into JSON; what JSON has no form for becomes text, a secret stays hidden.
pub fn to_json(value: &Dynamic) -> Value {
    if let Some(items) = value.read_lock::<Array>() {
        return items.iter().map(to_json).collect();
    }
    if let Some(map) = value.read_lock::<Map>() {
        return map.iter().map(|(key, item)| (key.to_string(), to_json(item))).collect();
    }
    if let Some(token) = value.read_lock::<Token>() {
        return serde_json::from_str(token.raw()).unwrap_or(Value::Null);
    }
    if let Some(minted) = value.read_lock::<Minted>() {
        return minted.to_json();
    }
    if let Some(failure) = value.read_lock::<Failure>() {
        return Value::String(failure.0.to_string());
    }
    if value.is::<SecretValue>() {
        return Value::String(REDACTED.to_owned());
    }
    if let Some(time) = value.read_lock::<Time>() {
        return Value::String(time.to_string());
    }
    if let Some(length) = value.read_lock::<Duration>() {
        return Value::String(length.to_string());
    }
    let name = || Value::String(value.type_name().to_owned());
    if value.is_fnptr() {
        return name();
    }
    serde_json::to_value(value).unwrap_or_else(|_| name())
}

/// Refuses a value whose JSON would be about so long, or longer: it could take all memory at once.
pub fn refuse_heavy(value: &Dynamic, most: usize) -> Result<(), Error> {
    if weight::of_text(value, most) <= most {
        return Ok(());
    }
    Err(Error::BadRequest { problem: format!("its JSON would be longer than {} MiB", most >> 20) })
}

/// Turns JSON text into script values that take no more than about so many bytes.
pub fn parse_json(text: &str, most: usize) -> Result<Dynamic, Thrown> {
    if weight::of_json(text) > most {
        return Err(mistake(format!("that JSON would take more than {} MiB", most >> 20)));
    }
    serde_json::from_str(text).map_err(|error| mistake(format!("that is not JSON: {error}")))
}

/// Returns whether a value is what `output` takes: tokens or maps, one or many.
pub fn is_rows(value: &Dynamic) -> bool {
    let is_row = |value: &Dynamic| value.is::<Token>() || value.is_map();
    match value.read_lock::<Array>() {
        Some(items) => !items.is_empty() && items.iter().all(is_row),
        None => is_row(value),
    }
}

/// Writes rows in the form that was asked for, with the picked columns or the usual ones; refuses what would take more than
/// about so many bytes on its way.
pub fn output_rows(
    output: &Output,
    value: &Dynamic,
    columns: Option<&[String]>,
    most: usize,
) -> Result<(), Error> {
    refuse_heavy(value, most)?;
    let one;
    let lock;
    let items: &[Dynamic] = if value.is_array() {
        lock = value.read_lock::<Array>();
        lock.as_deref().map_or(&[], Vec::as_slice)
    } else {
        one = [value.clone()];
        &one
    };
    if let Some(columns) = columns {
        refuse_unknown_columns(items, columns)?;
    }
    let is_table = columns.is_some() || output.format() != Format::Json;
    if is_table && weight::of_table(items, columns).saturating_mul(CELL) > most {
        let problem = "the table has too many rows and columns".to_owned();
        return Err(Error::BadRequest { problem });
    }
    let tokens: Option<Vec<Token>> = items.iter().map(|item| item.clone().try_cast()).collect();
    match tokens {
        Some(tokens) if !tokens.is_empty() => output_tokens(output, &tokens, columns),
        _ if output.format() == Format::Json => output_json(output, value, columns),
        _ => output.rows(Rows::Table(rows(items, columns))),
    }
}

/// Refuses a column that is there twice, or that no row has: a mistyped one would be a column of nothing.
fn refuse_unknown_columns(items: &[Dynamic], columns: &[String]) -> Result<(), Error> {
    let has =
        |item: &Dynamic, column: &str| match (item.read_lock::<Token>(), item.read_lock::<Map>()) {
            (Some(token), _) => {
                TOKEN_COLUMNS.contains(&column)
                    || token.field(column).is_some()
                    || (MANAGED_COLUMNS.contains(&column) && token.is_managed())
            }
            (None, Some(map)) => map.contains_key(column),
            (None, None) => false,
        };
    let is_unknown =
        |column: &&String| !items.is_empty() && !items.iter().any(|item| has(item, column));
    let is_double = |(at, column): &(usize, &String)| columns[..*at].contains(column);
    if let Some((_, double)) = columns.iter().enumerate().find(is_double) {
        return Err(Error::BadRequest { problem: format!("the column `{double}` is named twice") });
    }
    let Some(unknown) = columns.iter().find(is_unknown) else { return Ok(()) };
    let rows: Vec<Value> = items.iter().take(1).map(to_json).collect();
    let keys = all_keys(&rows);
    let known = TOKEN_COLUMNS.into_iter().filter(|_| items[0].is::<Token>());
    let close = names::closest(unknown, known.chain(keys.iter().map(String::as_str)));
    let hint = close.map(|close| format!("; did you mean `{close}`?")).unwrap_or_default();
    Err(Error::BadRequest { problem: format!("no row has the column `{unknown}`{hint}") })
}

fn output_tokens(
    output: &Output,
    tokens: &[Token],
    columns: Option<&[String]>,
) -> Result<(), Error> {
    let picked =
        columns.map(|columns| columns.iter().map(|name| Column::new(name)).collect::<Vec<_>>());
    output.rows(match (output.format(), picked) {
        (Format::Json, None) => {
            Rows::Json(tokens.iter().map(|token| token.raw().to_owned()).collect())
        }
        (Format::Json, Some(columns)) => {
            let row = |token: &Token| -> Value {
                columns
                    .iter()
                    .map(|column| (column.name().to_owned(), column.value(token)))
                    .collect()
            };
            Rows::Json(tokens.iter().map(|token| row(token).to_string()).collect())
        }
        (Format::Csv, columns) => {
            Rows::Table(token_table(tokens, &columns.unwrap_or_else(Column::usual)))
        }
        (_, columns) => {
            let columns = columns.unwrap_or_else(Column::usual);
            Rows::Table(readable_table(tokens, &columns, output.width()))
        }
    })
}

fn output_json(output: &Output, value: &Dynamic, columns: Option<&[String]>) -> Result<(), Error> {
    let pick = |row: Value| match columns {
        None => row,
        Some(columns) => columns
            .iter()
            .map(|column| (column.clone(), row.get(column).cloned().unwrap_or(Value::Null)))
            .collect(),
    };
    output.rows(match to_json(value) {
        Value::Array(rows) => {
            Rows::Json(rows.into_iter().map(|row| pick(row).to_string()).collect())
        }
        one => Rows::One(one.to_string()),
    })
}

/// Returns maps or other values as rows, with the picked columns or one for each key.
pub fn rows(items: &[Dynamic], columns: Option<&[String]>) -> Table {
    let rows: Vec<Value> = items.iter().map(to_json).collect();
    let columns = columns.map_or_else(|| all_keys(&rows), <[String]>::to_vec);
    let mut table = Table::new(columns.clone());
    for row in &rows {
        let cell = |column: &String| row.get(column).map(plain).unwrap_or_default();
        table.rows.push(if row.is_object() {
            columns.iter().map(cell).collect()
        } else {
            vec![plain(row)]
        });
    }
    table
}

fn all_keys(rows: &[Value]) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    for row in rows.iter().filter_map(Value::as_object) {
        for key in row.keys().filter(|key| !keys.contains(key)).cloned().collect::<Vec<_>>() {
            keys.push(key);
        }
    }
    if keys.is_empty() && !rows.is_empty() { vec!["value".to_owned()] } else { keys }
}
