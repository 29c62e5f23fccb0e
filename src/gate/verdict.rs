//! Why the gate says no: a missing grant, a run that may not write, a brake that is reached.

use std::sync::{MutexGuard, PoisonError};

use super::brakes::Braked;
use super::consent::Answer;
use super::effect::{Effect, Origin, Place};
use super::grants::Grant;
use super::{Gate, Mode, Planned, Wishes};
use crate::error::Error;

impl Gate {
    /// Fails if `effect` would be refused whatever its number: for want of a grant, or because no write is allowed.
    pub fn check_grants(&self, effect: &Effect, origin: &Origin) -> Result<(), Error> {
        if let Some(needed) = Grant::needed_for(effect) {
            self.check_grant(&needed, origin)?;
        }
        match self.read_only.or(self.wishes().is_read_only.then_some("the script's header")) {
            Some(because) => {
                let what = format!("{} {}", effect.verbs().0, effect.what());
                Err(Error::ReadOnly { what, because })
            }
            None => Ok(()),
        }
    }

    /// Fails if a script lacks a grant for what changes nothing; that ends the run, as a refused effect does.
    pub fn require(&self, needed: &Grant, origin: &Origin) -> Result<(), Error> {
        self.stop.check()?;
        self.check_grant(needed, origin).map_err(|error| self.stop.fail(error))
    }

    /// Fails if a script lacks a grant; what was typed needs none.
    fn check_grant(&self, needed: &Grant, origin: &Origin) -> Result<(), Error> {
        if origin.script.is_none() || self.grants.cover(needed) {
            return Ok(());
        }
        let wishes = self.wishes();
        let missing = wishes.needs.iter().filter(|wish| !self.grants.cover(wish));
        Err(Error::NotGranted {
            action: needed.action(),
            flag: needed.to_string(),
            asked_for: missing.map(ToString::to_string).collect(),
        })
    }

    /// Refuses a script a look at what belongs to others, which ends the run, unless that was granted.
    pub fn admit_look(&self, origin: &Origin) -> Result<(), Error> {
        self.require(&Grant::Admin, origin)
    }

    /// Counts the effects, or fails if they are more than a brake allows and nobody lets them pass.
    pub(super) fn brake(&self, effects: &[Effect], place: &Place) -> Result<(), Error> {
        if !self.is_braked(place) {
            return Ok(());
        }
        for braked in [Braked::Revocations, Braked::Creations] {
            let wanted = effects.iter().filter(|effect| Braked::of(effect) == Some(braked));
            let wanted: Vec<_> = wanted.collect();
            while let Err(reached) = self.brakes.take(braked, wanted.len()) {
                let is_named = |effect: &&&Effect| {
                    effect.token_id().is_some_and(|token_id| self.consent.names(token_id))
                };
                // Who was shown these very tokens has been asked already.
                let answer = if wanted.iter().all(|effect| is_named(&effect)) {
                    Some(Answer::Yes)
                } else {
                    self.consent.ask_to_pass(place, &reached)
                };
                match answer {
                    Some(Answer::No) => return Err(Error::Declined),
                    Some(answer) => self.brakes.release(&reached, answer == Answer::YesToAll),
                    None => return Err(reached.error()),
                }
            }
        }
        Ok(())
    }

    /// Returns whether the brakes count what happens there: a sandbox is there to be played with.
    pub(super) fn is_braked(&self, place: &Place) -> bool {
        self.mode != Mode::Sandbox && !place.is_sandbox
    }

    /// Returns the brakes at which what was planned would have stopped.
    pub fn find_brakes(&self, planned: &[Planned]) -> Vec<Error> {
        let reached = [Braked::Revocations, Braked::Creations].into_iter().filter_map(|braked| {
            let wanted = planned
                .iter()
                .filter(|plan| Braked::of(&plan.effect) == Some(braked) && !plan.place.is_sandbox);
            self.brakes.try_out(braked, wanted.count())
        });
        reached.map(|reached| reached.error()).collect()
    }

    pub(super) fn wishes(&self) -> MutexGuard<'_, Wishes> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
