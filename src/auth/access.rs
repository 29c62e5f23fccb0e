//! An access token as token endpoints answer it (RFC 6749, 5.1, and Azure's additions).

use serde_json::Value;

use crate::clock::{Duration, Time};
use crate::error::Error;
use crate::secret::Secret;
use crate::wire::Answer;

/// How long one lives whose end nobody tells.
const UNSAID_LIFETIME: Duration = Duration::from_seconds(300);

/// A token that signs in for a while.
#[derive(Clone)]
pub struct Access {
    /// Its value.
    pub value: Secret,
    /// When it was handed out.
    pub issued: Time,
    /// When it dies.
    pub expires: Time,
}

impl Access {
    /// Reads an answer; the instant it came in is where a lifetime counts from.
    pub fn read(answer: &Answer) -> Result<Self, Error> {
        let body: Value =
            serde_json::from_str(&answer.body).map_err(|error| answer.malformed(&error))?;
        Self::from_json(&body, answer.seen)
            .ok_or_else(|| answer.unusable("JSON without a usable access_token"))
    }

    /// Reads JSON of that form.
    pub fn from_json(body: &Value, issued: Time) -> Option<Self> {
        let value = body["access_token"].as_str()?;
        if !is_sendable(value) {
            return None;
        }
        let lifetime = integer(&body["expires_in"])
            .map(|seconds| issued.plus(Duration::from_seconds(seconds)));
        let instant = || {
            integer(&body["expires_on"]).map(|seconds| Time::from_ms(seconds.saturating_mul(1000)))
        };
        let expires = lifetime.or_else(instant).unwrap_or_else(|| issued.plus(UNSAID_LIFETIME));
        Some(Self { value: Secret::new(value), issued, expires })
    }

    /// Makes one whose end is known, or not.
    pub fn new(value: &str, issued: Time, expires: Option<Time>) -> Option<Self> {
        let expires = expires.unwrap_or_else(|| issued.plus(UNSAID_LIFETIME));
        is_sendable(value).then(|| Self { value: Secret::new(value), issued, expires })
    }
}

/// Returns whether a header can carry `value`.
pub fn is_sendable(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Reads a number that some send as text.
fn integer(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}
