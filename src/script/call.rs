//! Calls of the workspace on a thread of their own: Ctrl-C is heard at once, also while a name is looked up.
//!
//! What has not left by then never leaves; a write that has left is waited for. What a call does is `api`'s.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::api::Client;
use crate::error::Error;
use crate::session::Session;
use crate::stop::Stop;

/// A write on its way is cut by `wire` before this.
const LONGEST_END: Duration = Duration::from_secs(60);

/// Makes a call of the workspace and waits for its result, or for the end of the run.
pub fn call<T: Send + 'static>(
    session: &Arc<Session>,
    work: impl FnOnce(&Client) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let (worker, departures) = (Arc::clone(session), session.departures());
    let make = move || worker.workspace().and_then(|workspace| work(workspace.client()));
    aside(session.stop(), || session.departures() != departures, make)
}

/// Does something on a thread of its own and waits for its result, or for the end of the run; if that comes first and
/// something `has_left` for good, for that too.
pub fn aside<T: Send + 'static>(
    stop: &Arc<Stop>,
    has_left: impl Fn() -> bool,
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let slot = Arc::new(Slot::default());
    let landing = Landing { slot: Arc::clone(&slot), stop: Arc::clone(stop) };
    let turn = stop.turn();
    let make = move || {
        Stop::join_turn(turn);
        let result = work();
        landing.slot.put(result);
    };
    let spawned = thread::Builder::new().name("call".to_owned()).spawn(make);
    spawned.map_err(|error| Error::io("start", "a call's thread", &error))?;
    stop.wait(|| slot.is_full());
    if !slot.is_full() && has_left() {
        stop.wait_ending(LONGEST_END, || slot.is_full());
    }
    slot.take().unwrap_or_else(|| Err(stop.check().err().unwrap_or(Error::Interrupted)))
}

/// Where a call's result lands.
struct Slot<T>(Mutex<Landed<T>>);

enum Landed<T> {
    Not,
    With(Result<T, Error>),
    /// The call's thread is gone without a result.
    Gone,
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self(Mutex::new(Landed::Not))
    }
}

impl<T> Slot<T> {
    fn put(&self, result: Result<T, Error>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Landed::With(result);
    }

    fn is_full(&self) -> bool {
        !matches!(*self.0.lock().unwrap_or_else(PoisonError::into_inner), Landed::Not)
    }

    fn take(&self) -> Option<Result<T, Error>> {
        let mut landed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match std::mem::replace(&mut *landed, Landed::Gone) {
            Landed::With(result) => Some(result),
            Landed::Not | Landed::Gone => None,
        }
    }
}

/// Tells the waiting side that the call's thread has ended, by a panic too.
struct Landing<T> {
    slot: Arc<Slot<T>>,
    stop: Arc<Stop>,
}

impl<T> Drop for Landing<T> {
    fn drop(&mut self) {
        if !self.slot.is_full() {
            *self.slot.0.lock().unwrap_or_else(PoisonError::into_inner) = Landed::Gone;
        }
        self.stop.wake();
    }
}
