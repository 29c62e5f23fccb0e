//! The brakes: how many tokens a command may revoke and create before somebody has to say so.
//!
//! One set is shared by all sessions of a command, so that a fleet is counted as one.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::effect::Effect;
use crate::error::Error;

/// What is always allowed, where nothing is said.
const USUAL: usize = 10;

/// The part of what was listed that is allowed, where nothing is said.
const USUAL_PERCENT: u8 = 25;

/// What is braked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Braked {
    /// Tokens that die.
    Revocations,
    /// Tokens that come to life.
    Creations,
}

impl Braked {
    /// Returns what kind of effect this is to the brakes.
    pub fn of(effect: &Effect) -> Option<Self> {
        match effect {
            Effect::RevokeToken { .. } => Some(Self::Revocations),
            Effect::CreateToken { .. } => Some(Self::Creations),
            _ => None,
        }
    }
}

/// How many revocations are allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// So many.
    Count(usize),
    /// So many in a hundred of those listed.
    Percent(u8),
    /// All.
    None,
}

impl Limit {
    /// Reads `N`, `P%` or `none`; the error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text == "none" {
            return Ok(Self::None);
        }
        if let Some(percent) = text.strip_suffix('%') {
            return match percent.parse() {
                Ok(percent @ 0..=100) => Ok(Self::Percent(percent)),
                _ => Err("a percentage is a whole number from 0 to 100".to_owned()),
            };
        }
        text.parse().map(Self::Count).map_err(|_| "write a number, a percentage or none".to_owned())
    }
}

/// What was asked of the brakes; where nothing was, a creation may happen 10 times, and a revocation that often or for a
/// quarter of what was listed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits {
    /// `--max-revocations`.
    pub revocations: Option<Limit>,
    /// `--max-creations`.
    pub creations: Option<usize>,
}

/// The brakes of a command.
#[derive(Default)]
pub struct Brakes {
    limits: Limits,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// How many tokens each list has shown at most.
    listed: BTreeMap<String, usize>,
    revocations: Meter,
    creations: Meter,
}

#[derive(Clone, Copy, Default)]
struct Meter {
    done: usize,
    /// What a person has allowed beyond the limit.
    allowed: usize,
    is_lifted: bool,
}

/// How a brake stands that has been reached.
#[derive(Clone, Debug)]
pub struct Reached {
    /// Which one.
    pub braked: Braked,
    /// How many more were wanted.
    pub wanted: usize,
    /// How many there were.
    pub done: usize,
    /// How many there may be.
    pub limit: usize,
    /// Who says so.
    pub basis: String,
}

impl Reached {
    /// Returns it as the error that ends a run.
    pub fn error(&self) -> Error {
        let Self { wanted, done, limit, .. } = *self;
        let (doing, flag) = match self.braked {
            Braked::Revocations => ("revoking", "--max-revocations"),
            Braked::Creations => ("creating", "--max-creations"),
        };
        Error::BrakeReached { doing, wanted, done, limit, basis: self.basis.clone(), flag }
    }
}

impl Brakes {
    /// Sets the brakes.
    pub fn new(limits: Limits) -> Self {
        Self { limits, state: Mutex::default() }
    }

    /// Takes note of a list of so many tokens; the same list shown again is no new one.
    pub fn note_listed(&self, list: &str, count: usize) {
        let mut state = self.lock();
        let most = state.listed.entry(list.to_owned()).or_default();
        *most = count.max(*most);
    }

    /// Counts so many more, or none of them and tells why.
    pub fn take(&self, braked: Braked, wanted: usize) -> Result<(), Reached> {
        let mut state = self.lock();
        let (limit, basis) = self.limit(braked, &state);
        let meter = state.meter(braked);
        let done = meter.done;
        let is_free = limit.is_none_or(|limit| done + wanted <= limit.max(meter.allowed));
        if is_free || meter.is_lifted {
            meter.done += wanted;
            return Ok(());
        }
        let limit = limit.unwrap_or_default().max(meter.allowed);
        Err(Reached { braked, wanted, done, limit, basis })
    }

    /// Returns at which brake so many would stop; nothing is counted.
    pub fn try_out(&self, braked: Braked, wanted: usize) -> Option<Reached> {
        let mut state = self.lock();
        let (limit, basis) = self.limit(braked, &state);
        let done = state.meter(braked).done;
        let limit = limit.filter(|limit| done + wanted > *limit)?;
        Some(Reached { braked, wanted, done, limit, basis })
    }

    /// Takes one back that did not happen after all.
    pub fn give_back(&self, braked: Braked) {
        let mut state = self.lock();
        let meter = state.meter(braked);
        meter.done = meter.done.saturating_sub(1);
    }

    /// Allows what was wanted, because somebody said so, or everything from here on.
    pub fn release(&self, reached: &Reached, everything: bool) {
        let mut state = self.lock();
        let meter = state.meter(reached.braked);
        meter.allowed = meter.allowed.max(reached.done + reached.wanted);
        meter.is_lifted |= everything;
    }

    /// Counts from zero again, as a new input of a session begins.
    pub fn reset(&self) {
        let mut state = self.lock();
        state.revocations = Meter::default();
        state.creations = Meter::default();
    }

    /// Returns how many there may be, and who says so.
    fn limit(&self, braked: Braked, state: &State) -> (Option<usize>, String) {
        let listed: usize = state.listed.values().sum();
        let part = |percent: u8| listed.saturating_mul(usize::from(percent)) / 100;
        match (braked, self.limits.revocations) {
            (Braked::Creations, _) => match self.limits.creations {
                Some(count) => (Some(count), "--max-creations".to_owned()),
                None => (Some(USUAL), "the usual brake".to_owned()),
            },
            (Braked::Revocations, Some(Limit::None)) => (None, String::new()),
            (Braked::Revocations, Some(Limit::Count(count))) => {
                (Some(count), "--max-revocations".to_owned())
            }
            (Braked::Revocations, Some(Limit::Percent(percent))) => {
                (Some(part(percent)), format!("{percent}% of the {listed} listed"))
            }
            (Braked::Revocations, None) if part(USUAL_PERCENT) > USUAL => {
                (Some(part(USUAL_PERCENT)), format!("{USUAL_PERCENT}% of the {listed} listed"))
            }
            (Braked::Revocations, None) => (Some(USUAL), "the usual brake".to_owned()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn meter(&mut self, braked: Braked) -> &mut Meter {
        match braked {
            Braked::Revocations => &mut self.revocations,
            Braked::Creations => &mut self.creations,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_a_number_a_part_or_none() {
        let good = [("0", Limit::Count(0)), ("25%", Limit::Percent(25)), ("none", Limit::None)];
        for (text, limit) in good {
            assert_eq!(Limit::parse(text), Ok(limit));
        }
        for text in ["", "-1", "101%", "1.5%", "%", "all", "10 %", "1e3"] {
            assert!(Limit::parse(text).is_err(), "{text}");
        }
    }

    fn left(brakes: &Brakes) -> usize {
        brakes
            .take(Braked::Revocations, 1 << 40)
            .map_or_else(|at| at.limit - at.done, |()| usize::MAX)
    }

    #[test]
    fn the_usual_brake_grows_with_what_was_listed() {
        let brakes = Brakes::default();
        assert_eq!(left(&brakes), 10);
        brakes.note_listed("one", 43);
        brakes.note_listed("one", 40);
        assert_eq!(left(&brakes), 10);
        brakes.note_listed("two", 5);
        assert_eq!(left(&brakes), 12);
    }

    #[test]
    fn all_are_taken_or_none_and_what_did_not_happen_is_given_back() {
        let brakes = Brakes::new(Limits { revocations: Some(Limit::Count(5)), creations: None });
        assert!(brakes.take(Braked::Revocations, 6).is_err());
        assert!(brakes.take(Braked::Revocations, 5).is_ok());
        assert!(brakes.take(Braked::Revocations, 1).is_err());
        brakes.give_back(Braked::Revocations);
        assert!(brakes.take(Braked::Revocations, 1).is_ok());
        assert!(brakes.take(Braked::Creations, 10).is_ok());
    }

    #[test]
    fn a_person_allows_what_was_wanted_or_everything() {
        let brakes = Brakes::new(Limits { revocations: Some(Limit::Count(1)), creations: None });
        let reached = brakes.take(Braked::Revocations, 3).unwrap_err();
        brakes.release(&reached, false);
        assert!(brakes.take(Braked::Revocations, 3).is_ok());
        let reached = brakes.take(Braked::Revocations, 1).unwrap_err();
        assert_eq!((reached.done, reached.limit), (3, 3));
        brakes.release(&reached, true);
        assert!(brakes.take(Braked::Revocations, 100).is_ok());
    }
}
