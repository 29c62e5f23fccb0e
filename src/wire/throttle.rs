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

/// A request's turn, until it is dropped.
pub struct Turn<'t> {
    throttle: &'t Throttle,
    /// When it left; none while it is not on its way.
    left: Option<Instant>,
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
        Some(Turn { throttle: self, left: Some(left) })
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

    fn land(&self) {
        self.lock().land();
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
    pub fn succeed(&self) {
        self.throttle.lock().succeed(Instant::now());
    }

    /// Waits for another turn; returns whether there is one.
    pub fn again(&mut self) -> bool {
        if self.left.take().is_some() {
            self.throttle.land();
        }
        self.left = self.throttle.wait();
        self.left.is_some()
    }

    /// Takes note of a trouble; of one that it was too much, returns whether there is patience for another try.
    pub fn heed(&self, trouble: &Trouble) -> Option<bool> {
        let now = Instant::now();
        if trouble.is_too_much() {
            let mut flow = self.throttle.lock();
            let left = self.left.unwrap_or(now);
            return Some(flow.refuse(left, trouble.retry_after(), fastrand::f64(), now));
        }
        if matches!(trouble, Trouble::Refused { .. }) {
            // A no is an answer, which the workspace had the strength for.
            self.throttle.lock().succeed(now);
        }
        None
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if self.left.is_some() {
            self.throttle.land();
        }
    }
}
