//! When a slot's token is replaced and what the new one is like, as the script or the command line says it.

use serde::{Deserialize, Serialize};

use super::journal::{Holding, Journal};
use super::sink::Spec;
use super::slot::Slot;
use crate::clock::{Duration, Time};
use crate::error::{Error, RotationTrouble};

/// How long both tokens live if nobody says otherwise, a third of the lifetime at most.
const USUAL_GRACE: Duration = Duration::from_hours(24);

/// A token of this lifetime or less is replaced when half of it is left.
const SHORT_LIFE: Duration = Duration::from_days(10);

/// What is to be rotated, and how.
#[derive(Clone, Debug)]
pub struct Request {
    /// The slot.
    pub slot: Slot,
    /// Which token the sinks hold, the first time.
    pub selector: Option<Selector>,
    /// Where the value lives.
    pub sinks: Vec<Spec>,
    /// When it is replaced, and for how long.
    pub policy: Policy,
    /// Whether it is replaced now, whatever its age.
    pub force: bool,
    /// Whether the user vouches that the sinks hold the token.
    pub adopt: bool,
    /// The labels of sinks that are given up, whatever they hold.
    pub forget: Vec<String>,
}

impl Request {
    /// Asks for what a journal remembers.
    pub fn of(journal: &Journal) -> Self {
        Self {
            slot: journal.slot.clone(),
            selector: None,
            sinks: journal.sinks.clone(),
            policy: journal.policy.clone(),
            force: false,
            adopt: false,
            forget: Vec::new(),
        }
    }

    /// Gives up some of the sinks, by their labels.
    pub fn forgetting(mut self, forget: Vec<String>) -> Result<Self, Error> {
        let known: Vec<String> = self.sinks.iter().map(Spec::label).collect();
        if let Some(sink) = forget.iter().find(|sink| !known.contains(sink)) {
            let sink = sink.clone();
            return Err(self.slot.error(RotationTrouble::NoPlace { sink, known }));
        }
        self.sinks.retain(|spec| !forget.contains(&spec.label()));
        self.forget = forget;
        Ok(self)
    }
}

/// How a token is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selector {
    /// By its id.
    Id(String),
    /// By its comment, without stamps.
    Comment(String),
}

/// When a token is replaced, and what the new one is like.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// How long the new token lives; as long as the old one if nothing is said.
    pub lifetime: Option<Duration>,
    /// Replaced at this age.
    pub older_than: Option<Duration>,
    /// Replaced when no more than this is left; a third of the lifetime if nothing is said, half of a short one.
    pub expires_within: Option<Duration>,
    /// How long the old token lives after every sink holds the new one.
    pub grace: Option<Duration>,
    /// The service principal that the token belongs to, by its application id.
    pub on_behalf_of: Option<String>,
}

/// Why a token is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// It was asked for.
    Forced,
    /// It is old.
    Age,
    /// It expires soon.
    Expiry,
    /// A sink does not hold it.
    Sink,
    /// It is gone.
    Gone,
}

impl Due {
    /// Returns the reason in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Forced => "asked for",
            Self::Age => "old enough",
            Self::Expiry => "expires soon",
            Self::Sink => "a sink does not hold it",
            Self::Gone => "gone from the workspace",
        }
    }
}

impl Policy {
    /// Returns how long a token that replaces `old` lives; the workspace's longest is for it to say.
    pub fn lifetime_after(&self, old: &Holding, slot: &Slot) -> Result<Duration, Error> {
        let lifetime = self.lifetime.unwrap_or_else(|| old.lifetime());
        if lifetime.is_forever() {
            let token_id = old.token_id.clone();
            return Err(slot.error(RotationTrouble::NoLifetime { token_id }));
        }
        Ok(lifetime)
    }

    /// Returns how long both tokens live; refuses one that is long beside the new token's lifetime.
    pub fn grace_for(&self, lifetime: Duration, slot: &Slot) -> Result<Duration, Error> {
        let longest = Duration::from_ms(lifetime.ms() / 3);
        let grace = self.grace.unwrap_or(USUAL_GRACE.min(longest));
        if grace <= longest || lifetime.is_forever() {
            return Ok(grace);
        }
        let (grace, lifetime) = (grace.to_string(), lifetime.to_string());
        Err(slot.error(RotationTrouble::Grace { grace, lifetime }))
    }

    /// Refuses lengths by which a token would be due again before its predecessor is gone: one a run, without end.
    pub fn check_lengths(&self, lifetime: Duration, slot: &Slot) -> Result<(), Error> {
        let grace = self.grace_for(lifetime, slot)?;
        let left = self.left_of(lifetime);
        let age = lifetime.ms().saturating_sub(left.ms()).max(0);
        let age = Duration::from_ms(age).min(self.older_than.unwrap_or(Duration::FOREVER));
        if age > grace || lifetime.is_forever() {
            return Ok(());
        }
        let (age, grace) = (age.to_string(), grace.to_string());
        Err(slot.error(RotationTrouble::Restless { age, grace }))
    }

    /// Returns why a token is due by its age and expiry alone.
    pub fn due(&self, token: &Holding, now: Time) -> Option<Due> {
        if self.older_than.is_some_and(|age| now.since(token.created) >= age) {
            return Some(Due::Age);
        }
        (self.next_for(token) <= now).then_some(Due::Expiry)
    }

    /// Returns when a token is due at the latest.
    pub fn next(&self, token: &Holding) -> Time {
        let by_age = self.older_than.map_or(Time::NEVER, |age| token.created.plus(age));
        by_age.min(self.next_for(token))
    }

    fn next_for(&self, token: &Holding) -> Time {
        if token.expires.is_never() {
            return Time::NEVER;
        }
        token.expires.plus(self.left_of(token.lifetime()).negated())
    }

    /// Returns how much of a lifetime is left when a token is due.
    fn left_of(&self, lifetime: Duration) -> Duration {
        let part = if lifetime <= SHORT_LIFE { 2 } else { 3 };
        self.expires_within.unwrap_or(Duration::from_ms(lifetime.ms() / part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holding(days: i64) -> Holding {
        Holding {
            token_id: "t".to_owned(),
            fingerprint: None,
            stamp: None,
            scopes: Vec::new(),
            created: Time::from_ms(0),
            expires: Time::from_ms(0).plus(Duration::from_days(days)),
            comment: String::new(),
            principal: None,
            host: String::new(),
        }
    }

    fn at(days: i64) -> Time {
        Time::from_ms(0).plus(Duration::from_days(days))
    }

    #[test]
    fn a_third_of_the_life_is_left_or_half_of_a_short_one() {
        let policy = Policy::default();
        assert_eq!(policy.next(&holding(90)), at(60));
        assert_eq!(policy.next(&holding(10)), at(5));
        assert_eq!(policy.due(&holding(90), at(59)), None);
        assert_eq!(policy.due(&holding(90), at(60)), Some(Due::Expiry));
    }

    #[test]
    fn age_comes_beside_and_time_left_instead() {
        let days = |days| Some(Duration::from_days(days));
        let aged = Policy { older_than: days(30), ..Policy::default() };
        assert_eq!(aged.due(&holding(90), at(30)), Some(Due::Age));
        assert_eq!(aged.next(&holding(30)), at(20));
        let late = Policy { expires_within: days(7), ..Policy::default() };
        assert_eq!(late.next(&holding(90)), at(83));
    }

    #[test]
    fn a_grace_is_a_third_of_the_lifetime_at_most() {
        let slot = Slot::parse("s").unwrap();
        let days = Duration::from_days;
        let asked = |grace| Policy { grace, ..Policy::default() };
        assert_eq!(asked(None).grace_for(days(90), &slot), Ok(days(1)));
        assert_eq!(asked(None).grace_for(days(1), &slot), Ok(Duration::from_hours(8)));
        assert_eq!(asked(Some(days(30))).grace_for(days(90), &slot), Ok(days(30)));
        assert!(asked(Some(days(31))).grace_for(days(90), &slot).is_err());
    }

    #[test]
    fn nothing_is_due_before_the_grace_of_the_one_before_is_over() {
        let slot = Slot::parse("s").unwrap();
        let hours = |hours| Some(Duration::from_hours(hours));
        let check = |older_than, expires_within, grace| {
            let policy = Policy { older_than, expires_within, grace, ..Policy::default() };
            policy.check_lengths(Duration::from_days(90), &slot).is_ok()
        };
        assert!(check(None, None, None));
        assert!(check(None, None, hours(30 * 24)));
        assert!(check(hours(25), None, None) && !check(hours(24), None, None));
        assert!(check(hours(1), None, hours(0)) && !check(hours(0), None, hours(0)));
        assert!(check(None, hours(88 * 24), None) && !check(None, hours(89 * 24), None));
        assert!(!check(None, hours(91 * 24), hours(0)));
    }
}
