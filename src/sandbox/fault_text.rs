//! Faults as they are typed: `OPERATION:KIND[,OPTION…]`. What they then do is `exchange`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::clock::parse_length;
use super::fault::{Fault, Target, Trouble};
use super::routes::operations;

/// Why a text is not a fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultError {
    text: String,
    problem: Problem,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Problem {
    NoColon,
    Operation(String),
    Word(String),
    Value(String),
    NoKind,
    SecondKind(String),
    OnlyWithStatus,
}

/// What has been read of a fault so far.
#[derive(Default)]
struct Draft {
    trouble: Option<Trouble>,
    code: Option<String>,
    retry_after: Option<String>,
    times: Option<u64>,
    after: u64,
    has_effect: bool,
}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        parse(text).map_err(|problem| FaultError { text: text.to_owned(), problem })
    }
}

fn parse(text: &str) -> Result<Fault, Problem> {
    let (target, rest) = text.split_once(':').ok_or(Problem::NoColon)?;
    let target = parse_target(target.trim())?;
    let mut draft = Draft { times: Some(1), ..Draft::default() };
    let rest = rest.replace("+effect", ",effect");
    let mut words = rest.split(',');
    while let Some(word) = words.next() {
        let (name, value) = word.trim().split_once('=').unwrap_or((word.trim(), ""));
        // The comma after the day of an HTTP-date is not ours.
        if name == "retry-after"
            && value.len() == 3
            && value.bytes().all(|byte| byte.is_ascii_alphabetic())
        {
            draft.take(name, &format!("{value},{}", words.next().unwrap_or_default()))?;
        } else if !name.is_empty() {
            draft.take(name, value)?;
        }
    }
    draft.finish(text, target)
}

fn parse_target(text: &str) -> Result<Target, Problem> {
    match text.split_once(' ') {
        Some((method, path)) if path.trim().starts_with('/') => {
            Ok(Target::Prefix(method.to_ascii_uppercase(), path.trim().to_owned()))
        }
        None if text == "any" => Ok(Target::Any),
        None if operations().any(|name| name == text) => Ok(Target::Operation(text.to_owned())),
        _ => Err(Problem::Operation(text.to_owned())),
    }
}

impl Draft {
    /// Takes in one word of the text.
    fn take(&mut self, name: &str, value: &str) -> Result<(), Problem> {
        let wrong = || Problem::Value(format!("{name}={value}"));
        let number = || value.parse::<u64>().map_err(|_| wrong());
        match name {
            "times" => {
                self.times = Some(number().ok().filter(|times| *times > 0).ok_or_else(wrong)?);
            }
            "always" => self.times = None,
            "after" => self.after = number()?,
            "effect" => self.has_effect = true,
            "code" => self.code = Some(printable(value).ok_or_else(wrong)?),
            "retry-after" => self.retry_after = Some(printable(value).ok_or_else(wrong)?),
            _ => {
                let trouble = parse_trouble(name, value)?;
                if self.trouble.replace(trouble).is_some() {
                    return Err(Problem::SecondKind(name.to_owned()));
                }
            }
        }
        Ok(())
    }

    fn finish(mut self, text: &str, target: Target) -> Result<Fault, Problem> {
        let is_status = matches!(self.trouble, Some(Trouble::Status { .. }) | None);
        if !is_status && (self.code.is_some() || self.retry_after.is_some()) {
            return Err(Problem::OnlyWithStatus);
        }
        // Whoever asks for Retry-After alone means the status it is known for.
        if self.trouble.is_none() && self.retry_after.is_some() {
            self.trouble = Some(Trouble::Status { status: 429, code: None, retry_after: None });
        }
        let mut trouble = self.trouble.ok_or(Problem::NoKind)?;
        if let Trouble::Status { code, retry_after, .. } = &mut trouble {
            *code = self.code;
            *retry_after = self.retry_after;
        }
        Ok(Fault {
            text: text.to_owned(),
            target,
            after: self.after,
            times: self.times,
            trouble,
            has_effect: self.has_effect,
        })
    }
}

fn parse_trouble(name: &str, value: &str) -> Result<Trouble, Problem> {
    let wrong = || Problem::Value(format!("{name}={value}"));
    let length = || {
        let ms = parse_length(value).and_then(|ms| u64::try_from(ms).ok());
        ms.map(Duration::from_millis).ok_or_else(wrong)
    };
    Ok(match (name, value) {
        ("status", _) => {
            let status = value
                .parse()
                .ok()
                .filter(|status| (200..=599).contains(status))
                .ok_or_else(wrong)?;
            Trouble::Status { status, code: None, retry_after: None }
        }
        ("redirect", _) => Trouble::Redirect(printable(value).ok_or_else(wrong)?),
        ("late", _) => Trouble::Late(length()?),
        ("slow", _) => Trouble::Slow(length()?),
        ("cap", _) => Trouble::Cap(length()?),
        ("unready", _) => Trouble::Unready(length()?),
        ("cut-before", "") => Trouble::CutBefore,
        ("cut-after", "") => Trouble::CutAfter,
        ("duplicate", "") => Trouble::Duplicate,
        ("truncate", "") => Trouble::Truncate,
        ("garbage", "") => Trouble::Garbage,
        ("html", "") => Trouble::Html,
        ("empty", "") => Trouble::Empty,
        ("hold", "") => Trouble::Hold,
        ("stale", "") => Trouble::Stale,
        ("huge", "") => Trouble::Huge,
        _ => return Err(Problem::Word(name.to_owned())),
    })
}

/// Refuses what would break a header or mean nothing.
fn printable(value: &str) -> Option<String> {
    (!value.is_empty() && value.bytes().all(|byte| (b' '..=b'~').contains(&byte)))
        .then(|| value.to_owned())
}

impl fmt::Display for FaultError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}' is not a fault: ", self.text.escape_debug())?;
        match &self.problem {
            Problem::NoColon => write!(f, "it has no colon"),
            Problem::Operation(name) => write!(f, "'{}' is not an operation", name.escape_debug()),
            Problem::Word(word) => {
                write!(f, "'{}' is neither a kind nor an option", word.escape_debug())
            }
            Problem::Value(word) => {
                write!(f, "'{}' has a value it cannot have", word.escape_debug())
            }
            Problem::NoKind => write!(f, "it names no kind"),
            Problem::SecondKind(word) => write!(f, "'{}' is a second kind", word.escape_debug()),
            Problem::OnlyWithStatus => write!(f, "code and retry-after go with status only"),
        }?;
        write!(f, "; {}", forms())
    }
}

/// Returns how a fault is written.
pub fn forms() -> String {
    let mut names: Vec<_> = operations().collect();
    names.dedup();
    format!(
        "write OPERATION:KIND[,OPTION…], such as create:status=503,retry-after=2,times=2\n\
         OPERATION: any, 'METHOD /path', {}\n\
         KIND, the call being made: late=DURATION, slow=DURATION, truncate, duplicate, cut-after, \
         stale (a list as it was when this was asked for), cap=DURATION (of a new token's life), \
         unready=DURATION (until a new token signs in)\n\
         KIND, the call not being made: cut-before, and, unless with +effect: status=CODE, \
         redirect=URL, garbage, html, empty, hold, huge\n\
         OPTION: times=N (1 if not said), always, after=N, +effect, code=ERROR_CODE, \
         retry-after=SECONDS or an HTTP-date",
        names.join(", ")
    )
}

impl std::error::Error for FaultError {}
