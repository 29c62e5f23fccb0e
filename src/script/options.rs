//! A script's own options: their types come from their defaults, their values from the words behind its name.

use rhai::{Array, Dynamic, Map};

use super::convert::type_word;
use super::header::Header;
use super::names;
use super::run::Arguments;
use crate::clock::{Duration, Time};
use crate::error::Error;

/// What a script's words say, sorted out.
pub struct Parsed {
    /// Every option with its value or default.
    pub values: Map,
    /// The words that are no options.
    pub positional: Vec<String>,
}

/// Reads what was written behind the script's name by the `defaults`.
pub fn parse(arguments: &Arguments, defaults: &Map) -> Result<Parsed, Error> {
    let (words, open) = (&arguments.words, arguments.open);
    let unknown = |word: &str| unknown(word, defaults, &arguments.reserved);
    let mut parsed = Parsed { values: defaults.clone(), positional: Vec::new() };
    let mut given: Vec<String> = Vec::new();
    let mut rest = words[..open].iter();
    while let Some(word) = rest.next() {
        let Some(option) = word.strip_prefix("--").filter(|option| !option.is_empty()) else {
            if word.len() > 1 && word.starts_with('-') {
                return Err(unknown(word));
            }
            parsed.positional.push(word.clone());
            continue;
        };
        let (flag, inline) = match option.split_once('=') {
            Some((flag, value)) => (flag, Some(value)),
            None => (option, None),
        };
        let key = flag.replace('-', "_");
        let Some(default) = defaults.get(key.as_str()) else { return Err(unknown(word)) };
        let value = match (default.is_bool(), inline) {
            (true, None) => Dynamic::TRUE,
            (_, Some(text)) => read(flag, text, default)?,
            (false, None) => read(flag, following(flag, rest.next())?, default)?,
        };
        let is_repeated = given.contains(&key);
        if default.is_array() {
            let mut list = if is_repeated {
                parsed.values[key.as_str()].clone().cast::<Array>()
            } else {
                Array::new()
            };
            list.push(value);
            parsed.values.insert(key.as_str().into(), list.into());
        } else if is_repeated {
            return Err(usage(format!("`--{flag}` is given twice"), None));
        } else {
            parsed.values.insert(key.as_str().into(), value);
        }
        given.push(key);
    }
    parsed.positional.extend_from_slice(&words[open..]);
    Ok(parsed)
}

/// Returns the word behind an option that wants a value; another option there means that the value was forgotten.
fn following<'w>(flag: &str, word: Option<&'w String>) -> Result<&'w str, Error> {
    let missing = |hint| usage(format!("`--{flag}` needs a value"), hint);
    match word {
        Some(word) if word.starts_with("--") => {
            Err(missing(Some(format!("if `{word}` is meant to be one, write `--{flag}={word}`"))))
        }
        Some(word) => Ok(word),
        None => Err(missing(None)),
    }
}

/// Says what is wrong with the declaration itself, if anything is.
pub fn find_mistake(defaults: &Map, reserved: &[String]) -> Option<String> {
    for (key, default) in defaults {
        if reserved.iter().any(|flag| flag.replace('-', "_") == key.as_str()) {
            return Some(format!(
                "the option `{key}` would hide patroll's own `--{}`",
                key.replace('_', "-")
            ));
        }
        if placeholder(default).is_none() {
            return Some(format!(
                "the option `{key}` has {} as its default, which tells no type",
                type_word(default)
            ));
        }
    }
    None
}

/// Returns the lines that explain the options, with what the script's header says of each.
pub fn explain(defaults: &Map, header: &Header) -> Vec<String> {
    let name = |key: &str| key.replace('_', "-");
    let flag = |key: &str, default: &Dynamic| match placeholder(default) {
        Some("") | None => format!("--{}", name(key)),
        Some(value) => format!("--{} {value}", name(key)),
    };
    let width = defaults.iter().map(|(key, default)| flag(key, default).len()).max().unwrap_or(0);
    let line = |(key, default): (&rhai::Identifier, &Dynamic)| {
        let shown = match default_text(default) {
            text if text.is_empty() => String::new(),
            text => format!(" [default: {text}]"),
        };
        let about = header.about(&name(key));
        format!("  {:width$}  {about}{shown}", flag(key, default)).trim_end().to_owned()
    };
    defaults.iter().map(line).collect()
}

fn placeholder(default: &Dynamic) -> Option<&'static str> {
    match default.type_name() {
        "bool" => Some(""),
        "i64" => Some("N"),
        "f64" => Some("NUMBER"),
        "string" => Some("TEXT"),
        "array" => Some("TEXT…"),
        _ if default.is::<Duration>() => Some("DURATION"),
        _ if default.is::<Time>() => Some("TIME"),
        _ => None,
    }
}

fn default_text(default: &Dynamic) -> String {
    if default.is_bool() || default.is_array() {
        return String::new();
    }
    if let Some(length) = default.read_lock::<Duration>() {
        return length.to_string();
    }
    if let Some(time) = default.read_lock::<Time>() {
        return time.to_string();
    }
    default.to_string()
}

fn read(flag: &str, text: &str, default: &Dynamic) -> Result<Dynamic, Error> {
    let wrong = |wanted: &str| usage(format!("`--{flag} {text}`: {wanted} is wanted"), None);
    match default.type_name() {
        "bool" => text.parse::<bool>().map(Dynamic::from).map_err(|_| wrong("true or false")),
        "i64" => text.parse::<i64>().map(Dynamic::from).map_err(|_| wrong("a whole number")),
        "f64" => text.parse::<f64>().map(Dynamic::from).map_err(|_| wrong("a number")),
        _ if default.is::<Duration>() => {
            if text == "forever" {
                return Ok(Dynamic::from(Duration::FOREVER));
            }
            let length = Duration::parse(text).map_err(|error| within(flag, &error))?;
            if length < Duration::from_ms(0) {
                // `--older-than -5d` would be everything.
                return Err(wrong("a duration that is not below zero"));
            }
            Ok(Dynamic::from(length))
        }
        _ if default.is::<Time>() => {
            Time::parse(text).map(Dynamic::from).map_err(|error| within(flag, &error))
        }
        _ => Ok(text.to_owned().into()),
    }
}

fn within(flag: &str, error: &Error) -> Error {
    usage(format!("`--{flag}`: {error}"), error.hint())
}

fn unknown(word: &str, defaults: &Map, reserved: &[String]) -> Error {
    let name = word.trim_start_matches('-').split('=').next().unwrap_or(word).replace('_', "-");
    let own: Vec<String> = defaults.keys().map(|key| key.replace('_', "-")).collect();
    let known = own.iter().chain(reserved).map(String::as_str);
    let beginning = own.iter().find(|option| option.starts_with(&format!("{name}-")));
    let hint = match names::closest(&name, known).or(beginning.map(String::as_str)) {
        Some(close) => format!("did you mean `--{close}`?"),
        None => "`--help` behind the script's name shows its options".to_owned(),
    };
    usage(
        format!("the script has no option `{}`", word.split('=').next().unwrap_or(word)),
        Some(hint),
    )
}

fn usage(problem: String, hint: Option<String>) -> Error {
    Error::Usage { problem, hint }
}
