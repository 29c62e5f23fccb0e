//! How a value stands in a file: alone, in a line of `KEY=value`, in JSON, or in a section of an INI file.
//!
//! Pure: from text to text. Everything else in the file stays as it is, but for the spacing of JSON.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::profile::{self, Edit};

/// How a value stands in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// The value and a line end.
    #[default]
    Raw,
    /// A line `KEY=value`, as shells and systemd read it.
    Env,
    /// A key of a JSON object, `a.b` for one in another; the id stands beside it as `token_id`.
    Json,
    /// A key of a section, `SECTION.key`; the id stands beside it as `token_id`.
    Ini,
}

/// A value in a file, and the id beside it.
pub struct Found {
    /// The value.
    pub value: String,
    /// The id of its token.
    pub token_id: Option<String>,
}

/// What the id is called where there is room for it.
const ID: &str = "token_id";

impl Format {
    /// Reads the name of a format.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "raw" => Some(Self::Raw),
            "env" => Some(Self::Env),
            "json" => Some(Self::Json),
            "ini" => Some(Self::Ini),
            _ => None,
        }
    }

    /// Returns whether `key` is one that this format can have; the error says what is wanted.
    pub fn check_key(self, key: Option<&str>) -> Result<(), &'static str> {
        let is_name = |key: &str| {
            !key.is_empty()
                && key.bytes().all(|letter| letter.is_ascii_alphanumeric() || letter == b'_')
        };
        match (self, key) {
            (Self::Raw, None) => Ok(()),
            (Self::Raw, Some(_)) => Err("a raw file holds nothing but the value, and has no key"),
            (Self::Env, Some(key)) if is_name(key) => Ok(()),
            (Self::Env, _) => Err("an env file needs a `key`, such as DATABRICKS_TOKEN"),
            (Self::Json, Some(key)) if key.split('.').all(|part| !part.is_empty()) => Ok(()),
            (Self::Json, _) => Err("a JSON file needs a `key`, such as token or databricks.token"),
            (Self::Ini, Some(key)) if split_ini(key).is_some() => Ok(()),
            (Self::Ini, _) => Err("an INI file needs a `key` of a section, such as prod.token"),
        }
    }

    /// Finds the value in the text; none if it is not there. The error says why the text cannot be read.
    pub fn find(self, text: &str, key: &str) -> Result<Option<Found>, String> {
        let found = match self {
            Self::Raw => Some(find_alone(text)?),
            Self::Env => find_line(text, key)
                .map(|(_, value)| Found { value: unquote(value).to_owned(), token_id: None }),
            Self::Json => find_in_json(text, key)?,
            Self::Ini => find_in_ini(text, key)?,
        };
        Ok(found.filter(|found| !found.value.is_empty()))
    }

    /// Returns the text with the value, and the id where there is room, in their places.
    pub fn replace(
        self,
        text: &str,
        key: &str,
        value: &str,
        token_id: &str,
    ) -> Result<String, String> {
        let changed = match self {
            Self::Raw => format!("{value}\n"),
            Self::Env => replace_line(text, key, value),
            Self::Json => replace_in_json(text, key, value, token_id)?,
            Self::Ini => replace_in_ini(text, key, value, token_id)?,
        };
        match self.find(&changed, key)? {
            Some(found) if found.value == value => Ok(changed),
            _ => Err(format!("`{key}` would not read back as it was meant")),
        }
    }
}

/// Returns the whole text as a value, unless it looks like a file of some other kind, which would be lost.
fn find_alone(text: &str) -> Result<Found, String> {
    let value = text.trim();
    if value.contains(|letter: char| letter.is_whitespace() || "={}\"".contains(letter)) {
        return Err("it holds more than a value, so it needs a `format` and a `key`".to_owned());
    }
    Ok(Found { value: value.to_owned(), token_id: None })
}

/// Returns the last line that gives `key` a value, and that value.
fn find_line<'t>(text: &'t str, key: &str) -> Option<(usize, &'t str)> {
    let value = |line: &'t str| {
        let line = line.trim();
        let line = line.strip_prefix("export ").map_or(line, str::trim_start);
        line.strip_prefix(key)?.strip_prefix('=')
    };
    text.lines().enumerate().filter_map(|(at, line)| Some((at, value(line)?))).last()
}

fn unquote(value: &str) -> &str {
    let quoted = ['"', '\'']
        .into_iter()
        .find_map(|mark| value.strip_prefix(mark).and_then(|rest| rest.strip_suffix(mark)));
    quoted.unwrap_or(value)
}

fn replace_line(text: &str, key: &str, value: &str) -> String {
    let Some((at, old)) = find_line(text, key) else {
        let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        return format!("{text}{end}{key}={value}\n");
    };
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    let line = &mut lines[at];
    let start = line.find('=').map_or(line.len(), |equals| equals + 1);
    // The value's marks stay; a token value needs none.
    let inner = unquote(old);
    let from = start + old.find(inner).unwrap_or(0);
    line.replace_range(from..from + inner.len(), value);
    lines.concat()
}

fn find_in_json(text: &str, key: &str) -> Result<Option<Found>, String> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let mut object: &Value = &parse_json(text)?;
    let (path, last) = split_json(key);
    for part in path {
        match object.get(part) {
            Some(inner) => object = inner,
            None => return Ok(None),
        }
    }
    let text_of = |key: &str| object.get(key).and_then(Value::as_str).map(str::to_owned);
    Ok(text_of(last).map(|value| Found { value, token_id: text_of(ID) }))
}

fn replace_in_json(text: &str, key: &str, value: &str, token_id: &str) -> Result<String, String> {
    let mut root = if text.trim().is_empty() {
        Value::Object(serde_json::Map::new())
    } else {
        parse_json(text)?
    };
    let (path, last) = split_json(key);
    let mut object = &mut root;
    for part in path {
        let inner = object.as_object_mut().ok_or_else(|| format!("`{key}` is in no object"))?;
        object = inner.entry(part).or_insert_with(|| Value::Object(serde_json::Map::new()));
    }
    let object = object.as_object_mut().ok_or_else(|| format!("`{key}` is in no object"))?;
    object.insert(last.to_owned(), Value::from(value));
    if last != ID {
        object.insert(ID.to_owned(), Value::from(token_id));
    }
    serde_json::to_string_pretty(&root).map(|text| text + "\n").map_err(|error| error.to_string())
}

fn parse_json(text: &str) -> Result<Value, String> {
    // No word of the text is quoted: it holds a secret.
    serde_json::from_str(text).map_err(|error| format!("line {} is no JSON", error.line()))
}

fn split_json(key: &str) -> (Vec<&str>, &str) {
    let mut parts: Vec<&str> = key.split('.').collect();
    let last = parts.pop().unwrap_or(key);
    (parts, last)
}

fn split_ini(key: &str) -> Option<(&str, &str)> {
    key.rsplit_once('.').filter(|(section, key)| !section.is_empty() && !key.is_empty())
}

fn find_in_ini(text: &str, key: &str) -> Result<Option<Found>, String> {
    let Some((section, key)) = split_ini(key) else { return Ok(None) };
    let Some(values) = profile::read_section(text, section)? else { return Ok(None) };
    let found = values.get(key).cloned();
    Ok(found.map(|value| Found { value, token_id: values.get(ID).cloned() }))
}

fn replace_in_ini(text: &str, key: &str, value: &str, token_id: &str) -> Result<String, String> {
    let (section, key) = split_ini(key).ok_or("no section")?;
    let mut set = vec![(key.to_owned(), value.to_owned())];
    if key != ID {
        set.push((ID.to_owned(), token_id.to_owned()));
    }
    profile::apply(text, &Edit { profile: section.to_owned(), set, remove: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replaced(format: Format, text: &str, key: &str) -> String {
        format.replace(text, key, "new", "id").unwrap()
    }

    #[test]
    fn everything_else_stays() {
        let cases = [
            (Format::Raw, "old\n", "", "new\n"),
            (Format::Env, "", "T", "T=new\n"),
            (Format::Env, "A=1\nexport T=\"old\"\r\nT2=x", "T", "A=1\nexport T=\"new\"\r\nT2=x"),
            (Format::Env, "# T=a\nXT=b", "T", "# T=a\nXT=b\nT=new\n"),
            (Format::Env, "T=\nB=2\n", "T", "T=new\nB=2\n"),
            (Format::Json, "", "t", "{\n  \"t\": \"new\",\n  \"token_id\": \"id\"\n}\n"),
            (
                Format::Json,
                r#"{"z":[1],"a":{"t":"old"}}"#,
                "a.t",
                "{\n  \"z\": [\n    1\n  ],\n  \"a\": {\n    \"t\": \"new\",\n    \"token_id\": \"id\"\n  }\n}\n",
            ),
            (Format::Ini, "[s]\nt = old ; mine\n", "s.t", "[s]\nt = new ; mine\ntoken_id = id\n"),
        ];
        for (format, text, key, expected) in cases {
            assert_eq!(replaced(format, text, key), expected, "{format:?} {text:?}");
        }
    }

    #[test]
    fn a_value_is_found_with_its_id() {
        let cases = [
            (Format::Raw, " v \n", "", Some(("v", None))),
            (Format::Raw, "\n", "", None),
            (Format::Env, "T=a\nexport T='b'\n", "T", Some(("b", None))),
            (Format::Env, "T2=a\n", "T", None),
            (Format::Json, r#"{"t":"v","token_id":"i"}"#, "t", Some(("v", Some("i")))),
            (Format::Json, r#"{"t":5}"#, "t", None),
            (Format::Ini, "[a.b]\nt = v\n", "a.b.t", Some(("v", None))),
            (Format::Ini, "[s]\n", "s.t", None),
        ];
        for (format, text, key, expected) in cases {
            let found = format.find(text, key).unwrap();
            let found =
                found.as_ref().map(|found| (found.value.as_str(), found.token_id.as_deref()));
            assert_eq!(found, expected, "{format:?} {text:?}");
        }
        assert!(Format::Json.find("{", "t").is_err());
        assert!(Format::Json.replace(r#"{"a":1}"#, "a.t", "v", "i").is_err());
    }
}
