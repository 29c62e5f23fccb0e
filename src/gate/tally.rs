//! How many effects of each kind a run made, for the line it ends with: a change at 3 a.m. is never silent.

use std::sync::{Mutex, PoisonError};

use super::audit::Outcome;
use super::effect::Effect;

/// The counts of one run.
#[derive(Default)]
pub struct Tally(Mutex<Counts>);

#[derive(Clone, Copy, Default)]
struct Counts {
    created: usize,
    revoked: usize,
    written: usize,
    unknown: usize,
}

impl Tally {
    /// Counts an effect; returns the line that tells of it, if it happened.
    pub fn count(&self, effect: &Effect, outcome: &Outcome) -> Option<String> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let made = match outcome {
            Outcome::Done { made, .. } => made.as_deref().unwrap_or_default(),
            Outcome::Unknown => {
                counts.unknown += 1;
                return None;
            }
            Outcome::AlreadyGone { .. } | Outcome::Refused { .. } => return None,
        };
        match effect {
            Effect::CreateToken { comment, .. } => {
                counts.created += 1;
                Some(format!("created {} {comment}", short(made)).trim_end().to_owned())
            }
            Effect::RevokeToken { token_id, comment } => {
                counts.revoked += 1;
                let comment = comment.as_deref().unwrap_or_default();
                Some(format!("revoked {} {comment}", short(token_id)).trim_end().to_owned())
            }
            Effect::WriteFile { path } => {
                counts.written += 1;
                Some(format!("wrote {path}"))
            }
        }
    }

    /// Returns the counts in words, nothing if all are zero.
    pub fn summary(&self) -> Option<String> {
        let counts = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let parts = [
            words("created", counts.created, "token"),
            words("revoked", counts.revoked, "token"),
            words("wrote", counts.written, "file"),
            words("outcome unknown of", counts.unknown, "change"),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
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
