//! How far a long work with many parts has come, in a line: how much is done, how fast, how long it will take.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::clock;

/// How many letters the bar has.
const WIDTH: usize = 20;

/// A work under way.
pub struct Work {
    what: &'static str,
    total: usize,
    done: AtomicUsize,
    begun: Instant,
}

impl Work {
    /// Begins a work of `total` parts; `what` is done to each, as in `revoking`.
    pub fn begin(what: &'static str, total: usize) -> Self {
        Self { what, total, done: AtomicUsize::new(0), begun: Instant::now() }
    }

    /// Takes note that another part is done.
    pub fn advance(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns how far it is, for a terminal: with a bar.
    pub fn bar(&self) -> String {
        let Standing { done, total } = self.standing();
        let full = done * WIDTH / total.max(1);
        let (full, rest) = ("=".repeat(full), " ".repeat(WIDTH - full));
        format!("{} [{full}{rest}] {}", self.what, self.words())
    }

    /// Returns how far it is, for a log.
    pub fn line(&self) -> String {
        format!("{} {}", self.what, self.words())
    }

    fn words(&self) -> String {
        self.standing().words(self.begun.elapsed())
    }

    fn standing(&self) -> Standing {
        let done = self.done.load(Ordering::Relaxed).min(self.total);
        Standing { done, total: self.total }
    }
}

struct Standing {
    done: usize,
    total: usize,
}

impl Standing {
    #[allow(clippy::cast_precision_loss, reason = "an estimate needs no 53 bits")]
    fn words(&self, elapsed: Duration) -> String {
        let Self { done, total } = *self;
        let rate = done as f64 / elapsed.as_secs_f64();
        if done == 0 || !rate.is_finite() {
            return format!("{done} of {total}");
        }
        let left = Duration::from_secs_f64((total - done) as f64 / rate);
        let left = i64::try_from(left.as_secs()).unwrap_or(i64::MAX);
        let rate = if rate < 10.0 { format!("{rate:.1}") } else { format!("{rate:.0}") };
        format!("{done} of {total}, {rate}/s, {} left", clock::Duration::from_seconds(left))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_tells_how_much_how_fast_and_how_long() {
        let words =
            |done, total, seconds| Standing { done, total }.words(Duration::from_secs(seconds));
        assert_eq!(words(1200, 5000, 4), "1200 of 5000, 300/s, 12s left");
        assert_eq!(words(3, 5000, 1), "3 of 5000, 3.0/s, 27m 45s left");
        assert_eq!(words(5000, 5000, 1), "5000 of 5000, 5000/s, 0s left");
        assert_eq!([words(0, 9, 1), words(1, 9, 0)], ["0 of 9", "1 of 9"]);
    }

    #[test]
    fn the_bar_is_as_full_as_the_work_is_done() {
        let work = Work::begin("revoking", 4);
        assert_eq!(work.bar(), format!("revoking [{}] 0 of 4", " ".repeat(20)));
        (0..3).for_each(|_| work.advance());
        let bar = format!("revoking [{}{}] 3 of 4, ", "=".repeat(15), " ".repeat(5));
        assert!(work.bar().starts_with(&bar), "{}", work.bar());
        (0..9).for_each(|_| work.advance());
        assert!(work.line().starts_with("revoking 4 of 4, "), "{}", work.line());
    }
}
