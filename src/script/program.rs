//! Compiles a script and runs it, on a thread of its own with a stack of a known size.

use std::sync::Arc;
use std::thread;

use rhai::{AST, ASTNode, CallFnOptions, Dynamic, Engine, EvalAltResult, Expr, Scope, Stmt};

use super::convert;
use super::engine;
use super::failure::{Thrown, conclude, explain};
use super::header::Header;
use super::modules::Modules;
use super::report::Sources;
use super::run::{Arguments, Run};
use super::source::Source;
use crate::error::{Error, exit};
use crate::output::Format;
use crate::session::Session;
use crate::token::Token;

/// A script, its session and what was written behind its name.
pub struct Program {
    /// The script.
    pub source: Source,
    /// What was written behind its name.
    pub arguments: Arguments,
}

impl Program {
    /// Compiles and runs the script.
    pub fn run(self, session: &Arc<Session>) -> Result<(), Error> {
        on_engine_thread(|| self.run_here(session).map(drop))
    }

    fn run_here(&self, session: &Arc<Session>) -> Result<(), Error> {
        let workbench = Workbench::new(&self.source);
        let compiler = engine::build();
        let ast = workbench.compile(&compiler, &self.source)?;
        let declares_options = calls(&ast, "options");
        self.refuse_stray_flags(declares_options)?;
        let header = Header::read(&self.source.text);
        if self.arguments.wants_help && !declares_options {
            return show_header(session, &self.source.name, &header);
        }
        let run = Run::new(
            Arc::clone(session),
            self.arguments.clone(),
            header.lines.join("\n"),
            declares_options,
        );
        let engine = workbench.engine(&run, session, &self.source);
        let result = execute(&engine, &ast, &self.arguments.words);
        let concluded =
            conclude(result, &engine, &workbench.sources, &self.source.name, session.stop());
        let concluded = match concluded {
            Err(Error::Exit { code: exit::DONE }) => Ok(()),
            other => other,
        };
        finish(&run, concluded)
    }

    /// Refuses a flag that neither patroll nor the script knows, before anything runs.
    fn refuse_stray_flags(&self, declares_options: bool) -> Result<(), Error> {
        let stray = self.arguments.stray_flag();
        match stray {
            Some(flag) if !declares_options => Err(Error::Usage {
                problem: format!(
                    "unknown option `{flag}`: {} takes none of its own",
                    self.source.name
                ),
                hint: Some("after `--` everything is the script's".to_owned()),
            }),
            _ => Ok(()),
        }
    }
}

/// Evaluates one expression or a few statements and shows the result.
pub fn evaluate(session: &Arc<Session>, text: &str, arguments: Arguments) -> Result<(), Error> {
    on_engine_thread(|| {
        let source = Source::from_text("expression", text);
        let workbench = Workbench::new(&source);
        let run = Run::new(Arc::clone(session), arguments.clone(), String::new(), false);
        let engine = workbench.engine(&run, session, &source);
        let ast = workbench.compile(&engine, &source)?;
        let result = engine.eval_ast_with_scope::<Dynamic>(&mut Scope::new(), &ast);
        let value = conclude(result, &engine, &workbench.sources, &source.name, session.stop());
        let shown = value.and_then(|value| show(session, &engine, &value));
        finish(
            &run,
            match shown {
                Err(Error::Exit { code: exit::DONE }) => Ok(()),
                other => other,
            },
        )
    })
}

/// Keeps the tokens for which `text`, an expression about `t`, is true.
pub fn filter_tokens(
    session: &Arc<Session>,
    tokens: Vec<Token>,
    text: &str,
) -> Result<Vec<Token>, Error> {
    on_engine_thread(|| {
        let source = Source::from_text("--where", text);
        let workbench = Workbench::new(&source);
        let run = Run::new(Arc::clone(session), Arguments::default(), String::new(), false);
        let engine = workbench.engine(&run, session, &source);
        let mut scope = Scope::new();
        scope.push("t", ());
        let compiled = engine.compile_expression_with_scope(&scope, text);
        let mut ast = compiled
            .map_err(|error| explain(&error.into(), &engine, &workbench.sources, &source.name))?;
        ast.set_source(&source.name);
        let mut kept = Vec::new();
        for token in tokens {
            scope.set_value("t", token.clone());
            let result =
                engine.eval_ast_with_scope::<Dynamic>(&mut scope, &ast).and_then(|value| {
                    value.as_bool().map_err(|found| {
                        super::failure::mistake(format!(
                            "the condition is {found}, not true or false"
                        ))
                    })
                });
            if conclude(result, &engine, &workbench.sources, &source.name, session.stop())? {
                kept.push(token);
            }
        }
        Ok(kept)
    })
}

/// What compiling one script needs: the texts to draw from, and where its imports lie.
struct Workbench {
    sources: Sources,
}

impl Workbench {
    fn new(source: &Source) -> Self {
        let sources = Sources::default();
        sources.insert(&source.name, &source.text);
        Self { sources }
    }

    fn engine(&self, run: &Run, session: &Arc<Session>, source: &Source) -> Engine {
        let modules = Modules::new(source.folder.as_deref(), self.sources.clone());
        engine::build_for(run, session, modules)
    }

    fn compile(&self, engine: &Engine, source: &Source) -> Result<AST, Error> {
        let compiled = engine.compile(&source.text);
        let mut ast = compiled.map_err(|error| {
            explain(&EvalAltResult::from(error), engine, &self.sources, &source.name)
        })?;
        ast.set_source(&source.name);
        Ok(ast)
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

/// Ends a run: a value that was made and reached nobody must not be lost silently.
fn finish(run: &Run, result: Result<(), Error>) -> Result<(), Error> {
    let unseen = run.unseen_values();
    if unseen.is_empty() {
        return result;
    }
    let lost = Error::ValueLost { token_ids: unseen };
    match result {
        Ok(()) => Err(lost),
        Err(error) => {
            run.session().output().error(&lost);
            Err(error)
        }
    }
}

fn show(session: &Session, engine: &Engine, value: &Dynamic) -> Result<(), Error> {
    if value.is_unit() {
        return Ok(());
    }
    let output = session.output();
    if output.format() == Format::Table && !convert::is_rows(value) {
        return output.line(&convert::display(engine, value));
    }
    convert::output_rows(output, value, None)
}

fn show_header(session: &Session, name: &str, header: &Header) -> Result<(), Error> {
    let output = session.output();
    for line in &header.lines {
        output.line(line)?;
    }
    output.line(&format!(
        "\nUsage: patroll run {name} [-- ARGS…]\n\nThis script has no options of its own."
    ))
}

/// Returns whether the script calls a function of that name anywhere.
fn calls(ast: &AST, name: &str) -> bool {
    let mut found = false;
    ast.walk(&mut |path: &[ASTNode<'_>]| {
        found |= match path.last() {
            Some(ASTNode::Expr(Expr::FnCall(call, _))) => call.name == name,
            Some(ASTNode::Stmt(Stmt::FnCall(call, _))) => call.name == name,
            _ => false,
        };
        !found
    });
    found
}

/// Runs `work` where the stack has a known size, and hands a panic on.
fn on_engine_thread<T: Send>(work: impl FnOnce() -> Result<T, Error> + Send) -> Result<T, Error> {
    thread::scope(|scope| {
        let spawned = thread::Builder::new()
            .name("engine".to_owned())
            .stack_size(engine::STACK)
            .spawn_scoped(scope, work);
        match spawned.map(thread::ScopedJoinHandle::join) {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(error) => Err(Error::io("start", "the engine's thread", &error)),
        }
    })
}
