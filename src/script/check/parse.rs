//! Parses a text, or explains why it does not parse: every unknown variable, or where the parser stopped.

use rhai::{AST, Engine, ParseError, ParseErrorType, Position};

use super::unit::Mistake;
use super::{Form, walk};
use crate::script::engine;
use crate::script::failure::lower_case;
use crate::script::known::Known;
use crate::script::names;

/// More unknown variables than this are not worth telling one by one.
const MOST_VARIABLES: usize = 50;

/// Parses a text; one with unknown variables still gives what else there is to look through, one with a syntax error
/// nothing.
pub fn parse(engine: &Engine, text: &str, form: Form) -> (Option<AST>, Vec<Mistake>) {
    match form.parse(engine, text) {
        Ok(ast) => (Some(ast), Vec::new()),
        Err(error) => {
            let ast = parse_loosely(text, form);
            let mistakes = explain(engine, text, form, error, ast.as_ref());
            (ast, mistakes)
        }
    }
}

fn parse_loosely(text: &str, form: Form) -> Option<AST> {
    let mut engine = engine::build();
    engine.set_strict_variables(false);
    form.parse(&engine, text).ok()
}

/// Tells what the parser stopped at, and goes on behind it if that is an unknown variable.
fn explain(
    engine: &Engine,
    text: &str,
    form: Form,
    error: ParseError,
    loose: Option<&AST>,
) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let mut rest = text.to_owned();
    let mut next = Some(error);
    while let Some(ParseError(kind, position)) = next.take() {
        let unknown = match &*kind {
            ParseErrorType::VariableUndefined(name) => Some(name.clone()),
            _ => None,
        };
        if unknown.is_none() && !mistakes.is_empty() {
            break;
        }
        mistakes.push(put(&kind, position, loose, engine));
        let blanked = unknown.and_then(|name| blank(&rest, position, &name));
        if let Some(blanked) = blanked.filter(|_| mistakes.len() < MOST_VARIABLES) {
            next = form.parse(engine, &blanked).err();
            rest = blanked;
        }
    }
    mistakes
}

/// Puts a number of the same length in the place of a name.
fn blank(text: &str, position: Position, name: &str) -> Option<String> {
    let line = position.line()? - 1;
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let column = position.position()? - 1;
    let (offset, _) = text[start..].char_indices().nth(column)?;
    let at = start + offset;
    text[at..].starts_with(name).then(|| {
        let zeros = "0".repeat(name.len());
        format!("{}{zeros}{}", &text[..at], &text[at + name.len()..])
    })
}

/// Says in our words what the parser says.
fn put(kind: &ParseErrorType, position: Position, loose: Option<&AST>, engine: &Engine) -> Mistake {
    let (message, hint) = match kind {
        ParseErrorType::VariableUndefined(name) => {
            (format!("there is no variable `{name}`"), meant(name, loose, engine))
        }
        ParseErrorType::ModuleUndefined(name) => import_first(name),
        other => (lower_case(&other.to_string()), None),
    };
    Mistake { position, message, hint, throws: false }
}

/// Says that nothing was imported under a name.
pub fn import_first(alias: &str) -> (String, Option<String>) {
    let hint = format!("`import \"…\" as {alias};` comes first");
    (format!("there is no module `{alias}`"), Some(hint))
}

fn meant(name: &str, loose: Option<&AST>, engine: &Engine) -> Option<String> {
    let variables = loose.map(walk::variables).unwrap_or_default();
    // A closure takes what it does not know for a variable around it, and so for a parameter.
    let others = variables.iter().map(String::as_str).filter(|variable| *variable != name);
    if let Some(close) = names::closest(name, others) {
        return Some(format!("did you mean `{close}`?"));
    }
    let is_function = !Known::to(engine).arities(name).is_empty();
    is_function.then(|| format!("`{name}` is a function: `{name}(…)`"))
}
