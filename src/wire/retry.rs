//! When to try again: growing waits with jitter, the server's own wish, and an end to patience.

use std::time::{Duration, Instant};

use crate::clock::Time;

/// How long waits are and how much of them there is.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// The first wait, doubled each time.
    pub first: Duration,
    /// The longest wait between two tries, unless the server asks for a longer one.
    pub longest: Duration,
    /// All the time there is from the first try to the last.
    pub budget: Duration,
    /// The tries there are at most.
    pub tries: u32,
    /// The tries there are while no connection comes about at all.
    pub unreached_tries: u32,
    /// How long a write on its way is waited for when the run is told to end.
    pub grace: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            first: Duration::from_millis(500),
            longest: Duration::from_secs(8),
            budget: Duration::from_secs(60),
            tries: 12,
            unreached_tries: 3,
            grace: Duration::from_secs(10),
        }
    }
}

impl Pace {
    /// Returns the wait after `tries` tries; `chance`, from 0 to 1, spreads those who failed together.
    pub fn wait(&self, tries: u32, chance: f64) -> Duration {
        let doubled = self.first.saturating_mul(2_u32.saturating_pow(tries.saturating_sub(1)));
        doubled.min(self.longest).mul_f64(0.5 + chance / 2.0)
    }
}

/// What is left of the patience for one call.
pub struct Patience {
    pace: Pace,
    begun: Instant,
    tries: u32,
}

impl Patience {
    /// Begins with the first try.
    pub fn new(pace: Pace) -> Self {
        Self { pace, begun: Instant::now(), tries: 0 }
    }

    /// Counts a try that is about to be made.
    pub fn count(&mut self) {
        self.tries += 1;
    }

    /// Returns the tries made.
    pub fn tries(&self) -> u32 {
        self.tries
    }

    /// Returns how long to wait before the next try, none if there is to be none; `asked` is the server's wish.
    pub fn next_wait(&self, is_unreached: bool, asked: Option<Duration>) -> Option<Duration> {
        let most = if is_unreached { self.pace.unreached_tries } else { self.pace.tries };
        let wait = self.pace.wait(self.tries, fastrand::f64()).max(asked.unwrap_or_default());
        let is_affordable = self.begun.elapsed().saturating_add(wait) <= self.pace.budget;
        (self.tries < most && is_affordable).then_some(wait)
    }
}

/// Reads `Retry-After`: seconds, or an instant seen from the answer's own (RFC 9110, 10.2.3).
pub fn read_retry_after(text: &str, seen: Time) -> Option<Duration> {
    match text.trim().parse::<u64>() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => Time::parse_http(text.trim()).map(|instant| instant.since(seen).to_std()),
    }
}

/// Returns `wait` for a person: `1.5 s`.
pub fn in_seconds(wait: Duration) -> String {
    let text = format!("{:.1}", wait.as_secs_f64());
    format!("{} s", text.strip_suffix(".0").unwrap_or(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn waits_grow_to_a_limit_and_jitter_only_shortens() {
        let pace = Pace::default();
        let waits: Vec<_> = (1..=6).map(|tries| in_seconds(pace.wait(tries, 1.0))).collect();
        assert_eq!(waits, ["0.5 s", "1 s", "2 s", "4 s", "8 s", "8 s"]);
        assert_eq!(in_seconds(pace.wait(3, 0.0)), "1 s");
        assert_eq!(pace.wait(u32::MAX, 1.0), pace.longest);
    }

    #[test]
    fn the_servers_wish_is_followed_while_there_is_patience() {
        let mut patience = Patience::new(Pace::default());
        patience.count();
        assert_eq!(patience.next_wait(false, Some(30 * SECOND)), Some(30 * SECOND));
        assert_eq!(patience.next_wait(false, Some(3600 * SECOND)), None);
        assert!(
            patience.next_wait(false, Some(Duration::ZERO)).is_some_and(|wait| wait >= SECOND / 4)
        );
    }

    #[test]
    fn nobody_there_is_given_up_sooner() {
        let mut patience = Patience::new(Pace::default());
        (0..3).for_each(|_| patience.count());
        assert!(
            patience.next_wait(true, None).is_none() && patience.next_wait(false, None).is_some()
        );
        (0..9).for_each(|_| patience.count());
        assert!(patience.next_wait(false, None).is_none());
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let seen = Time::parse("2026-11-23T00:00:00Z").unwrap();
        let cases = [
            ("0", Some(0)),
            (" 120 ", Some(120)),
            ("Mon, 23 Nov 2026 00:01:00 GMT", Some(60)),
            ("Sun, 22 Nov 2026 00:00:00 GMT", Some(0)),
            ("soon", None),
            ("-1", None),
            ("1.5", None),
        ];
        for (text, seconds) in cases {
            assert_eq!(read_retry_after(text, seen), seconds.map(Duration::from_secs), "{text}");
        }
    }
}
