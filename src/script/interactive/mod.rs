//! A session with the engine: inputs evaluated one after the other, each seeing what the earlier ones left.
//!
//! An input runs by the same engine, gate and limits as a script. Reading and showing are the REPL's.

mod complete;
mod members;
mod receiver;
mod save;
mod show;

use std::path::PathBuf;
use std::sync::Arc;

use rhai::{AST, Dynamic, Engine, Expr, ImmutableString, Position, Scope, Stmt};

use super::convert;
use super::failure::{conclude, explain};
use super::header::Header;
use super::run::{Arguments, Run};
use super::source::Source;
use super::workbench::Workbench;
use crate::error::Error;
use crate::secret::redact;
use crate::session::Session;

pub use complete::Candidate;
use members::Members;
use save::Saved;
pub use show::Shown;

/// The name of the result of the last input that had one.
pub const RESULT: &str = "it";

/// The script that all inputs together are, as failures name it.
const NAME: &str = "session";

/// Positions count lines up to 65,535.
const MOST_LINES: usize = 60_000;

/// More letters of a text are not shown among the variables.
const LONGEST_TEXT: usize = 40;

/// The engine and what the inputs so far have left in it.
pub struct Interactive {
    engine: Engine,
    workbench: Workbench,
    run: Run,
    scope: Scope<'static>,
    functions: AST,
    members: Members,
    /// Every input so far, so that a failure in a function of an earlier one is drawn there.
    transcript: String,
    saved: Vec<Saved>,
}

/// A variable of the session.
pub struct Variable {
    /// Its name.
    pub name: String,
    /// What kind of value it holds.
    pub kind: String,
}

impl Interactive {
    /// Begins without variables and functions; imports are looked for in the current folder.
    pub fn new(session: &Arc<Session>) -> Self {
        let run = Run::new(Arc::clone(session), Arguments::default(), Header::default());
        Self::with(run)
    }

    fn with(run: Run) -> Self {
        let source = Source { folder: Some(PathBuf::from(".")), ..Source::from_text(NAME, "") };
        let workbench = Workbench::new(&source);
        let engine = workbench.engine(&run, &source);
        Self {
            engine,
            workbench,
            run,
            scope: Scope::new(),
            functions: AST::empty(),
            members: Members::default(),
            transcript: String::new(),
            saved: Vec::new(),
        }
    }

    /// Evaluates an input; returns whether it has a result, which is then `it`.
    ///
    /// What a failed input has done before it failed stays done; the functions it defines do not stay.
    pub fn evaluate(&mut self, text: &str) -> Result<bool, Error> {
        let padded = self.write_down(text);
        let ast = self.compile(&padded)?;
        let mut program = self.functions.merge(&ast);
        program.set_source(NAME);
        let result = self.engine.eval_ast_with_scope::<Dynamic>(&mut self.scope, &program);
        let stop = self.run.session().stop();
        let value = conclude(result, &self.engine, &self.workbench.sources, NAME, stop)?;
        self.functions = program.clone_functions_only();
        self.keep_imports(&ast);
        let has_result = !value.is_unit();
        self.saved.push(Saved { text: text.trim_end().to_owned(), has_result });
        if has_result {
            self.keep_result(value);
        }
        Ok(has_result)
    }

    fn keep_result(&mut self, value: Dynamic) {
        match self.scope.get_mut(RESULT) {
            Some(kept) => *kept = value,
            None => drop(self.scope.push_dynamic(RESULT, value)),
        }
    }

    /// Returns the result of the last input that had one.
    fn result(&self) -> Option<&Dynamic> {
        self.scope.get(RESULT)
    }

    /// Returns the variables, the newest of each name, by name.
    pub fn variables(&self) -> Vec<Variable> {
        let mut variables: Vec<Variable> = Vec::new();
        for (name, _, value) in self.scope.iter_raw().collect::<Vec<_>>().into_iter().rev() {
            if !variables.iter().any(|known| known.name == name) {
                let kind = describe(value);
                variables.push(Variable { name: name.to_owned(), kind });
            }
        }
        variables.sort_by(|one, other| one.name.cmp(&other.name));
        variables
    }

    /// Forgets variables, functions and imports.
    pub fn reset(&mut self) {
        *self = Self::with(self.run.clone());
    }

    /// Goes on with another workspace; variables, functions and imports stay.
    pub fn move_to(&mut self, session: &Arc<Session>) {
        self.run = self.run.moved_to(Arc::clone(session));
        self.engine.set_default_tag(self.run.tag());
    }

    /// Returns the tokens whose value was made here and reached no one.
    pub fn unseen_values(&self) -> Vec<String> {
        self.run.unseen_values()
    }

    /// Puts the input at its own lines of the transcript, and returns it with as many empty lines before it.
    fn write_down(&mut self, text: &str) -> String {
        let mut lines = self.transcript.lines().count();
        if lines + text.lines().count() > MOST_LINES {
            self.transcript.clear();
            lines = 0;
        }
        self.transcript.push_str(text.trim_end());
        self.transcript.push('\n');
        self.workbench.sources.insert(NAME, &self.transcript);
        "\n".repeat(lines) + text
    }

    fn compile(&self, padded: &str) -> Result<AST, Error> {
        let compiled = self.engine.compile_with_scope(&self.scope, padded);
        compiled
            .map_err(|error| explain(&error.into(), &self.engine, &self.workbench.sources, NAME))
    }

    /// Makes the modules that an input has imported known to all later ones.
    fn keep_imports(&mut self, ast: &AST) {
        for statement in ast.statements() {
            let Stmt::Import(import, _) = statement else { continue };
            let (Expr::StringConstant(path, _), alias) = &**import else { continue };
            let resolver = self.engine.module_resolver();
            // It has just been resolved, so it is there.
            let module = resolver.resolve(&self.engine, Some(NAME), path, Position::NONE);
            if let Ok(module) = module
                && !alias.name.is_empty()
            {
                self.engine.register_static_module(&alias.name, module);
            }
        }
    }
}

/// Returns in a few words what a variable holds; whether closures share it is nobody's concern.
fn describe(value: &Dynamic) -> String {
    if let Some(text) = value.read_lock::<ImmutableString>() {
        // Half of a secret would not be recognised as one.
        let text = redact(&text);
        let end = text.char_indices().nth(LONGEST_TEXT).map(|(end, _)| end);
        let rest = if end.is_some() { "…" } else { "" };
        return format!("the text {:?}{rest}", &text[..end.unwrap_or(text.len())]);
    }
    if value.is_shared() {
        convert::type_word(&value.flatten_clone())
    } else {
        convert::type_word(value)
    }
}
