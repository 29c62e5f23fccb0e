//! What a script's functions see of the run they are in: the session, the script's arguments, and what it has made.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

use rhai::{Dynamic, NativeCallContext};

use super::call::call;
use super::failure::{Thrown, throw};
use super::header::Header;
use crate::api::Client;
use crate::error::Error;
use crate::gate::{Admission, Effect, Grant, Origin};
use crate::secret;
use crate::session::Session;

/// What was written behind the script's name.
#[derive(Clone, Debug, Default)]
pub struct Arguments {
    /// The words, in order.
    pub words: Vec<String>,
    /// How many of them stand before a `--`; the others are no options, whatever they look like.
    pub open: usize,
    /// Whether the script's help was asked for.
    pub wants_help: bool,
    /// The names of patroll's own flags, which no script option may bear.
    pub reserved: Vec<String>,
}

impl Arguments {
    /// Returns the first word that looks like an option, before a `--` that ends them.
    pub fn stray_flag(&self) -> Option<&str> {
        let open = self.words.iter().take(self.open);
        open.map(String::as_str).find(|word| word.len() > 1 && word.starts_with('-'))
    }
}

/// One run of one script; cheap to clone, and bound to the engine's thread.
#[derive(Clone)]
pub struct Run(Rc<State>);

struct State {
    session: Arc<Session>,
    arguments: Arguments,
    /// The words that `options` left for `args`.
    positional: RefCell<Vec<String>>,
    /// Whether the script has options that it has not asked for yet.
    owes_options: Cell<bool>,
    /// Whether it reads words that are no options.
    takes_words: Cell<bool>,
    /// Whether it is a condition, which looks at a token and asks for nothing.
    only_looks: Cell<bool>,
    header: Header,
    /// The session that stands in for this one, while a method of another workspace is called.
    elsewhere: RefCell<Option<Arc<Session>>>,
    /// The values made by this run that nobody has seen yet, by token id.
    unseen: Rc<RefCell<BTreeSet<String>>>,
}

impl Run {
    /// Begins a run of a script that opens with `header`.
    pub fn new(session: Arc<Session>, arguments: Arguments, header: Header) -> Self {
        let positional = RefCell::new(arguments.words.clone());
        Self(Rc::new(State {
            session,
            arguments,
            positional,
            owes_options: Cell::new(false),
            takes_words: Cell::new(true),
            only_looks: Cell::new(false),
            header,
            elsewhere: RefCell::default(),
            unseen: Rc::default(),
        }))
    }

    /// Returns a run on another workspace that remembers with this one which values nobody has seen.
    pub fn moved_to(&self, session: Arc<Session>) -> Self {
        Self(Rc::new(State {
            session,
            arguments: self.0.arguments.clone(),
            positional: self.0.positional.clone(),
            owes_options: self.0.owes_options.clone(),
            takes_words: self.0.takes_words.clone(),
            only_looks: self.0.only_looks.clone(),
            header: self.0.header.clone(),
            elsewhere: RefCell::default(),
            unseen: Rc::clone(&self.0.unseen),
        }))
    }

    /// Returns the run that a function was called in.
    pub fn of(context: &NativeCallContext<'_>) -> Result<Self, Thrown> {
        let run = context.tag().and_then(|tag| tag.clone().try_cast::<Self>());
        let run = run.ok_or("this function needs a run")?;
        let elsewhere = run.0.elsewhere.borrow().clone();
        Ok(elsewhere.map_or_else(|| run.clone(), |session| run.moved_to(session)))
    }

    /// Does something for which `of` finds this run on another workspace.
    pub fn elsewhere<T>(&self, session: &Arc<Session>, work: impl FnOnce() -> T) -> T {
        self.0.elsewhere.replace(Some(Arc::clone(session)));
        let result = work();
        self.0.elsewhere.replace(None);
        result
    }

    /// Returns the session.
    pub fn session(&self) -> &Session {
        &self.0.session
    }

    /// Returns what was written behind the script's name.
    pub fn arguments(&self) -> &Arguments {
        &self.0.arguments
    }

    /// Returns the script's opening comment.
    pub fn header(&self) -> &Header {
        &self.0.header
    }

    /// Returns the words that are no options.
    pub fn positional(&self) -> Vec<String> {
        self.0.positional.borrow().clone()
    }

    /// Notes what the script will ask for.
    pub fn expect(&self, options: bool, words: bool) {
        self.0.owes_options.set(options);
        self.0.takes_words.set(words);
    }

    /// Notes that this is a condition: it makes no request.
    pub fn only_look(&self) {
        self.0.only_looks.set(true);
    }

    /// Returns whether the script reads words that are no options.
    pub fn takes_words(&self) -> bool {
        self.0.takes_words.get()
    }

    /// Notes that the script's options have been read, and which words they left.
    pub fn take_options(&self, positional: Vec<String>) {
        self.0.owes_options.set(false);
        *self.0.positional.borrow_mut() = positional;
    }

    /// Makes a call of the run's workspace, once the script has read its options: a mistyped option must fail before any
    /// request.
    pub fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Client) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Thrown> {
        self.check_ready()?;
        call(&self.0.session, work).map_err(|error| self.throw(error))
    }

    /// Fails where no request may be made: in a condition, and before the script has read its options.
    pub fn check_ready(&self) -> Result<(), Thrown> {
        if self.0.only_looks.get() {
            let problem = "a condition looks at `t` and makes no request".to_owned();
            return Err(self.throw(Error::BadRequest { problem }));
        }
        if self.0.owes_options.get() {
            let problem =
                "a request comes before `options(…)`, so a mistyped option would be found too late"
                    .to_owned();
            return Err(self.throw(Error::BadRequest { problem }));
        }
        Ok(())
    }

    /// Ends the run unless the script has a grant.
    pub fn require(&self, context: &NativeCallContext<'_>, needed: &Grant) -> Result<(), Thrown> {
        let checked = self.session().gate().require(needed, &origin(context));
        checked.map_err(|error| self.throw(error))
    }

    /// Asks the gate for an effect at the run's workspace, or ends the run.
    pub fn admit(
        &self,
        context: &NativeCallContext<'_>,
        effect: Effect,
    ) -> Result<Admission, Thrown> {
        let admission =
            self.session().gate().admit(effect, &self.session().place(), &origin(context));
        admission.map_err(|error| self.throw(error))
    }

    /// Turns an error into what a script can catch, or into the end of the run if it may not.
    pub fn throw(&self, error: Error) -> Thrown {
        throw(error, self.session().stop())
    }

    /// Returns how much a single step may take: on its way it is held a few times over.
    pub fn most_at_once(&self) -> usize {
        self.session().settings().max_memory() / 4
    }

    /// Lets a script have a text from outside; one with a token's value in it takes the permission to read values, or ends
    /// the run: in a text the value would be known as one no longer.
    pub fn let_in(&self, context: &NativeCallContext<'_>, text: &str) -> Result<(), Thrown> {
        if secret::holds_secret(text) { self.require(context, &Grant::Reveal) } else { Ok(()) }
    }

    /// Remembers that the value of a new token has gone nowhere yet.
    pub fn remember_value(&self, token_id: &str) {
        self.0.unseen.borrow_mut().insert(token_id.to_owned());
    }

    /// Forgets a value that has reached its place, or whose token is revoked.
    pub fn forget_value(&self, token_id: &str) {
        self.0.unseen.borrow_mut().remove(token_id);
    }

    /// Returns the ids of the new tokens whose value nobody has seen.
    pub fn unseen_values(&self) -> Vec<String> {
        self.0.unseen.borrow().iter().cloned().collect()
    }

    /// Returns this run as the tag by which `of` finds it; shared, as each call of a closure copies it.
    pub fn tag(&self) -> Dynamic {
        Dynamic::from(self.clone()).into_shared()
    }
}

/// Returns the line of the script that called; whatever called, it is a script.
pub fn origin(context: &NativeCallContext<'_>) -> Origin {
    Origin {
        script: Some(context.call_source().unwrap_or("script").to_owned()),
        line: context.call_position().line(),
    }
}
