//! The flag that ends a run: once set it stays set, whatever a script catches.
//!
//! `Gate::admit`, `wire` and the engine's progress hook look at it first. A session of the REPL is one turn after the
//! other: `begin_turn` takes the flag back for those who belong to the new turn and leaves it set for all others. This
//! file knows why a run ends and how to wait for that; what each reason means for the exit code is `error`'s.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::Error;

/// How long it takes at most until a connection that is cut tells so.
const MOMENT: Duration = Duration::from_secs(2);

/// Why a run ends early.
#[derive(Clone, Debug)]
pub enum Reason {
    /// The script called `exit(n)`.
    Exit(u8),
    /// Something refused that no script may swallow, or nobody reads the output any more.
    Failed(Error),
}

/// How soon what is on its way has to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// What cannot be taken back may finish.
    Orderly,
    /// Nothing may.
    AtOnce,
}

/// The input of a session that a thread works for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn(u64);

thread_local! {
    /// The turn this thread belongs to; none for one that goes along with all of them.
    static TURN: Cell<Option<Turn>> = const { Cell::new(None) };
}

type Listener = Box<dyn Fn(Urgency) + Send>;

#[derive(Default)]
struct State {
    reason: Option<Reason>,
    listeners: Vec<Listener>,
    /// The stops of the parts of this run, which end with it.
    parts: Vec<Weak<Stop>>,
    signals: usize,
}

/// A sticky stop: the first reason wins, and everything that waits on it wakes.
#[derive(Default)]
pub struct Stop {
    /// What `is_set` looks at: a script does so at every operation.
    is_set: AtomicBool,
    turn: AtomicU64,
    has_turns: AtomicBool,
    is_idle: AtomicBool,
    state: Mutex<State>,
    changed: Condvar,
}

impl Stop {
    /// Ends the run for `reason`, unless it is ending already.
    pub fn set(&self, reason: Reason) {
        if !is_stale(self) {
            self.set_locked(&mut self.lock(), reason);
        }
    }

    fn set_locked(&self, state: &mut State, reason: Reason) {
        if state.reason.is_none() {
            state.reason = Some(reason);
            self.is_set.store(true, Ordering::Release);
            self.changed.notify_all();
            state.tell(Urgency::Orderly);
            if let Some(reason) = &state.reason {
                state.parts().for_each(|part| part.set(reason.clone()));
            }
        }
    }

    /// Makes the stop of a part of this run: the part ends with the run, and alone for reasons of its own.
    #[must_use]
    pub fn part(&self) -> Arc<Self> {
        let part = Arc::new(Self::default());
        let mut state = self.lock();
        if let Some(reason) = &state.reason {
            part.set(reason.clone());
        }
        state.parts.retain(|part| part.strong_count() > 0);
        state.parts.push(Arc::downgrade(&part));
        part
    }

    /// Takes note of a signal that means `error`: the first ends the run in order, the next cuts what is still on its
    /// way. Between two turns there is nothing to end but the session. Returns whether that is all; otherwise the process
    /// has to end now.
    pub fn signal(&self, error: &Error) -> bool {
        if self.is_idle.load(Ordering::Acquire) {
            return *error == Error::Interrupted;
        }
        let mut state = self.lock();
        state.signals += 1;
        if state.signals == 1 {
            self.set_locked(&mut state, Reason::Failed(error.clone()));
        }
        for part in state.parts() {
            part.signal(error);
        }
        if state.signals == 1 {
            return true;
        }
        state.tell(Urgency::AtOnce);
        self.changed.notify_all();
        self.has_turns.load(Ordering::Acquire)
    }

    /// Begins a turn of a session, for this thread and those that join it: the flag is taken back for them alone.
    pub fn begin_turn(&self) {
        let mut state = self.lock();
        self.has_turns.store(true, Ordering::Release);
        self.turn.fetch_add(1, Ordering::AcqRel);
        state.reason = None;
        state.signals = 0;
        self.is_set.store(false, Ordering::Release);
        self.is_idle.store(false, Ordering::Release);
    }

    /// Ends a turn: nothing is done until the next one.
    pub fn end_turn(&self) {
        self.has_turns.store(true, Ordering::Release);
        self.is_idle.store(true, Ordering::Release);
    }

    /// Returns the present turn.
    pub fn turn(&self) -> Turn {
        Turn(self.turn.load(Ordering::Acquire))
    }

    /// Binds this thread to a turn: once that is over, it finds the run ended for good, however late it looks.
    pub fn join_turn(turn: Turn) {
        TURN.set(Some(turn));
    }

    /// Returns the turn that this thread is bound to, for those that it starts.
    pub fn joined_turn() -> Option<Turn> {
        TURN.get()
    }

    /// Ends the run with `error`, and returns it for the caller to pass on.
    pub fn fail(&self, error: Error) -> Error {
        self.set(Reason::Failed(error.clone()));
        error
    }

    /// Returns why the run is ending, if it is.
    pub fn reason(&self) -> Option<Reason> {
        if is_stale(self) {
            return Some(Reason::Failed(Error::Interrupted));
        }
        self.lock().reason.clone()
    }

    /// Returns whether the run is ending.
    pub fn is_set(&self) -> bool {
        self.is_set.load(Ordering::Acquire) || is_stale(self)
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
        while state.reason.is_none() && !is_stale(self) {
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

    /// Waits until `is_done`, which whoever makes it so tells by `wake`, or until the run is ending.
    pub fn wait(&self, is_done: impl Fn() -> bool) {
        let state = self.lock();
        let goes_on = |state: &mut State| state.reason.is_none() && !is_done();
        drop(self.changed.wait_while(state, goes_on));
    }

    /// Waits until `is_done`, for `limit` at most or until a second signal, and a moment longer for what is then cut; the
    /// run is ending already.
    pub fn wait_ending(&self, limit: Duration, is_done: impl Fn() -> bool) {
        let goes_on = |state: &mut State| state.signals < 2 && !is_done();
        let waited = self.changed.wait_timeout_while(self.lock(), limit, goes_on);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        drop(self.changed.wait_timeout_while(state, MOMENT, |_| !is_done()));
    }

    /// Makes those who wait look again.
    pub fn wake(&self) {
        drop(self.lock());
        self.changed.notify_all();
    }

    /// Calls `listener` when the run is told to end, and when it is told again; it must return at once.
    pub fn on_set(&self, listener: impl Fn(Urgency) + Send + 'static) {
        self.lock().listeners.push(Box::new(listener));
    }

    /// Ends the run with `error` after `limit`, unless the result is dropped before.
    pub fn set_after(self: &Arc<Self>, limit: Duration, error: Error) -> Result<Timer, Error> {
        let (timer, dropped) = mpsc::channel();
        let stop = Arc::clone(self);
        let wait = move || {
            if dropped.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
                stop.set(Reason::Failed(error));
            }
        };
        let spawned = thread::Builder::new().name("timeout".to_owned()).spawn(wait);
        spawned.map_err(|error| Error::io("start", "the timeout's thread", &error))?;
        Ok(Timer { _dropped: timer })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn parts(&self) -> impl Iterator<Item = Arc<Stop>> {
        self.parts.iter().filter_map(Weak::upgrade)
    }

    fn tell(&self, urgency: Urgency) {
        for listener in &self.listeners {
            listener(urgency);
        }
    }
}

/// A time limit, until it is dropped.
pub struct Timer {
    _dropped: Sender<()>,
}

/// Returns whether this thread belongs to a turn that is over.
fn is_stale(stop: &Stop) -> bool {
    TURN.get().is_some_and(|turn| turn != stop.turn())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_ends_alone_or_with_the_whole_and_hears_every_signal() {
        let whole = Stop::default();
        let (one, other) = (whole.part(), whole.part());
        one.set(Reason::Exit(10));
        assert_eq!(one.check(), Err(Error::Exit { code: 10 }));
        assert_eq!((whole.check(), other.check()), (Ok(()), Ok(())));
        let told = Arc::new(Mutex::new(Vec::new()));
        let tells = Arc::clone(&told);
        other.on_set(move |urgency| tells.lock().unwrap().push(urgency));
        assert!(whole.signal(&Error::Interrupted));
        assert!(!whole.signal(&Error::Interrupted));
        assert_eq!(other.check(), Err(Error::Interrupted));
        assert_eq!(one.check(), Err(Error::Exit { code: 10 }));
        assert_eq!(*told.lock().unwrap(), [Urgency::Orderly, Urgency::AtOnce]);
        assert_eq!(whole.part().check(), Err(Error::Interrupted));
    }
}
