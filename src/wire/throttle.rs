//! Many threads, one workspace: each request waits for its turn, which `flow` decides.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Instant;

use super::flow::{Flow, Verdict};
use super::retry::Pace;
use super::trouble::Trouble;
use crate::stop::Stop;

/// Where requests wait for their turn.
pub struct Throttle {
    flow: Mutex<Flow>,
    changed: Condvar,
    stop: Arc<Stop>,
}

/// A request's turn, until it is dropped: only then those who wait may gain by its success, as what came of it can be a
/// reason for them to stay.
pub struct Turn<'t> {
    throttle: &'t Throttle,
    /// When it left; none while it is not on its way.
    left: Option<Instant>,
    has_succeeded: bool,
}

impl Throttle {
    /// Lets at most `most` be on their way.
    pub fn new(most: usize, pace: Pace, stop: Arc<Stop>) -> Arc<Self> {
        let flow = Mutex::new(Flow::new(most, pace, Instant::now()));
        let throttle = Arc::new(Self { flow, changed: Condvar::new(), stop });
        let weak = Arc::downgrade(&throttle);
        throttle.stop.on_set(move |_| {
            if let Some(throttle) = Weak::upgrade(&weak) {
                drop(throttle.lock());
                throttle.changed.notify_all();
            }
        });
        throttle
    }

    /// Takes note that many requests are about to come.
    pub fn begin(&self) {
        self.lock().begin(Instant::now());
    }

    /// Waits for a turn; there is none any more once the run is ending, or no patience is left.
    pub fn enter(&self) -> Option<Turn<'_>> {
        let left = self.wait()?;
        Some(Turn { throttle: self, left: Some(left), has_succeeded: false })
    }

    fn wait(&self) -> Option<Instant> {
        let mut flow = self.lock();
        while !self.stop.is_set() {
            let now = Instant::now();
            flow = match flow.leave(now) {
                Verdict::Go => return Some(now),
                Verdict::Never => break,
                Verdict::After(wait) => {
                    let waited = self.changed.wait_timeout(flow, wait);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                Verdict::AfterAnother => {
                    self.changed.wait(flow).unwrap_or_else(PoisonError::into_inner)
                }
            };
        }
        // Who waits for this one to land is to look again as well.
        self.changed.notify_all();
        None
    }

    fn land(&self, has_succeeded: bool) {
        let mut flow = self.lock();
        if has_succeeded {
            flow.succeed(Instant::now());
        }
        flow.land();
        drop(flow);
        // A success can make room for two.
        self.changed.notify_one();
        self.changed.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, Flow> {
        self.flow.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn<'_> {
    /// Takes note that the workspace did what was asked.
    pub fn succeed(&mut self) {
        self.has_succeeded = true;
    }

    /// Waits for another turn; returns whether there is one.
    pub fn again(&mut self) -> bool {
        if self.left.take().is_some() {
            self.throttle.land(false);
        }
        self.has_succeeded = false;
        self.left = self.throttle.wait();
        self.left.is_some()
    }

    /// Takes note of a trouble; of one that it was too much, returns whether there is patience for another try.
    pub fn heed(&mut self, trouble: &Trouble) -> Option<bool> {
        let now = Instant::now();
        if trouble.is_too_much() {
            let mut flow = self.throttle.lock();
            let left = self.left.unwrap_or(now);
            return Some(flow.refuse(left, trouble.retry_after(), fastrand::f64(), now));
        }
        if matches!(trouble, Trouble::Refused { .. }) {
            // A no is an answer, which the workspace had the strength for.
            self.succeed();
        }
        None
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if self.left.is_some() {
            self.throttle.land(self.has_succeeded);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_leaves_before_it_is_known_what_came_of_the_first() {
        let throttle = Throttle::new(8, Pace::default(), Arc::default());
        throttle.begin();
        let mut first = throttle.enter().unwrap();
        first.succeed();
        assert_eq!(throttle.lock().leave(Instant::now()), Verdict::AfterAnother);
        drop(first);
        let all = [throttle.enter(), throttle.enter()];
        assert!(all.iter().all(Option::is_some));
        assert_eq!(throttle.lock().leave(Instant::now()), Verdict::AfterAnother);
    }
}
