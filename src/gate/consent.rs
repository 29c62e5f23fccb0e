//! The questions before a revocation and at a brake, and what was answered; how a person is asked is the asker's.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::brakes::Reached;
use super::effect::Place;

/// Something that can put a question to a person.
pub trait Ask: Send + Sync {
    /// Puts the question; where nobody answers, the answer is no.
    fn ask(&self, question: &Question<'_>) -> Answer;
}

/// What a person is asked.
pub enum Question<'q> {
    /// May these tokens be revoked?
    Revoke {
        /// Where they are.
        place: &'q Place,
        /// Their ids, with their comments where known.
        tokens: &'q [(String, Option<String>)],
    },
    /// May it be more than the brake allows?
    PassBrake {
        /// Where it happens.
        place: &'q Place,
        /// How the brake stands.
        reached: &'q Reached,
    },
}

/// What a person says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// To these.
    Yes,
    /// To these and to all that the same input or script goes on to do.
    YesToAll,
    /// To none, and that is the end of the input or script.
    No,
}

/// What a person at the terminal is asked about.
#[derive(Clone, Default)]
pub struct Askers {
    /// Asked before tokens are revoked.
    pub revocations: Option<Arc<dyn Ask>>,
    /// Asked when a brake is reached.
    pub brakes: Option<Arc<dyn Ask>>,
}

/// Who is asked, and what has been allowed since the last input.
#[derive(Default)]
pub struct Consent {
    askers: Askers,
    given: Mutex<Given>,
}

#[derive(Default)]
struct Given {
    to_all: bool,
    to: HashSet<String>,
}

impl Consent {
    /// Begins with who is to be asked; without one, nothing is.
    pub fn by(askers: Askers) -> Self {
        Self { askers, given: Mutex::default() }
    }

    /// Returns whether a question is due before the next revocation.
    pub fn is_due(&self) -> bool {
        self.askers.revocations.is_some() && !self.lock().to_all
    }

    /// Returns whether a token may be revoked without a further question.
    pub fn covers(&self, token_id: &str) -> bool {
        let given = self.lock();
        self.askers.revocations.is_none() || given.to_all || given.to.contains(token_id)
    }

    /// Returns whether a person has said yes to just this token.
    pub fn names(&self, token_id: &str) -> bool {
        self.lock().to.contains(token_id)
    }

    /// Asks about revocations, and remembers a yes.
    pub fn ask(&self, place: &Place, tokens: &[(String, Option<String>)]) -> Answer {
        let ask = |asker: &Arc<dyn Ask>| asker.ask(&Question::Revoke { place, tokens });
        let answer = self.askers.revocations.as_ref().map_or(Answer::Yes, ask);
        let mut given = self.lock();
        match answer {
            Answer::Yes => given.to.extend(tokens.iter().map(|(id, _)| id.clone())),
            Answer::YesToAll => given.to_all = true,
            Answer::No => {}
        }
        answer
    }

    /// Asks whether a brake may be passed; nothing if nobody is there to be asked.
    pub fn ask_to_pass(&self, place: &Place, reached: &Reached) -> Option<Answer> {
        let asker = self.askers.brakes.as_ref()?;
        Some(asker.ask(&Question::PassBrake { place, reached }))
    }

    /// Forgets what was allowed, as a new input begins.
    pub fn forget(&self) {
        *self.lock() = Given::default();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Given> {
        self.given.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
