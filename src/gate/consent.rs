//! The question before a revocation, and what it was answered with; how a person is asked is the asker's.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::effect::Place;

/// Something that can put a question to a person.
pub trait Ask: Send + Sync {
    /// Puts the question; where nobody answers, the answer is no.
    fn ask(&self, question: &Question<'_>) -> Answer;
}

/// What a person is asked: may these tokens be revoked?
pub struct Question<'q> {
    /// Where they are.
    pub place: &'q Place,
    /// Their ids, with their comments where known.
    pub tokens: &'q [(String, Option<String>)],
}

/// What a person says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// To these.
    Yes,
    /// To these and to all that the same input or script goes on to revoke.
    YesToAll,
    /// To none, and that is the end of the input or script.
    No,
}

/// Who is asked, and what has been allowed since the last input.
#[derive(Default)]
pub struct Consent {
    asker: Option<Arc<dyn Ask>>,
    given: Mutex<Given>,
}

#[derive(Default)]
struct Given {
    to_all: bool,
    to: HashSet<String>,
}

impl Consent {
    /// Begins with who is to be asked; without one, nothing is.
    pub fn by(asker: Option<Arc<dyn Ask>>) -> Self {
        Self { asker, given: Mutex::default() }
    }

    /// Returns whether a question is due before the next revocation.
    pub fn is_due(&self) -> bool {
        self.asker.is_some() && !self.lock().to_all
    }

    /// Returns whether a token may be revoked without a further question.
    pub fn covers(&self, token_id: &str) -> bool {
        let given = self.lock();
        self.asker.is_none() || given.to_all || given.to.contains(token_id)
    }

    /// Asks, and remembers a yes.
    pub fn ask(&self, question: &Question<'_>) -> Answer {
        let answer = self.asker.as_ref().map_or(Answer::Yes, |asker| asker.ask(question));
        let mut given = self.lock();
        match answer {
            Answer::Yes => given.to.extend(question.tokens.iter().map(|(id, _)| id.clone())),
            Answer::YesToAll => given.to_all = true,
            Answer::No => {}
        }
        answer
    }

    /// Needs no further answer until the next input: what is revoked is not real.
    pub fn waive(&self) {
        self.lock().to_all = true;
    }

    /// Forgets what was allowed, as a new input begins.
    pub fn forget(&self) {
        *self.lock() = Given::default();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Given> {
        self.given.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
