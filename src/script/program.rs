//! Compiles a script and runs it: flags, options and `main` first, then the statements.

use std::sync::Arc;

use rhai::{AST, ASTNode, CallFnOptions, Dynamic, Engine, Expr, Scope, Stmt};

use super::check::Form;
use super::failure::{Thrown, conclude};
use super::header::Header;
use super::names;
use super::run::{Arguments, Run};
use super::source::Source;
use super::workbench::{Workbench, finish, on_engine_thread};
use crate::error::Error;
use crate::session::Session;

/// A script and what was written behind its name.
#[derive(Clone)]
pub struct Program {
    /// The script.
    pub source: Source,
    /// What was written behind its name.
    pub arguments: Arguments,
}

impl Program {
    /// Compiles and runs the script.
    pub fn run(self, session: &Arc<Session>) -> Result<(), Error> {
        on_engine_thread(session.settings().max_memory(), || self.run_here(session))
    }

    fn run_here(&self, session: &Arc<Session>) -> Result<(), Error> {
        let header = Header::read(&self.source.text);
        session.gate().hear(header.wishes());
        let run = Run::new(Arc::clone(session), self.arguments.clone(), header);
        let workbench = Workbench::new(&self.source);
        let engine = workbench.engine(&run, &self.source);
        let ast = workbench.compile(&engine, &self.source, Form::Script)?;
        let needs = Needs::of(&ast);
        if self.arguments.wants_help && !needs.options {
            return show_header(session, &self.source.name, run.header());
        }
        if !needs.options {
            self.refuse_stray_words(needs.words)?;
        }
        run.expect(needs.options, needs.words);
        let result = execute(&engine, &ast, &self.arguments.words);
        let result =
            conclude(result, &engine, &workbench.sources, &self.source.name, session.stop());
        finish(&run, result)
    }

    /// Refuses words that nobody would read, before anything runs: a mistyped flag must not be ignored.
    fn refuse_stray_words(&self, takes_words: bool) -> Result<(), Error> {
        let name = &self.source.name;
        if let Some(flag) = self.arguments.stray_flag() {
            let own = self.arguments.reserved.iter().map(String::as_str);
            let hint = match names::closest(flag.trim_start_matches('-'), own) {
                Some(close) => format!("did you mean `--{close}`?"),
                None => "after `--` everything is the script's".to_owned(),
            };
            let problem = format!("unknown option `{flag}`: {name} has none of its own");
            return Err(Error::Usage { problem, hint: Some(hint) });
        }
        self.arguments.words.first().filter(|_| !takes_words).map_or(Ok(()), |word| {
            Err(Error::Usage {
                problem: format!("{name} takes no arguments, so not `{word}`"),
                hint: None,
            })
        })
    }
}

/// What a script asks of the words behind its name.
#[derive(Clone, Copy)]
struct Needs {
    options: bool,
    words: bool,
}

impl Needs {
    fn of(ast: &AST) -> Self {
        let main = ast.iter_functions().find(|function| function.name == "main");
        let words = main.is_some_and(|main| !main.params.is_empty()) || calls(ast, "args");
        Self { options: calls(ast, "options"), words }
    }
}

/// Runs the statements, then `main(args)` or `main()` if the script has one.
fn execute(engine: &Engine, ast: &AST, words: &[String]) -> Result<(), Thrown> {
    let main = ast
        .iter_functions()
        .find(|function| function.name == "main")
        .map(|function| function.params.len());
    let mut scope = Scope::new();
    let options = CallFnOptions::new().eval_ast(true);
    match main {
        None => engine.run_ast_with_scope(&mut scope, ast),
        Some(0) => {
            engine.call_fn_with_options::<Dynamic>(options, &mut scope, ast, "main", ()).map(drop)
        }
        Some(_) => {
            let words: rhai::Array = words.iter().map(|word| word.clone().into()).collect();
            engine
                .call_fn_with_options::<Dynamic>(options, &mut scope, ast, "main", (words,))
                .map(drop)
        }
    }
}

fn show_header(session: &Session, name: &str, header: &Header) -> Result<(), Error> {
    let usage = format!("Usage: patroll run {name} [-- ARGS…]");
    let about = "This script has no options of its own.".to_owned();
    session.output().line(&header.page(&[usage, String::new(), about]))
}

/// Returns whether the script calls a function of that name anywhere.
fn calls(ast: &AST, name: &str) -> bool {
    let mut found = false;
    ast.walk(&mut |path: &[ASTNode<'_>]| {
        found |= match path.last() {
            Some(ASTNode::Expr(Expr::FnCall(call, _)) | ASTNode::Stmt(Stmt::FnCall(call, _))) => {
                call.name == name
            }
            _ => false,
        };
        !found
    });
    found
}
