//! Instants and lengths of time for scripts; comparing them is `strict`'s.

use rhai::Module;
use rhai::plugin::*;

use crate::clock::{Duration, Time};
use crate::script::failure::mistake;
use crate::script::run::Run;

/// Builds the topic.
pub fn module() -> Module {
    rhai::exported_module!(api)
}

#[export_module]
mod api {
    /// Returns the present instant, by the workspace's clock as far as it is known.
    ///
    /// ```rhai
    /// print(now() < now() + hours(1));
    /// ```
    #[rhai_fn(return_raw, volatile)]
    pub fn now(context: NativeCallContext) -> Result<Time, Box<EvalAltResult>> {
        Ok(Run::of(&context)?.session().clock().now())
    }

    /// Returns the instant written in a text: `2026-11-23T00:00Z`, `2026-11-23 08:30+01:00`, `2026-11-23` (UTC) or `never`.
    /// Throws if it is none.
    ///
    /// ```rhai
    /// print(time("2026-11-23T00:00Z") + days(7));
    /// ```
    #[rhai_fn(return_raw)]
    pub fn time(text: &str) -> Result<Time, Box<EvalAltResult>> {
        Time::parse(text).map_err(|error| mistake(with_hint(&error)))
    }

    /// Returns the instant later than every other: when a token that never expires does.
    ///
    /// ```rhai
    /// print(never() > now() + days(3650));
    /// ```
    pub fn never() -> Time {
        Time::NEVER
    }

    /// Returns a length of time of so many days.
    ///
    /// ```rhai
    /// print(days(90) > hours(24));
    /// ```
    pub fn days(count: i64) -> Duration {
        Duration::from_days(count)
    }

    /// Returns a length of time of so many hours.
    ///
    /// ```rhai
    /// print(hours(36));
    /// ```
    pub fn hours(count: i64) -> Duration {
        Duration::from_hours(count)
    }

    /// Returns a length of time of so many minutes.
    ///
    /// ```rhai
    /// print(minutes(90));
    /// ```
    pub fn minutes(count: i64) -> Duration {
        Duration::from_seconds(count.saturating_mul(60))
    }

    /// Returns a length of time of so many seconds.
    ///
    /// ```rhai
    /// print(seconds(90));
    /// ```
    pub fn seconds(count: i64) -> Duration {
        Duration::from_seconds(count)
    }

    /// Returns the length of time written in a text: `90d`, `36h`, `2w`, `1h30m`, `P90D`. Throws if it is none; months and
    /// years are none, as their length varies.
    ///
    /// ```rhai
    /// print(duration("90d") == days(90));
    /// ```
    #[rhai_fn(return_raw)]
    pub fn duration(text: &str) -> Result<Duration, Box<EvalAltResult>> {
        Duration::parse(text).map_err(|error| mistake(with_hint(&error)))
    }

    /// Returns the length longer than every other: the lifetime of a token that never expires.
    ///
    /// ```rhai
    /// print(forever() > days(36500));
    /// ```
    pub fn forever() -> Duration {
        Duration::FOREVER
    }

    /// Returns the instant a length of time later.
    ///
    /// ```rhai
    /// print(now() + days(7));
    /// ```
    #[rhai_fn(name = "+")]
    pub fn later(time: Time, length: Duration) -> Time {
        time.plus(length)
    }

    /// Returns the instant a length of time earlier.
    ///
    /// ```rhai
    /// print(now() - days(90));
    /// ```
    #[rhai_fn(name = "-")]
    pub fn earlier(time: Time, length: Duration) -> Time {
        if time.is_never() { time } else { time.plus(length.negated()) }
    }

    /// Returns the length of time between two instants.
    ///
    /// ```rhai
    /// print(time("2026-11-23") - time("2026-11-01"));
    /// ```
    #[rhai_fn(name = "-")]
    pub fn between(later: Time, earlier: Time) -> Duration {
        later.since(earlier)
    }

    /// Returns the sum of two lengths of time.
    ///
    /// ```rhai
    /// print(days(1) + hours(12));
    /// ```
    #[rhai_fn(name = "+")]
    pub fn sum(one: Duration, other: Duration) -> Duration {
        one.plus(other)
    }

    /// Returns the difference of two lengths of time.
    ///
    /// ```rhai
    /// print(days(1) - hours(12));
    /// ```
    #[rhai_fn(name = "-")]
    pub fn difference(one: Duration, other: Duration) -> Duration {
        if one.is_forever() { one } else { one.plus(other.negated()) }
    }

    /// Returns a length of time so many times.
    ///
    /// ```rhai
    /// print(days(30) * 3);
    /// ```
    #[rhai_fn(name = "*")]
    pub fn times(length: Duration, count: i64) -> Duration {
        length.times(count)
    }

    /// Returns a length of time so many times.
    ///
    /// ```rhai
    /// print(3 * days(30));
    /// ```
    #[rhai_fn(name = "*")]
    pub fn count_times(count: i64, length: Duration) -> Duration {
        length.times(count)
    }

    /// Returns a part of a length of time. Throws if the number of parts is zero.
    ///
    /// ```rhai
    /// print(days(90) / 3);
    /// ```
    #[rhai_fn(name = "/", return_raw)]
    pub fn part(length: Duration, parts: i64) -> Result<Duration, Box<EvalAltResult>> {
        match length.ms().checked_div(parts) {
            Some(_) if length.is_forever() => Ok(length),
            Some(ms) => Ok(Duration::from_ms(ms)),
            None => Err(mistake("a length of time cannot be divided by zero")),
        }
    }

    /// Returns the length of time with the other sign.
    ///
    /// ```rhai
    /// print(-hours(1) < seconds(0));
    /// ```
    #[rhai_fn(name = "-")]
    pub fn negated(length: Duration) -> Duration {
        length.negated()
    }

    /// Returns the length of time as a number of days, with a fraction.
    ///
    /// ```rhai
    /// print(hours(36).days);
    /// ```
    #[rhai_fn(get = "days", pure)]
    pub fn in_days(length: &mut Duration) -> f64 {
        length.days()
    }

    /// Returns the length of time as a number of whole seconds.
    ///
    /// ```rhai
    /// print(days(90).seconds);
    /// ```
    #[rhai_fn(get = "seconds", pure)]
    pub fn in_seconds(length: &mut Duration) -> i64 {
        length.seconds()
    }

    /// Returns the instant as the API writes it, in milliseconds since 1970, or -1 for never.
    ///
    /// ```rhai
    /// print(time("2026-11-23").ms);
    /// ```
    #[rhai_fn(get = "ms", pure)]
    pub fn in_ms(time: &mut Time) -> i64 {
        if time.is_never() { crate::token::NO_EXPIRY } else { time.ms() }
    }

    /// Returns the day of an instant, such as `2026-11-23`.
    ///
    /// ```rhai
    /// print(now().date);
    /// ```
    #[rhai_fn(get = "date", pure)]
    pub fn date(time: &mut Time) -> ImmutableString {
        time.day().into()
    }

    #[rhai_fn(name = "to_string", name = "to_debug", pure)]
    pub fn time_text(time: &mut Time) -> ImmutableString {
        time.to_string().into()
    }

    #[rhai_fn(name = "to_string", name = "to_debug", pure)]
    pub fn duration_text(length: &mut Duration) -> ImmutableString {
        length.to_string().into()
    }
}

fn with_hint(error: &crate::error::Error) -> String {
    match error.hint() {
        Some(hint) => format!("{error}; {hint}"),
        None => error.to_string(),
    }
}
