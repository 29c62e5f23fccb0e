//! How many effects of each kind a run made, for the line it ends with: a change at 3 a.m. is never silent.

use std::sync::{Mutex, PoisonError};

use super::audit::Outcome;
use super::effect::Effect;

/// What can have happened, in the order in which it is told.
const DEEDS: [(&str, &str); 9] = [
    ("created", "token"),
    ("revoked", "token"),
    ("wrote", "file"),
    ("wrote", "profile"),
    ("created", "scope"),
    ("put", "secret"),
    ("deleted", "secret"),
    ("ran", "command"),
    ("sent", "request"),
];

/// The counts of one run.
#[derive(Default)]
pub struct Tally(Mutex<Counts>);

#[derive(Clone, Copy, Default)]
struct Counts {
    deeds: [usize; DEEDS.len()],
    unknown: usize,
    failed: usize,
}

/// What a run changed, in numbers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Changes {
    /// The tokens that came to life.
    pub created: usize,
    /// The tokens that died.
    pub revoked: usize,
    /// The changes that were refused, failed, or are unknown.
    pub failed: usize,
}

impl Tally {
    /// Counts an effect; returns the line that tells of it, if it happened.
    pub fn count(&self, effect: &Effect, outcome: &Outcome) -> Option<String> {
        if effect.is_look() {
            return None;
        }
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let made = match outcome {
            Outcome::Done { made, .. } => made.as_deref().unwrap_or_default(),
            Outcome::Unknown => {
                counts.unknown += 1;
                counts.failed += 1;
                return None;
            }
            Outcome::Refused { .. } => {
                counts.failed += 1;
                return None;
            }
            Outcome::AlreadyGone { .. } | Outcome::LeftOut { .. } => return None,
        };
        let (_, verb) = effect.verbs();
        let deed = (verb, effect.noun());
        if let Some(at) = DEEDS.iter().position(|known| *known == deed) {
            counts.deeds[at] += 1;
        }
        let what = match effect {
            Effect::CreateToken { .. } => short(made).to_owned(),
            Effect::RevokeToken { token_id, .. } => short(token_id).to_owned(),
            other => other.what(),
        };
        let comment = effect.comment().unwrap_or_default();
        Some(format!("{verb} {what} {comment}").trim_end().to_owned())
    }

    /// Counts what another has counted.
    pub fn add(&self, other: &Self) {
        let theirs = *other.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut ours = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ours.unknown += theirs.unknown;
        ours.failed += theirs.failed;
        for (count, more) in ours.deeds.iter_mut().zip(theirs.deeds) {
            *count += more;
        }
    }

    /// Returns the counts.
    pub fn changes(&self) -> Changes {
        let counts = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = |verb: &str| {
            let at = DEEDS.iter().position(|deed| *deed == (verb, "token"));
            at.map_or(0, |at| counts.deeds[at])
        };
        Changes { created: count("created"), revoked: count("revoked"), failed: counts.failed }
    }

    /// Returns the counts in words, nothing if all are zero.
    pub fn summary(&self) -> Option<String> {
        let counts = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let deeds = DEEDS.iter().zip(counts.deeds);
        let parts: Vec<String> = deeds
            .map(|((verb, noun), count)| words(verb, count, noun))
            .chain([words("outcome unknown of", counts.unknown, "change")])
            .flatten()
            .collect();
        if parts.is_empty() { None } else { Some(parts.join(", ")) }
    }
}

fn short(token_id: &str) -> &str {
    token_id.get(..12).unwrap_or(token_id)
}

fn words(verb: &str, count: usize, noun: &str) -> Option<String> {
    match count {
        0 => None,
        1 => Some(format!("{verb} 1 {noun}")),
        count => Some(format!("{verb} {count} {noun}s")),
    }
}
