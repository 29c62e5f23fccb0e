//! Instants and lengths of time, how people write them, and the run's idea of now.
//!
//! Everything is UTC milliseconds inside; bare integers stop at the API's border. Comparing these with other things is
//! refused in `script`, not here.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use jiff::{Span, SpanRelativeTo, Timestamp, fmt::rfc2822};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::error::Error;

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A local clock further off than this from the workspace's deserves a warning.
const TOLERANCE: i64 = 5 * MINUTE;

/// An instant in milliseconds since 1970-01-01 UTC, or never, which is later than all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

impl Time {
    /// Later than every other instant: when a token that never expires does.
    pub const NEVER: Self = Self(i64::MAX);

    /// Returns this machine's now; what is compared with the workspace's times goes by `Clock`.
    pub fn now() -> Self {
        Self(local_ms())
    }

    /// Returns the instant `ms` milliseconds after the epoch.
    pub const fn from_ms(ms: i64) -> Self {
        Self(ms)
    }

    /// Returns the milliseconds since the epoch.
    pub const fn ms(self) -> i64 {
        self.0
    }

    /// Returns the whole second that this falls into, which is all that an answer's `Date` tells.
    pub const fn whole_second(self) -> Self {
        if self.is_never() { self } else { Self(self.0 - self.0.rem_euclid(SECOND)) }
    }

    /// Returns whether this is `NEVER`.
    pub const fn is_never(self) -> bool {
        self.0 == i64::MAX
    }

    /// Returns how long after `earlier` this is; forever if this is never.
    pub const fn since(self, earlier: Self) -> Duration {
        if self.is_never() {
            return Duration::FOREVER;
        }
        Duration(self.0.saturating_sub(earlier.0))
    }

    /// Returns the instant `length` later.
    pub const fn plus(self, length: Duration) -> Self {
        if self.is_never() || length.is_forever() {
            return Self::NEVER;
        }
        Self(self.0.saturating_add(length.0))
    }

    /// Reads `2026-11-23T00:00Z`, `2026-11-23 08:30+01:00` or `2026-11-23`; without a zone it is UTC.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        if text == "never" {
            return Ok(Self::NEVER);
        }
        let instant = text.parse::<Timestamp>().or_else(|_| {
            text.parse::<jiff::civil::DateTime>()
                .and_then(|civil| civil.to_zoned_datetime(jiff::tz::TimeZone::UTC))
                .map(|zoned| zoned.timestamp())
        });
        instant
            .map(|instant| Self(instant.as_millisecond()))
            .map_err(|_| Error::BadTime { text: text.to_owned() })
    }

    /// Reads the `Date` header of an HTTP answer.
    pub fn parse_http(text: &str) -> Option<Self> {
        let instant = rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
        Some(Self(instant.as_millisecond()))
    }

    /// Returns the instant to the minute, as tables show it.
    pub fn short(self) -> String {
        self.format("%Y-%m-%d %H:%M")
    }

    /// Returns the day in UTC as people write it: `2026-11-23`.
    pub fn day(self) -> String {
        self.format("%Y-%m-%d")
    }

    fn format(self, format: &str) -> String {
        if self.is_never() {
            return "never".to_owned();
        }
        match Timestamp::from_millisecond(self.0) {
            Ok(instant) => instant.strftime(format).to_string(),
            Err(_) => format!("{} ms", self.0),
        }
    }
}

impl fmt::Display for Time {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.format(if self.0 % SECOND == 0 {
            "%Y-%m-%dT%H:%M:%SZ"
        } else {
            "%Y-%m-%dT%H:%M:%S%.3fZ"
        }))
    }
}

/// A length of time in milliseconds, or forever; below zero where an instant has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(i64);

impl Duration {
    /// Longer than every other length: the lifetime of a token that never expires.
    pub const FOREVER: Self = Self(i64::MAX);

    /// Returns a length of `ms` milliseconds.
    pub const fn from_ms(ms: i64) -> Self {
        Self(ms)
    }

    /// Returns a length of `seconds` seconds.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(SECOND))
    }

    /// Returns a length of `minutes` minutes.
    pub const fn from_minutes(minutes: i64) -> Self {
        Self(minutes.saturating_mul(MINUTE))
    }

    /// Returns a length of `hours` hours.
    pub const fn from_hours(hours: i64) -> Self {
        Self(hours.saturating_mul(HOUR))
    }

    /// Returns a length of `days` days of 24 hours.
    pub const fn from_days(days: i64) -> Self {
        Self(days.saturating_mul(DAY))
    }

    /// Returns the milliseconds.
    pub const fn ms(self) -> i64 {
        self.0
    }

    /// Returns the whole seconds, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(SECOND)
    }

    /// Returns the days as a number with a fraction.
    #[allow(clippy::cast_precision_loss, reason = "a length of time in days needs no 53 bits")]
    pub fn days(self) -> f64 {
        self.0 as f64 / DAY as f64
    }

    /// Returns whether this is `FOREVER`.
    pub const fn is_forever(self) -> bool {
        self.0 == i64::MAX
    }

    /// Returns the sum of two lengths.
    pub const fn plus(self, other: Self) -> Self {
        if self.is_forever() || other.is_forever() {
            return Self::FOREVER;
        }
        Self(self.0.saturating_add(other.0))
    }

    /// Returns the same length with the other sign.
    pub const fn negated(self) -> Self {
        Self(self.0.saturating_neg())
    }

    /// Returns this length `factor` times.
    pub const fn times(self, factor: i64) -> Self {
        if self.is_forever() {
            return self;
        }
        Self(self.0.saturating_mul(factor))
    }

    /// Returns the standard library's form of it; nothing for a length below zero.
    pub fn to_std(self) -> std::time::Duration {
        std::time::Duration::from_millis(u64::try_from(self.0).unwrap_or(0))
    }

    /// Reads `90d`, `2w`, `1h30m`, `P90D`; refuses a bare number other than 0, and months and years, whose length varies.
    pub fn parse(text: &str) -> Result<Self, Error> {
        if text.trim() == "0" {
            return Ok(Self(0));
        }
        let bad = || Error::BadDuration { text: text.to_owned() };
        let span: Span = text.trim().parse().map_err(|_| bad())?;
        if span.get_months() != 0 || span.get_years() != 0 {
            return Err(bad());
        }
        let length = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| bad())?;
        i64::try_from(length.as_millis()).map(Self).map_err(|_| bad())
    }
}

impl fmt::Display for Duration {
    /// Writes the two largest units: `89d 23h`, `5m`, `-3d`, `forever`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_forever() {
            return formatter.write_str("forever");
        }
        let sign = if self.0 < 0 { "-" } else { "" };
        let mut rest = self.0.saturating_abs();
        let mut parts = Vec::new();
        for (unit, length) in [("d", DAY), ("h", HOUR), ("m", MINUTE), ("s", SECOND), ("ms", 1)] {
            let count = rest / length;
            rest %= length;
            if count > 0 {
                parts.push(format!("{count}{unit}"));
            } else if !parts.is_empty() {
                break;
            }
            if parts.len() == 2 {
                break;
            }
        }
        if parts.is_empty() {
            return formatter.write_str("0s");
        }
        write!(formatter, "{sign}{}", parts.join(" "))
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.is_forever() {
            serializer.collect_str(self)
        } else {
            serializer.collect_str(&format_args!("{}ms", self.0))
        }
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "forever" => Ok(Self::FOREVER),
            text => Self::parse(text).map_err(de::Error::custom),
        }
    }
}

/// The run's now: local time, corrected by what the workspace last said the time was.
#[derive(Debug, Default)]
pub struct Clock {
    offset: AtomicI64,
}

impl Clock {
    /// Returns the corrected instant.
    pub fn now(&self) -> Time {
        Time(local_ms().saturating_add(self.offset.load(Ordering::Relaxed)))
    }

    /// Takes over the workspace's `Date`; returns how far off the local clock is if that is worth a warning.
    pub fn learn(&self, server: Time) -> Option<Duration> {
        let mut offset = server.0.saturating_sub(local_ms());
        // `Date` has whole seconds: a difference below that is no difference.
        if (-2 * SECOND..=SECOND).contains(&offset) {
            offset = 0;
        }
        self.offset.store(offset, Ordering::Relaxed);
        (offset.abs() > TOLERANCE).then_some(Duration(offset))
    }
}

fn local_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_people_write_them() {
        let cases = [
            ("90d", Some("90d")),
            ("2w", Some("14d")),
            ("1h30m", Some("1h 30m")),
            ("P90D", Some("90d")),
            ("36h", Some("1d 12h")),
            ("0s", Some("0s")),
            ("0", Some("0s")),
            ("-3d", Some("-3d")),
            ("1d 1s", Some("1d")),
            ("90", None),
            ("", None),
            ("3 months", None),
            ("1y", None),
            ("soon", None),
        ];
        for (text, expected) in cases {
            let read = Duration::parse(text).ok().map(|length| length.to_string());
            assert_eq!(read.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn times_read_and_write() {
        let cases = [
            ("2026-11-23T00:00Z", Some("2026-11-23T00:00:00Z")),
            ("2026-11-23", Some("2026-11-23T00:00:00Z")),
            ("2026-11-23 08:30+01:00", Some("2026-11-23T07:30:00Z")),
            ("2026-11-23T00:00:00.250Z", Some("2026-11-23T00:00:00.250Z")),
            ("never", Some("never")),
            ("tomorrow", None),
            ("1795000000000", None),
        ];
        for (text, expected) in cases {
            let read = Time::parse(text).ok().map(|time| time.to_string());
            assert_eq!(read.as_deref(), expected, "{text}");
        }
        let http = Time::parse_http("Tue, 24 Nov 2026 02:26:03 GMT").map(Time::short);
        assert_eq!(http.as_deref(), Some("2026-11-24 02:26"));
    }

    #[test]
    fn never_is_later_than_everything_and_absorbs() {
        assert!(Time::NEVER > Time::from_ms(i64::MAX - 1));
        assert!(Time::NEVER.since(Time::from_ms(5)).is_forever());
        assert!(Time::from_ms(5).plus(Duration::FOREVER).is_never());
        assert!(Time::NEVER.plus(Duration::from_days(-1)).is_never());
    }
}
