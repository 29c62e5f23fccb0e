//! What every use of the engine shares: the texts to draw failures from, a thread with room to nest, and a proper end.

use std::thread;

use rhai::{AST, Engine};

use super::check::{self, Form};
use super::engine;
use super::modules::Modules;
use super::report::Sources;
use super::run::Run;
use super::source::Source;
use super::stack;
use crate::error::{Error, exit};

/// What compiling one script needs: the texts to draw from, and where its imports lie.
pub struct Workbench {
    /// The texts.
    pub sources: Sources,
}

impl Workbench {
    /// Begins with one script.
    pub fn new(source: &Source) -> Self {
        let sources = Sources::default();
        sources.insert(&source.name, &source.text);
        Self { sources }
    }

    /// Builds the engine that runs the script.
    pub fn engine(&self, run: &Run, source: &Source) -> Engine {
        let modules = Modules::new(source.folder.as_deref(), self.sources.clone());
        engine::build_for(run, modules)
    }

    /// Compiles the script; one with a mistake that can be seen does not compile.
    pub fn compile(&self, engine: &Engine, source: &Source, form: Form) -> Result<AST, Error> {
        check::compile(engine, source, form, &self.sources)
    }
}

/// `exit(0)` is no failure.
const DONE: Error = Error::Exit { code: exit::DONE };

/// Ends a run: a value that was made and reached nobody must not be lost silently.
pub fn finish(run: &Run, result: Result<(), Error>) -> Result<(), Error> {
    let result = result.or_else(|error| if error == DONE { Ok(()) } else { Err(error) });
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

/// Runs `work` where the stack is as large as a script that may take so much memory can need, and hands a panic on.
pub fn on_engine_thread<T: Send>(
    memory: usize,
    work: impl FnOnce() -> Result<T, Error> + Send,
) -> Result<T, Error> {
    let size = stack::size(memory);
    let work = || {
        stack::begin(size);
        work()
    };
    thread::scope(|scope| {
        let spawned = thread::Builder::new()
            .name("engine".to_owned())
            .stack_size(size)
            .spawn_scoped(scope, work);
        match spawned.map(thread::ScopedJoinHandle::join) {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(error) => Err(Error::io("start", "the engine's thread", &error)),
        }
    })
}
