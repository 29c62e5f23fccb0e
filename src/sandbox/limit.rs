//! How many requests a workspace bears: a bucket of tokens that fills as time goes by, as real
//! front doors have. Its time is real time, wherever the sandbox's clock stands.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::errors::ApiError;

/// The limit of one workspace.
pub(super) struct Limit {
    /// How many requests a second; no limit if absent.
    rate: Option<u32>,
    bucket: Mutex<Bucket>,
}

/// What is left of the requests that may still come.
struct Bucket {
    left: f64,
    at: Instant,
}

impl Limit {
    /// Begins with a full bucket, which holds a second's worth.
    pub(super) fn new(rate: Option<u32>) -> Self {
        let left = f64::from(rate.unwrap_or_default());
        Self { rate, bucket: Mutex::new(Bucket { left, at: Instant::now() }) }
    }

    /// Lets a request through, or refuses it and says when to come back.
    pub(super) fn admit(&self) -> Result<(), ApiError> {
        let Some(rate) = self.rate else { return Ok(()) };
        let mut bucket = self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
        bucket.take(f64::from(rate), Instant::now()).map_err(|wait| {
            // The field has whole seconds.
            let seconds = wait.as_millis().div_ceil(1000).max(1);
            ApiError::new(
                429,
                "REQUEST_LIMIT_EXCEEDED",
                format!(
                    "RPC token bucket limit has been exceeded: {rate} requests a second are allowed."
                ),
            )
            .with("Retry-After", seconds.to_string())
        })
    }
}

impl Bucket {
    /// Takes one, or tells how long until there is one.
    fn take(&mut self, rate: f64, now: Instant) -> Result<(), Duration> {
        let gained = now.saturating_duration_since(self.at).as_secs_f64() * rate;
        self.left = (self.left + gained).min(rate.max(1.0));
        self.at = now;
        if self.left < 1.0 {
            return Err(Duration::from_secs_f64((1.0 - self.left) / rate));
        }
        self.left -= 1.0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seconds_worth_may_come_at_once_and_then_as_many_as_time_brings() {
        let begun = Instant::now();
        let mut bucket = Bucket { left: 10.0, at: begun };
        let mut count = |ms: u64| {
            let now = begun + Duration::from_millis(ms);
            std::iter::repeat_with(|| bucket.take(10.0, now)).take_while(Result::is_ok).count()
        };
        assert_eq!([count(0), count(0), count(100), count(350), count(60_000)], [10, 0, 1, 2, 10]);
        assert_eq!(bucket.take(10.0, begun), Err(Duration::from_millis(100)));
    }
}
