//! What only the Token Management API tells of a token: who made it, whose it is, when it was last used.
//!
//! Read from the token's JSON when asked for: the usual lists do not have it.

use serde::Deserialize;

use super::{Millis, Token};
use crate::clock::{Duration, Time};

/// Before the service existed no token was used.
const DAWN: Time = Time::from_ms(1_356_998_400_000);

/// Later than any clock is wrong.
const DUSK: Time = Time::from_ms(32_503_680_000_000);

const DAY: Duration = Duration::from_days(1);

#[derive(Deserialize, Default)]
#[serde(default)]
struct Fields {
    owner_id: Option<Millis>,
    created_by_id: Option<Millis>,
    created_by_username: Option<String>,
}

#[derive(Deserialize)]
struct Use {
    last_used_day: Millis,
}

impl Token {
    /// Returns whether this came from the Token Management API.
    pub fn is_managed(&self) -> bool {
        let fields = self.management();
        fields.owner_id.is_some() || fields.created_by_id.is_some()
    }

    /// Returns the number of the user or service principal that it signs in.
    pub fn owner_id(&self) -> Option<i64> {
        self.management().owner_id.map(|id| id.0)
    }

    /// Returns the number of who made it.
    pub fn created_by_id(&self) -> Option<i64> {
        self.management().created_by_id.map(|id| id.0)
    }

    /// Returns the name of who made it.
    pub fn created_by_username(&self) -> Option<String> {
        self.management().created_by_username
    }

    /// Returns the beginning of the day on which it was last used, if that is known.
    ///
    /// The API does not say whether it counts seconds, milliseconds or days: taken is what lies in the token's own life.
    pub fn last_used_day(&self) -> Option<Time> {
        let found: Use = serde_json::from_str(self.raw()).ok()?;
        let life = DAWN.max(self.created().plus(DAY.negated()))..=self.seen().plus(DAY);
        read_day(found.last_used_day.0).filter(|day| life.contains(day))
    }

    /// Returns how long it is known to have gone unused, from the end of the day of its last use: nothing if that day is
    /// not known, so that what is not known never looks unused.
    pub fn unused_for(&self) -> Duration {
        let unused = self.last_used_day().map(|day| self.seen().since(day.plus(DAY)));
        unused.unwrap_or(Duration::from_ms(0)).max(Duration::from_ms(0))
    }

    fn management(&self) -> Fields {
        serde_json::from_str(self.raw()).unwrap_or_default()
    }
}

/// Reads an instant in whichever unit puts it between dawn and dusk: at most one does.
fn read_day(number: i64) -> Option<Time> {
    let readings = [
        Time::from_ms(number),
        Time::from_ms(number.saturating_mul(1000)),
        Time::from_ms(number.saturating_mul(DAY.ms())),
    ];
    readings.into_iter().find(|reading| (DAWN..DUSK).contains(reading))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    const NOON: Time = Time::from_ms(1_795_435_200_000);

    /// A token that is 100 days old at noon, with `more` in its JSON.
    fn token(more: &str) -> Token {
        let created = NOON.plus(Duration::from_days(-100)).ms();
        let body = format!(r#"{{"token_id":"a","creation_time":{created}{more}}}"#);
        Token::read(&Arc::new(body), NOON).unwrap()
    }

    #[test]
    fn the_day_of_last_use_is_read_in_whichever_unit_it_is_told() {
        for day in ["1793577600000", "1793577600", "20759", "\"1793577600000\""] {
            let token = token(&format!(r#","last_used_day":{day}"#));
            let told = token.last_used_day().map(|day| day.to_string());
            assert_eq!(told.as_deref(), Some("2026-11-02T00:00:00Z"), "{day}");
            assert_eq!(token.unused_for().to_string(), "20d 12h", "{day}");
        }
    }

    #[test]
    fn what_cannot_be_is_unknown_and_the_unknown_is_never_unused() {
        // Before the token was made, after it was listed, in no unit, no number.
        let cases = [
            "1780000000000",
            "1800000000000",
            "0",
            "-1",
            "5",
            "3",
            "9999999999999999",
            "null",
            "true",
            "1.5e12",
        ];
        let unknown = cases.map(|day| token(&format!(r#","last_used_day":{day}"#)));
        for token in unknown.iter().chain([&token("")]) {
            assert_eq!(token.last_used_day(), None, "{}", token.raw());
            assert_eq!(token.unused_for(), Duration::from_ms(0), "{}", token.raw());
        }
    }

    #[test]
    fn a_token_used_today_is_not_unused_and_a_new_one_may_be_used_on_its_first_day() {
        let today = NOON.ms() - 12 * 60 * 60 * 1000;
        assert_eq!(token(&format!(r#","last_used_day":{today}"#)).unused_for().ms(), 0);
        let birthday = Time::from_ms(today).plus(Duration::from_days(-100)).ms();
        let token = token(&format!(r#","last_used_day":{birthday}"#));
        assert_eq!(token.unused_for().to_string(), "99d 12h");
    }

    #[test]
    fn only_the_management_api_tells_owners() {
        let managed = token(r#","owner_id":"7","created_by_id":8,"created_by_username":"a@b""#);
        assert!(managed.is_managed() && !token("").is_managed());
        assert_eq!((managed.owner_id(), managed.created_by_id()), (Some(7), Some(8)));
        assert_eq!(managed.created_by_username().as_deref(), Some("a@b"));
    }
}
