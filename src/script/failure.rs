//! Errors between Rust and scripts: what a script catches, what it may not, and what an uncaught one becomes.
//!
//! How a failure is drawn is `report`'s.

use std::borrow::Cow;
use std::sync::Arc;

use rhai::{Dynamic, Engine, EvalAltResult, Position};

use super::known::Known;
use super::report::{Frame, Report, Sources};
use crate::error::{Error, ScriptFailure, exit};
use crate::output::visible;
use crate::secret;
use crate::stop::{Reason, Stop};

/// What a native function throws.
pub type Thrown = Box<EvalAltResult>;

/// An error as a script sees it: `err.code`, `err.status`, `err.message`, `err.request_id`.
#[derive(Clone, Debug)]
pub struct Failure(pub Arc<Error>);

/// The longest message that is said, in bytes; nobody reads a longer one, and cron mails it.
const LONGEST_MESSAGE: usize = 16 << 10;

/// Longer is no secret.
const LONGEST_SECRET: usize = 16 << 10;

/// Cuts a message that nobody would read to its end, after secrets were struck out: one that is cut is known as one no
/// longer, so that the end of what was looked through is left out too.
pub fn brief(text: &str) -> Cow<'_, str> {
    let looked = up_to(text, LONGEST_MESSAGE + LONGEST_SECRET);
    let struck = secret::redact(looked);
    let is_whole = looked.len() == text.len();
    if is_whole && struck.len() <= LONGEST_MESSAGE {
        return struck;
    }
    let certain = if is_whole { struck.len() } else { struck.len().saturating_sub(LONGEST_SECRET) };
    let shown = up_to(&struck, certain.min(LONGEST_MESSAGE));
    format!("{shown} … ({} bytes in all)", text.len()).into()
}

/// Returns at most so many bytes of a text's beginning.
fn up_to(text: &str, length: usize) -> &str {
    let is_boundary = |end: &usize| text.is_char_boundary(*end);
    let end = (0..=length.min(text.len())).rev().find(is_boundary);
    &text[..end.unwrap_or_default()]
}

/// Throws `error`; one that no script may swallow ends the run.
pub fn throw(error: Error, stop: &Stop) -> Thrown {
    if error.is_catchable() {
        let value = Dynamic::from(Failure(Arc::new(error)));
        return EvalAltResult::ErrorRuntime(value, Position::NONE).into();
    }
    let error = stop.fail(error);
    EvalAltResult::ErrorTerminated(Dynamic::from(Failure(Arc::new(error))), Position::NONE).into()
}

/// Throws a mistake in how a function was called.
pub fn mistake(problem: impl Into<String>) -> Thrown {
    let error = Error::BadRequest { problem: brief(&problem.into()).into_owned() };
    EvalAltResult::ErrorRuntime(Dynamic::from(Failure(Arc::new(error))), Position::NONE).into()
}

/// Tells how a run ended: the stop, which nothing can swallow, before the result.
pub fn conclude<T>(
    result: Result<T, Thrown>,
    engine: &Engine,
    sources: &Sources,
    main: &str,
    stop: &Stop,
) -> Result<T, Error> {
    match (stop.reason(), result) {
        (None, Ok(value)) => Ok(value),
        (None, Err(thrown)) => Err(explain(&thrown, engine, sources, main)),
        (Some(Reason::Exit(code)), _) => Err(Error::Exit { code }),
        // Where it was refused tells which line to look at.
        (Some(Reason::Failed(error)), Err(thrown)) if error.exit_code() == exit::REFUSED => {
            Err(uncaught(Told::of(&error), &unwind(&thrown, main).0, sources))
        }
        (Some(Reason::Failed(error)), _) => Err(error),
    }
}

/// Turns what a script threw into an error with the place it was thrown from.
pub fn explain(thrown: &EvalAltResult, engine: &Engine, sources: &Sources, main: &str) -> Error {
    let (frames, inner) = unwind(thrown, main);
    uncaught(Told::by(inner, engine), &frames, sources)
}

fn uncaught(told: Told, frames: &[Frame], sources: &Sources) -> Error {
    Error::Script(Box::new(told.draw(frames, sources)))
}

/// What is said about a failure.
pub struct Told {
    /// What failed.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
    /// The exit code of a run that ends with it.
    pub exit_code: u8,
}

impl Told {
    /// Says an error of ours.
    pub fn of(error: &Error) -> Self {
        Self { message: error.to_string(), hint: error.hint(), exit_code: error.exit_code() }
    }

    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hint: None, exit_code: exit::FAILED }
    }

    /// Says in our words what the engine or the script threw.
    pub fn by(thrown: &EvalAltResult, engine: &Engine) -> Self {
        match thrown {
            EvalAltResult::ErrorRuntime(value, _) => Self::by_value(value, engine),
            EvalAltResult::ErrorParsing(problem, _) => {
                Self { exit_code: exit::USAGE, ..Self::new(lower_case(&problem.to_string())) }
            }
            EvalAltResult::ErrorFunctionNotFound(signature, _) => {
                unknown_function(signature, engine)
            }
            EvalAltResult::ErrorMismatchDataType(wanted, found, _) => {
                let word = |name: &str| engine.map_type_name(name).to_lowercase();
                Self::new(format!("here stands a {}, where a {} is needed", word(found), word(wanted)))
            }
            EvalAltResult::ErrorDataRace(..) => Self {
                hint: Some(
                    "a closure uses the variable that its own call begins with: put one of them in a variable of its own"
                        .to_owned(),
                ),
                ..Self::new("a value is used while it is being changed")
            },
            EvalAltResult::ErrorModuleNotFound(path, _) => Self {
                hint: Some(
                    "imports are looked for in the script's own folder, then in the bundled `lib/`"
                        .to_owned(),
                ),
                ..Self::new(format!("there is no module `{path}`"))
            },
            other => Self::new(lower_case(&without_position(other))),
        }
    }

    /// Draws it at its place, the first of `frames`.
    pub fn draw(self, frames: &[Frame], sources: &Sources) -> ScriptFailure {
        let message = visible(&brief(&self.message)).into_owned();
        let report = Report { message: &message, frames, sources }.draw();
        ScriptFailure { report, message, hint: self.hint, exit_code: self.exit_code }
    }

    fn by_value(value: &Dynamic, engine: &Engine) -> Self {
        if let Some(failure) = value.read_lock::<Failure>() {
            return Self::of(&failure.0);
        }
        if let Ok(text) = value.clone().into_immutable_string() {
            return Self::new(text.as_str());
        }
        let text = super::convert::debug(engine, value);
        Self::new(format!("the script threw {text}"))
    }
}

/// Unwraps the calls an error passed through; the first frame is where it happened, the rest led there.
fn unwind<'e>(thrown: &'e EvalAltResult, main: &str) -> (Vec<Frame>, &'e EvalAltResult) {
    let mut frames = Vec::new();
    let mut source = main.to_owned();
    let mut error = thrown;
    loop {
        match error {
            EvalAltResult::ErrorInFunctionCall(name, inside, inner, position) => {
                let label = if rhai_anonymous(name) {
                    "in a closure called here".to_owned()
                } else {
                    format!("`{name}` was called here")
                };
                frames.push(Frame {
                    source: source.clone(),
                    position: *position,
                    label: Some(label),
                });
                if !inside.is_empty() {
                    source.clone_from(inside);
                }
                error = inner;
            }
            EvalAltResult::ErrorInModule(path, inner, position) => {
                frames.push(Frame {
                    source: source.clone(),
                    position: *position,
                    label: Some("imported here".to_owned()),
                });
                source.clone_from(path);
                error = inner;
            }
            inner => {
                let position = place(inner);
                frames.push(Frame { source, position, label: None });
                frames.reverse();
                return (frames, inner);
            }
        }
    }
}

fn rhai_anonymous(name: &str) -> bool {
    name.starts_with("anon$")
}

fn place(error: &EvalAltResult) -> Position {
    error.position()
}

/// Returns the engine's words without the position they end in, which the drawing shows.
fn without_position(error: &EvalAltResult) -> String {
    let text = error.to_string();
    match text.rfind(" (line ") {
        Some(at) => text[..at].to_owned(),
        None => text,
    }
}

/// Returns the engine's words as ours begin.
pub fn lower_case(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) if !letters.as_str().starts_with(char::is_uppercase) => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => text.to_owned(),
    }
}

/// Says which functions there are instead of one that is not.
fn unknown_function(signature: &str, engine: &Engine) -> Told {
    let name = signature.split([' ', '(']).next().unwrap_or(signature);
    let known = Known::to(engine);
    let did_you_mean = |close| format!("did you mean `{close}`?");
    if let Some(property) = name.strip_prefix("get$") {
        let hint = known.closest_property(property).map(did_you_mean);
        return Told { hint, ..Told::new(format!("there is no property `{property}`")) };
    }
    let hint = if known.is_documented(name) {
        Some(format!("`patroll docs {name}` shows how it is called"))
    } else if known.arities(name).is_empty() {
        known.closest(name).map(did_you_mean)
    } else {
        None
    };
    let signature =
        signature.replace("&str | ImmutableString | String", "string").replace("rhai::", "");
    Told { hint, ..Told::new(format!("no function takes these: `{signature}`")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_message_is_cut_and_no_secret_with_it() {
        let value = format!("dapi{}", "0123456789abcdef".repeat(2));
        assert_eq!(brief("short"), "short");
        assert_eq!(brief(&format!("a {value}")), "a [redacted]");
        // Wherever the cut falls.
        for before in (LONGEST_MESSAGE - 50..LONGEST_MESSAGE + 5)
            .chain(LONGEST_MESSAGE + LONGEST_SECRET - 50..LONGEST_MESSAGE + LONGEST_SECRET + 5)
        {
            let text = format!("{} {value} {}", "é".repeat(before / 2), "x".repeat(100_000));
            let cut = brief(&text);
            assert!(cut.len() < LONGEST_MESSAGE + 100, "{before}");
            assert!(!cut.contains("dapi"), "{before}");
            assert!(cut.ends_with(&format!(" … ({} bytes in all)", text.len())), "{before}");
        }
        let many = format!("{value} ").repeat(10_000);
        assert!(!brief(&many).contains("dapi"));
    }
}
