//! A script's functions as a rotation's hooks; what they throw is thrown on once the rotation has come to its end.

use std::cell::RefCell;

use rhai::{Dynamic, FnPtr, Map, NativeCallContext};

use super::convert::type_word;
use super::failure::{Thrown, mistake};
use crate::error::Error;
use crate::rotation::Hooks;
use crate::token::Token;

/// The functions of one call of `tokens_rotate`.
pub struct ScriptHooks<'c> {
    context: &'c NativeCallContext<'c>,
    functions: Vec<(&'static str, FnPtr)>,
    /// What they threw, each beside the error that stands for it in the rotation.
    thrown: RefCell<Vec<(Error, Thrown)>>,
}

/// The keys under which they are given.
const VERIFY: &str = "verify";
const ON_PUBLISHED: &str = "on_published";
const BEFORE_REVOKE: &str = "before_revoke";

impl<'c> ScriptHooks<'c> {
    /// Takes the functions from a map of options.
    pub fn read(context: &'c NativeCallContext<'c>, options: &Map) -> Result<Self, Thrown> {
        let mut functions = Vec::new();
        for key in [VERIFY, ON_PUBLISHED, BEFORE_REVOKE] {
            let Some(value) = options.get(key) else { continue };
            let Some(function) = value.clone().try_cast::<FnPtr>() else {
                return Err(mistake(format!("`{key}` is a function, not {}", type_word(value))));
            };
            functions.push((key, function));
        }
        Ok(Self { context, functions, thrown: RefCell::default() })
    }

    /// Returns what a hook threw, if that is what an error stands for.
    pub fn take_thrown(&self, error: &Error) -> Option<Thrown> {
        let all = self.thrown.take();
        all.into_iter().find(|(known, _)| known == error).map(|(_, thrown)| thrown)
    }

    /// Calls a hook, if the script has it.
    fn call(&self, key: &'static str, token: &Token) -> Result<Option<Dynamic>, Error> {
        let Some((_, function)) = self.functions.iter().find(|(name, _)| *name == key) else {
            return Ok(None);
        };
        let called = function.call_raw(self.context, None, [Dynamic::from(token.clone())]);
        called.map(Some).map_err(|thrown| self.keep(key, thrown))
    }

    fn ask(&self, key: &'static str, token: &Token) -> Result<bool, Error> {
        let Some(answer) = self.call(key, token)? else { return Ok(true) };
        answer.as_bool().map_err(|_| {
            let found = type_word(&answer);
            self.keep(key, mistake(format!("`{key}` wants true or false, and returned {found}")))
        })
    }

    fn keep(&self, key: &'static str, thrown: Thrown) -> Error {
        let error = Error::BadRequest { problem: format!("`{key}` threw") };
        self.thrown.borrow_mut().push((error.clone(), thrown));
        error
    }
}

impl Hooks for ScriptHooks<'_> {
    fn names(&self) -> Vec<&'static str> {
        self.functions.iter().map(|(name, _)| *name).collect()
    }

    fn verify(&self, new: &Token) -> Result<bool, Error> {
        self.ask(VERIFY, new)
    }

    fn on_published(&self, new: &Token) -> Result<(), Error> {
        self.call(ON_PUBLISHED, new).map(drop)
    }

    fn before_revoke(&self, old: &Token) -> Result<bool, Error> {
        self.ask(BEFORE_REVOKE, old)
    }
}
