//! Finds the mistakes of a script that can be seen without running it.
//!
//! A text is parsed strictly, and what parses is looked through with all that it imports. As `run` refuses to start
//! because of a mistake, one is told only where it cannot be anything else; what is left shows at run time.

mod calls;
mod comparisons;
mod evidence;
mod options;
mod parse;
mod unit;
mod walk;

use std::sync::Arc;

use rhai::{AST, Engine, ParseError, Scope};

use super::engine;
use super::failure::Told;
use super::header::Header;
use super::known::Known;
use super::report::Sources;
use super::source::Source;
use super::workbench::on_engine_thread;
use crate::error::{Error, ScriptFailure, exit};
use crate::stop::Stop;
use evidence::Evidence;
use unit::{Function, Mistake, Unit};

/// How a text is read.
#[derive(Clone, Copy)]
pub enum Form {
    /// As statements.
    Script,
    /// As one expression about `t`.
    Condition,
}

impl Form {
    fn parse(self, engine: &Engine, text: &str) -> Result<AST, ParseError> {
        match self {
            Self::Script => engine.compile(text),
            Self::Condition => {
                let mut scope = Scope::new();
                scope.push("t", ());
                engine.compile_expression_with_scope(&scope, text)
            }
        }
    }
}

/// Compiles a text, or tells every mistake in it and in what it imports.
pub fn compile(
    engine: &Engine,
    source: &Source,
    form: Form,
    sources: &Sources,
) -> Result<AST, Error> {
    let assembly = Assembly::of(engine, source, form, sources);
    let mistakes = assembly.find_mistakes(sources);
    let main = assembly.units.into_iter().next();
    match main {
        Some(unit) if mistakes.is_empty() => Ok(unit.ast),
        _ => Err(Error::Mistakes { mistakes }),
    }
}

/// What a script takes that is not run.
const NOTHING: usize = 0;

/// Finds every mistake in some scripts, named as `run` takes them, and in what they import; one that cannot be loaded is a
/// mistake too.
pub fn check(scripts: &[String], stop: &Arc<Stop>) -> Result<Checked, Error> {
    on_engine_thread(NOTHING, || {
        let engine = engine::build();
        let mut headers = Vec::new();
        let of_script = |word: &String| {
            let sources = Sources::default();
            match Source::load(word, stop) {
                Ok(source) => {
                    headers.push((source.name.clone(), Header::read(&source.text)));
                    let assembly = Assembly::of(&engine, &source, Form::Script, &sources);
                    Ok(assembly.find_mistakes(&sources))
                }
                Err(error @ Error::ScriptLoad { .. }) => {
                    Ok(vec![Told::of(&error).draw(&[], &sources)])
                }
                Err(error) => Err(error),
            }
        };
        let found: Vec<_> = scripts.iter().map(of_script).collect::<Result<_, Error>>()?;
        Ok(Checked { mistakes: found.into_iter().flatten().collect(), headers })
    })
}

/// What there is to say of scripts that were not run.
pub struct Checked {
    /// Every mistake.
    pub mistakes: Vec<ScriptFailure>,
    /// What each script that could be loaded says of itself, by its name.
    pub headers: Vec<(String, Header)>,
}

/// A whole script, and what there is to tell mistakes by.
struct Assembly {
    /// Its files, the one that is run first.
    units: Vec<Unit>,
    known: Known,
    evidence: Evidence,
}

impl Assembly {
    fn of(engine: &Engine, source: &Source, form: Form, sources: &Sources) -> Self {
        let units = unit::read(engine, source, form, sources);
        let evidence = Evidence::gather(&units);
        Self { units, known: Known::to(engine), evidence }
    }

    /// Returns the functions of all files.
    fn functions(&self) -> impl Iterator<Item = &Function> {
        self.units.iter().flat_map(|unit| &unit.functions)
    }

    /// Returns whether a file defines a function of that name itself.
    fn defines(&self, name: &str) -> bool {
        self.functions().any(|function| function.name == name)
    }

    /// Tells the mistakes of each file, in the order in which they stand there.
    fn find_mistakes(&self, sources: &Sources) -> Vec<ScriptFailure> {
        let of_unit = |unit: &Unit| {
            let mut mistakes = unit.mistakes.clone();
            mistakes.extend(calls::find(self, unit));
            mistakes.extend(comparisons::find(self, unit));
            mistakes.extend(options::find(self, unit));
            mistakes.sort();
            let draw = |mistake: Mistake| draw(mistake, unit, sources);
            mistakes.into_iter().map(draw).collect::<Vec<_>>()
        };
        self.units.iter().flat_map(of_unit).collect()
    }
}

fn draw(mistake: Mistake, unit: &Unit, sources: &Sources) -> ScriptFailure {
    let Mistake { position, message, hint, throws } = mistake;
    let exit_code = if throws { exit::FAILED } else { exit::USAGE };
    Told { message, hint, exit_code }.draw(&unit.frames(position), sources)
}
