//! What is said on stderr as lines of JSON, for whoever collects logs.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use crate::clock::Time;
use crate::error::{Error, ScriptFailure};
use crate::secret;

/// The form of what is said on stderr.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// A JSON object a line.
    Json,
}

/// How much something matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// It is shown because that was asked for.
    Debug,
    /// It is good to know.
    Info,
    /// It deserves attention.
    Warning,
    /// It failed.
    Error,
}

impl Level {
    fn word(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Returns a message as a line; `part` is the workspace of several that it is about.
pub fn line(level: Level, message: &str, part: Option<&str>) -> String {
    finish(fields(level, message, part))
}

/// Returns an error as a line, or each of several mistakes as one.
pub fn error_lines(error: &Error, part: Option<&str>) -> String {
    let drawn = |failure: &ScriptFailure| {
        let report = anstream::adapter::strip_str(&failure.report).to_string();
        let mut fields = fields(Level::Error, &failure.message, part);
        fields.insert("code".to_owned(), error.code().into());
        fields.insert("exit_code".to_owned(), failure.exit_code.into());
        fields.insert("hint".to_owned(), json!(failure.hint.as_deref().map(secret::redact)));
        fields.insert("report".to_owned(), secret::redact(&report).into());
        finish(fields)
    };
    match error {
        Error::Script(failure) => drawn(failure),
        Error::Mistakes { mistakes } => mistakes.iter().map(drawn).collect::<Vec<_>>().join("\n"),
        other => {
            let mut fields = fields(Level::Error, &other.to_string(), part);
            fields.insert("code".to_owned(), other.code().into());
            fields.insert("exit_code".to_owned(), other.exit_code().into());
            fields.insert("hint".to_owned(), json!(other.hint().as_deref().map(secret::redact)));
            finish(fields)
        }
    }
}

/// Begins a line. A secret is struck out before it is written with escapes, which could hide it.
fn fields(level: Level, message: &str, part: Option<&str>) -> Map<String, Value> {
    let text: Cow<'_, str> = secret::redact(message);
    let fields = [
        ("time", Time::now().to_string().into()),
        ("level", level.word().into()),
        ("workspace", part.into()),
        ("message", text.into_owned().into()),
    ];
    fields.into_iter().map(|(name, value): (&str, Value)| (name.to_owned(), value)).collect()
}

/// Leaves out what there is not.
fn finish(mut fields: Map<String, Value>) -> String {
    fields.retain(|_, value| !value.is_null());
    Value::Object(fields).to_string()
}
