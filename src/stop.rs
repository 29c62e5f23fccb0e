//! The flag that ends a run: once set it stays set, whatever a script catches.
//!
//! `Gate::admit`, `wire` and the engine's progress hook look at it first. This file knows why a run ends and how to wait
//! for that; what each reason means for the exit code is `error`'s.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::error::Error;

/// Why a run ends early.
#[derive(Clone, Debug)]
pub enum Reason {
    /// The script called `exit(n)`.
    Exit(u8),
    /// Something refused that no script may swallow, or nobody reads the output any more.
    Failed(Error),
}

type Listener = Box<dyn Fn() + Send>;

#[derive(Default)]
struct State {
    reason: Option<Reason>,
    listeners: Vec<Listener>,
}

/// A sticky stop: the first reason wins, and everything that waits on it wakes.
#[derive(Default)]
pub struct Stop {
    /// What `is_set` looks at: a script does so at every operation.
    is_set: AtomicBool,
    state: Mutex<State>,
    changed: Condvar,
}

impl Stop {
    /// Ends the run for `reason`, unless it is ending already.
    pub fn set(&self, reason: Reason) {
        let mut state = self.lock();
        if state.reason.is_none() {
            state.reason = Some(reason);
            self.is_set.store(true, Ordering::Release);
            self.changed.notify_all();
            for listener in &state.listeners {
                listener();
            }
        }
    }

    /// Ends the run with `error`, and returns it for the caller to pass on.
    pub fn fail(&self, error: Error) -> Error {
        self.set(Reason::Failed(error.clone()));
        error
    }

    /// Returns why the run is ending, if it is.
    pub fn reason(&self) -> Option<Reason> {
        self.lock().reason.clone()
    }

    /// Returns whether the run is ending.
    pub fn is_set(&self) -> bool {
        self.is_set.load(Ordering::Acquire)
    }

    /// Fails if the run is ending.
    pub fn check(&self) -> Result<(), Error> {
        if !self.is_set() {
            return Ok(());
        }
        match self.reason() {
            None => Ok(()),
            Some(Reason::Exit(code)) => Err(Error::Exit { code }),
            Some(Reason::Failed(error)) => Err(error),
        }
    }

    /// Waits for `length`, or fails as soon as the run is ending.
    pub fn sleep(&self, length: Duration) -> Result<(), Error> {
        let until = Instant::now().checked_add(length);
        let mut state = self.lock();
        while state.reason.is_none() {
            let left = until.map_or(Duration::from_secs(3600), |end| {
                end.saturating_duration_since(Instant::now())
            });
            if left.is_zero() {
                return Ok(());
            }
            state =
                self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        drop(state);
        self.check()
    }

    /// Calls `listener` when the run is told to end; it must return at once.
    pub fn on_set(&self, listener: impl Fn() + Send + 'static) {
        self.lock().listeners.push(Box::new(listener));
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
