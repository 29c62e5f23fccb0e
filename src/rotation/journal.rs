//! The memory of one slot's rotation, as data; it holds no value, so that reading it gives nobody anything.
//!
//! How it is kept on disk is `store`'s, what each state asks for next is `run`'s.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::fingerprint::{Fingerprint, Salt};
use super::policy::Policy;
use super::sink::Spec;
use super::slot::{Slot, Stamp};
use crate::clock::{Duration, Time};
use crate::error::Error;
use crate::secret::Secret;
use crate::token::{NO_EXPIRY, Token};

/// A stray is forgotten this long after it must be dead.
const AFTERMATH: Duration = Duration::from_days(1);

/// How far back tokens made for a slot are counted.
const A_DAY: Duration = Duration::from_days(1);

/// Everything that is remembered of a slot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Journal {
    /// The slot.
    pub slot: Slot,
    /// What its fingerprints are salted with.
    pub salt: Salt,
    /// How far the rotation is.
    pub state: State,
    /// Tokens that were, or may have been, made and that no sink is to hold.
    pub strays: Vec<Stray>,
    /// When tokens were made for it within the last day.
    pub mints: Vec<Mint>,
    /// Where the value lives.
    pub sinks: Vec<Spec>,
    /// When it is replaced, and for how long.
    pub policy: Policy,
    /// The names of the hooks that its script has.
    pub hooks: Vec<String>,
}

/// How far a rotation is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case", deny_unknown_fields)]
pub enum State {
    /// Nothing is open: every sink holds the current token.
    Idle { current: Holding },
    /// A token is being asked for; whether it lives is unknown until the answer is here.
    Minting { old: Holding, stamp: Stamp, asked_expiry: Time },
    /// The new token lives, and is on its way into the sinks.
    Minted { old: Holding, new: Holding, sinks: Progress },
    /// Every sink was read back holding the new token; the old one lives until the grace is over.
    Settled { old: Holding, new: Holding, sinks: Progress, since: Time },
}

/// How far a value got with each sink, by the sink's key.
pub type Progress = BTreeMap<String, Step>;

/// How far a value got with one sink.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// It was never put there.
    Untouched,
    /// It may be there.
    Attempted,
    /// It was there for certain.
    Acked,
    /// It was there, and a later value was put in its place for certain.
    Replaced,
}

/// A token and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holding {
    /// The API's id.
    pub token_id: String,
    /// What its value is recognised by; none where no sink can be read and the value was never seen.
    pub fingerprint: Option<Fingerprint>,
    /// The stamp it bears, if this slot made it.
    pub stamp: Option<Stamp>,
    /// What it may do; empty where the workspace does not say.
    pub scopes: Vec<String>,
    /// When it was created.
    pub created: Time,
    /// When it expires.
    pub expires: Time,
    /// The user's own text of the comment, whole.
    pub comment: String,
    /// The user or service principal it belongs to, where known.
    pub principal: Option<String>,
    /// The workspace's address.
    pub host: String,
}

/// A token of ours that nobody is to hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stray {
    /// The stamp it bears, if it was made at all.
    pub stamp: Stamp,
    /// Its id, where the answer came.
    pub token_id: Option<String>,
    /// What its value is recognised by, where the answer came.
    pub fingerprint: Option<Fingerprint>,
    /// When it is dead at the latest.
    pub asked_expiry: Time,
    /// How far its value got.
    pub sinks: Progress,
    /// When a later value took its place in a sink: who read it there has the grace to read anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced: Option<Time>,
    /// When it was revoked.
    pub revoked: Option<Time>,
    /// Whether the workspace said that it made none; its stamp is watched for all the same.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub was_refused: bool,
}

/// A token that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mint {
    /// When, by the workspace's clock.
    pub at: Time,
    /// Whether every sink held it in the end.
    pub has_settled: bool,
}

impl Holding {
    /// Takes down what a record says.
    pub fn of(token: &Token, fingerprint: Option<Fingerprint>, host: &str) -> Self {
        let comment = token.comment();
        Self {
            token_id: token.token_id().to_owned(),
            fingerprint,
            stamp: Stamp::of(comment),
            scopes: token.scopes().to_vec(),
            created: token.created(),
            expires: token.expires(),
            comment: Stamp::strip(comment).to_owned(),
            principal: None,
            host: host.to_owned(),
        }
    }

    /// Takes down what an answer to a creation says in the place of `self`; what it leaves out is what was asked for.
    pub fn heir(&self, token: &Token, fingerprint: Fingerprint, stamp: &Stamp) -> Self {
        Self {
            stamp: Some(stamp.clone()),
            principal: self.principal.clone(),
            comment: self.comment.clone(),
            ..Self::of(token, Some(fingerprint), &self.host)
        }
    }

    /// Returns the record as a script's hook sees it.
    pub fn record(&self, seen: Time) -> Result<Token, Error> {
        let comment = self
            .stamp
            .as_ref()
            .map_or_else(|| self.comment.clone(), |stamp| stamp.sign(&self.comment));
        let expiry_time = if self.expires.is_never() { NO_EXPIRY } else { self.expires.ms() };
        let record = json!({
            "token_id": self.token_id,
            "creation_time": self.created.ms(),
            "expiry_time": expiry_time,
            "comment": comment,
            "scopes": self.scopes,
        });
        Token::read(&Arc::new(record.to_string()), seen)
            .map_err(|error| Error::BadRequest { problem: error.to_string() })
    }

    /// Returns the length of its life.
    pub fn lifetime(&self) -> Duration {
        self.expires.since(self.created)
    }
}

impl State {
    /// Returns the state's name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Idle { .. } => "idle",
            Self::Minting { .. } => "minting",
            Self::Minted { .. } => "minted",
            Self::Settled { .. } => "settled",
        }
    }

    /// Returns the token that is to be in every sink in the end, as far as it is known, and the one it replaces.
    pub fn holdings(&self) -> (&Holding, Option<&Holding>) {
        match self {
            Self::Idle { current } => (current, None),
            Self::Minting { old, .. } => (old, None),
            Self::Minted { old, new, .. } | Self::Settled { old, new, .. } => (new, Some(old)),
        }
    }

    /// Returns whether a rotation has begun and not ended.
    pub fn is_open(&self) -> bool {
        !matches!(self, Self::Idle { .. })
    }
}

impl Stray {
    /// Returns whether it may live, as far as the workspace's own word goes.
    pub fn may_live(&self) -> bool {
        self.revoked.is_none() && !self.was_refused
    }

    /// Returns whether it can be forgotten.
    pub fn is_over(&self, now: Time) -> bool {
        let end = self.revoked.map_or(self.asked_expiry, |revoked| revoked.min(self.asked_expiry));
        end.plus(AFTERMATH) < now
    }
}

impl Journal {
    /// Begins the memory of a slot whose sinks hold this token.
    pub fn new(slot: Slot, salt: Salt, current: Holding, sinks: Vec<Spec>, policy: Policy) -> Self {
        Self {
            slot,
            salt,
            state: State::Idle { current },
            strays: Vec::new(),
            mints: Vec::new(),
            sinks,
            policy,
            hooks: Vec::new(),
        }
    }

    /// Gives up what is being made or has been made: it becomes a stray, and the old token is the current one again.
    pub fn fall_back(&mut self) {
        let (old, stray) = match &self.state {
            State::Idle { .. } => return,
            State::Minting { old, stamp, asked_expiry } => {
                let stray = Stray {
                    stamp: stamp.clone(),
                    token_id: None,
                    fingerprint: None,
                    asked_expiry: *asked_expiry,
                    sinks: Progress::new(),
                    replaced: None,
                    revoked: None,
                    was_refused: false,
                };
                (old, Some(stray))
            }
            State::Minted { old, new, sinks } | State::Settled { old, new, sinks, .. } => {
                let stray = new.stamp.clone().map(|stamp| Stray {
                    stamp,
                    token_id: Some(new.token_id.clone()),
                    fingerprint: new.fingerprint.clone(),
                    asked_expiry: new.expires,
                    sinks: sinks.clone(),
                    replaced: None,
                    revoked: None,
                    was_refused: false,
                });
                (old, stray)
            }
        };
        let current = old.clone();
        self.strays.extend(stray);
        self.state = State::Idle { current };
    }

    /// Gives up what was asked for and, by the workspace's word, not made.
    pub fn note_refusal(&mut self) {
        self.fall_back();
        if let Some(stray) = self.strays.last_mut() {
            stray.was_refused = true;
        }
    }

    /// Returns how many strays may live.
    pub fn living_strays(&self) -> usize {
        self.strays.iter().filter(|stray| stray.may_live()).count()
    }

    /// Returns whether a value is one that this slot put, or found, in its sinks.
    pub fn knows(&self, value: &Secret) -> bool {
        let fingerprint = Some(self.salt.fingerprint(value));
        let (current, old) = self.state.holdings();
        current.fingerprint == fingerprint
            || old.is_some_and(|old| old.fingerprint == fingerprint)
            || self.strays.iter().any(|stray| stray.fingerprint == fingerprint)
    }

    /// Notes that a value is about to be put into a sink, or was.
    pub fn note(&mut self, key: &str, step: Step, now: Time) {
        if let State::Minted { sinks, .. } | State::Settled { sinks, .. } = &mut self.state {
            sinks.insert(key.to_owned(), step);
        }
        // What is given up is taken back at once: nobody is to go on with it.
        let replaced = self.state.is_open().then_some(now);
        for stray in &mut self.strays {
            if let Some(known) = stray.sinks.get_mut(key) {
                if matches!(known, Step::Attempted | Step::Acked) {
                    stray.replaced = replaced;
                }
                if step == Step::Acked {
                    *known = Step::Replaced;
                }
            }
        }
    }

    /// Forgets what is too old to matter, and what a clock that was ahead has dated.
    pub fn forget_the_past(&mut self, now: Time) {
        self.strays.retain(|stray| !stray.is_over(now));
        for stray in &mut self.strays {
            stray.replaced = stray.replaced.map(|replaced| replaced.min(now));
        }
        self.mints.retain(|mint| now.since(mint.at) < A_DAY && mint.at.since(now) < A_DAY);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_without_a_comment_is_taken_for_what_was_asked_for() {
        let slot = Slot::parse("ci").unwrap();
        let (salt, stamp) = (Salt::new(), Stamp::new(&slot));
        let token = |record: &str| Token::read(&Arc::new(record.to_owned()), Time::from_ms(0));
        let old = r#"{"token_id": "1", "creation_time": 0, "expiry_time": 9, "comment": "deploy"}"#;
        let old = Holding::of(&token(old).unwrap(), None, "host");
        let answer = r#"{"token_id": "2", "creation_time": 5, "expiry_time": 14}"#;
        let value = salt.fingerprint(&Secret::unregistered("value"));
        let new = old.heir(&token(answer).unwrap(), value, &stamp);
        assert_eq!((new.token_id.as_str(), new.lifetime().ms()), ("2", 9));
        assert_eq!((new.stamp.as_ref(), new.comment.as_str()), (Some(&stamp), "deploy"));
        let seen = new.record(Time::from_ms(6)).unwrap();
        assert_eq!(seen.comment(), format!("deploy {stamp}"));
    }
}
