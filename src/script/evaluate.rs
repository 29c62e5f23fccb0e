//! One expression instead of a script: `eval`, and the conditions of `--where`.

use std::sync::Arc;

use rhai::{Dynamic, Engine, Scope};

use super::check::Form;
use super::convert;
use super::failure::{conclude, mistake};
use super::header::Header;
use super::run::{Arguments, Run};
use super::source::Source;
use super::workbench::{Workbench, finish, on_engine_thread};
use crate::error::Error;
use crate::output::Format;
use crate::session::Session;
use crate::token::Token;

/// Evaluates one expression or a few statements and shows the result.
pub fn evaluate(session: &Arc<Session>, text: &str) -> Result<(), Error> {
    if text.trim().is_empty() {
        return Err(Error::Usage { problem: "the expression is empty".to_owned(), hint: None });
    }
    on_engine_thread(session.settings().max_memory(), || {
        let source = Source::from_text("expression", text);
        let workbench = Workbench::new(&source);
        let run = Run::new(Arc::clone(session), Arguments::default(), Header::default());
        let engine = workbench.engine(&run, &source);
        let ast = workbench.compile(&engine, &source, Form::Script)?;
        let result = engine.eval_ast_with_scope::<Dynamic>(&mut Scope::new(), &ast);
        let value = conclude(result, &engine, &workbench.sources, &source.name, session.stop());
        let shown = value.and_then(|value| show(session, &engine, &value));
        finish(&run, shown)
    })
}

/// Keeps the tokens for which `text`, an expression about `t`, is true; a wrong one is refused before `tokens` asks the
/// workspace for them.
pub fn filter_tokens(
    session: &Arc<Session>,
    tokens: impl FnOnce() -> Result<Vec<Token>, Error> + Send,
    text: &str,
) -> Result<Vec<Token>, Error> {
    on_engine_thread(session.settings().max_memory(), || {
        let source = Source::from_text("--where", text);
        let workbench = Workbench::new(&source);
        let run = Run::new(Arc::clone(session), Arguments::default(), Header::default());
        run.only_look();
        let engine = workbench.engine(&run, &source);
        let ast = workbench.compile(&engine, &source, Form::Condition)?;
        let mut scope = Scope::new();
        let mut kept = Vec::new();
        for token in tokens()? {
            scope.set_value("t", token.clone());
            let result =
                engine.eval_ast_with_scope::<Dynamic>(&mut scope, &ast).and_then(|value| {
                    value.as_bool().map_err(|_| {
                        let found = convert::type_word(&value);
                        mistake(format!("the condition is {found}, not true or false"))
                    })
                });
            if conclude(result, &engine, &workbench.sources, &source.name, session.stop())? {
                kept.push(token);
            }
        }
        Ok(kept)
    })
}

fn show(session: &Session, engine: &Engine, value: &Dynamic) -> Result<(), Error> {
    if value.is_unit() {
        return Ok(());
    }
    let output = session.output();
    if output.format() == Format::Table && !convert::is_rows(value) {
        return output.line(&convert::display(engine, value));
    }
    convert::output_rows(output, value, None, session.settings().max_memory() / 4)
}
