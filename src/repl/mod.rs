//! The REPL: a line is read, done, and its result shown, until one leaves.
//!
//! The only place that names rustyline. What an input does is `script`'s; what may be done is `gate`'s.

mod ask;
mod commands;
mod completion;
mod editor;
mod files;
mod help;
mod helper;
mod highlight;
mod hint;
mod history;
mod keys;
mod progress;
mod prompt;
mod show;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use crate::error::Error;
use crate::gate::Askers;
use crate::output::Mark;
use crate::plan;
use crate::process::remember_terminal;
use crate::script::{Header, Interactive, on_engine_thread};
use crate::session::Session;

pub use ask::Person;
use commands::Command;
use editor::{LineEditor, Read};
use progress::Ticker;
use prompt::Prompt;

/// What everybody here looks at: the session with the engine.
type Shared = Rc<RefCell<Interactive>>;

/// Opens the REPL and stays until one leaves; whom to ask before tokens of a real workspace are revoked is told.
pub fn open(session: &Arc<Session>, askers: Askers) -> Result<(), Error> {
    let memory = session.settings().max_memory();
    on_engine_thread(memory, || Repl::new(Arc::clone(session), askers)?.run())
}

struct Repl {
    session: Arc<Session>,
    askers: Askers,
    interactive: Shared,
    editor: LineEditor,
    prompt: Prompt,
    shows_time: bool,
}

/// Whether there is a next input.
enum Next {
    Input,
    None(Result<(), Error>),
}

impl Repl {
    fn new(session: Arc<Session>, askers: Askers) -> Result<Self, Error> {
        let interactive = Rc::new(RefCell::new(Interactive::new(&session)));
        let editor = LineEditor::new(&session, &interactive)?;
        let prompt = Prompt::of(&session);
        Ok(Self { session, askers, interactive, editor, prompt, shows_time: false })
    }

    fn run(&mut self) -> Result<(), Error> {
        self.session.output().note(concat!(
            "patroll ",
            env!("CARGO_PKG_VERSION"),
            ", :help explains, Ctrl-D leaves"
        ));
        remember_terminal();
        loop {
            self.session.stop().end_turn();
            let next = match self.editor.read(&self.prompt, self.session.output())? {
                Read::Input(text) => self.take(&text),
                Read::End => Next::None(Ok(())),
            };
            if let Next::None(result) = next {
                return self.leave(result);
            }
        }
    }

    /// Does what was typed; a failure is told, and only a few end the session.
    fn take(&mut self, text: &str) -> Next {
        let done = match commands::parse(text) {
            None => self.evaluate(text),
            Some(Ok(Command::Quit)) => return Next::None(Ok(())),
            Some(Ok(command)) => self.obey(command),
            Some(Err(error)) => Err(error),
        };
        match done {
            Ok(()) => Next::Input,
            Err(error @ (Error::Exit { .. } | Error::Terminated | Error::OutputClosed)) => {
                Next::None(Err(error))
            }
            Err(error) => {
                self.session.output().error(&error);
                Next::Input
            }
        }
    }

    /// Evaluates an input and shows its result.
    fn evaluate(&mut self, text: &str) -> Result<(), Error> {
        let session = Arc::clone(&self.session);
        session.stop().begin_turn();
        session.gate().begin_input();
        session.gate().hear(Header::read(text).wishes());
        let limit = session.settings().asked().timeout.map(|limit| {
            let error = Error::TimedOut { limit: limit.to_string() };
            session.stop().set_after(limit.to_std(), error)
        });
        let _timer = limit.transpose()?;
        let (begun, mark) = (Instant::now(), session.output().activity().mark());
        let planned = session.gate().planned().len();
        let ticker = Ticker::start(&session, mark);
        let result = self.interactive.borrow_mut().evaluate(text);
        drop(ticker);
        let shown = result.and_then(|has_result| {
            if has_result {
                show::result(&self.interactive.borrow(), session.output(), false)
            } else {
                Ok(())
            }
        });
        if session.gate().planned().len() > planned {
            plan::show(&session, planned)?;
        }
        self.tell_time(begun, mark);
        shown
    }

    fn tell_time(&self, begun: Instant, mark: Mark) {
        if self.shows_time {
            let output = self.session.output();
            let requests = output.activity().requests_since(mark);
            let plural = if requests == 1 { "" } else { "s" };
            let seconds = begun.elapsed().as_secs_f64();
            output.note(&format!("{seconds:.3} s, {requests} request{plural}"));
        }
    }

    /// Ends the session: what was made and reached no one must not be lost silently.
    fn leave(&mut self, result: Result<(), Error>) -> Result<(), Error> {
        // What ended the last input is no reason for how the session ends.
        self.session.stop().begin_turn();
        let token_ids = self.interactive.borrow().unseen_values();
        if token_ids.is_empty() {
            return result;
        }
        let lost = Error::ValueLost { token_ids };
        result.and_then(|()| Err(lost.clone())).map_err(|error| {
            if error != lost {
                self.session.output().error(&lost);
            }
            error
        })
    }
}
