//! The line to one workspace: its agent, the writes on their way, and how all of it is cut when the run is told to end.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::Duration;

use ureq::Agent;

use super::agent;
use super::means::Means;
use crate::error::Error;
use crate::host::Host;
use crate::stop::{Stop, Urgency};

/// A line that is opened by its first request, cut by a stop, and opened anew if the stop is taken back.
pub struct Line {
    host: Host,
    means: Means,
    traffic: Arc<Traffic>,
}

#[derive(Default)]
struct Traffic {
    state: Mutex<State>,
    landed: Condvar,
}

#[derive(Default)]
struct State {
    agent: Option<Agent>,
    /// The bodies that have begun to leave and are not answered yet.
    writes: usize,
    departures: usize,
    /// Whether the line is being cut whatever is on its way.
    is_hurried: bool,
}

/// A request's place on the line, until it is dropped.
pub struct Seat {
    agent: Agent,
    departure: Departure,
}

/// What a request's body asks before it leaves.
#[derive(Clone)]
pub struct Departure {
    traffic: Arc<Traffic>,
    stop: Arc<Stop>,
    has_left: Arc<AtomicBool>,
}

impl Line {
    /// Prepares a line that, at a stop, leaves writes a while to end and cuts reads at once.
    pub fn new(host: Host, means: Means) -> Self {
        let traffic = Arc::<Traffic>::default();
        let weak = Arc::downgrade(&traffic);
        let grace = means.pace.grace;
        // The stop's own lock is held while it tells: the waiting is done elsewhere.
        means.stop.on_set(move |urgency| cut_aside(&weak, urgency, grace));
        Self { host, means, traffic }
    }

    /// Takes a place for one request, unless the run is ending.
    pub fn enter(&self) -> Result<Seat, Error> {
        let mut state = self.traffic.lock();
        // Checked under the lock that the cut takes after the stop is set: a request is refused here or cut there.
        self.means.stop.check()?;
        if state.agent.is_none() {
            state.is_hurried = false;
        }
        let agent = if let Some(agent) = &state.agent {
            agent.clone()
        } else {
            let made = agent::make(&self.host, &self.means.network, &self.means.output)?;
            state.agent.insert(made).clone()
        };
        let departure = Departure {
            traffic: Arc::clone(&self.traffic),
            stop: Arc::clone(&self.means.stop),
            has_left: Arc::default(),
        };
        Ok(Seat { agent, departure })
    }

    /// Returns how many writes have begun to leave so far.
    pub fn departures(&self) -> usize {
        self.traffic.lock().departures
    }
}

impl Seat {
    /// Returns the agent to send with.
    pub fn agent(&self) -> &Agent {
        &self.agent
    }

    /// Returns what the request's body has to ask.
    pub fn departure(&self) -> Departure {
        self.departure.clone()
    }

    /// Returns whether any of the body may have left.
    pub fn has_departed(&self) -> bool {
        self.departure.has_left.load(Ordering::Acquire)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        if self.has_departed() {
            self.departure.traffic.lock().writes -= 1;
            self.departure.traffic.landed.notify_all();
        }
    }
}

impl Departure {
    /// Counts the write as on its way; false if it has to stay because the run is ending.
    pub fn leave(&self) -> bool {
        let mut state = self.traffic.lock();
        if self.has_left.load(Ordering::Acquire) {
            return true;
        }
        if self.stop.is_set() {
            return false;
        }
        self.has_left.store(true, Ordering::Release);
        state.writes += 1;
        state.departures += 1;
        true
    }
}

impl Traffic {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends all requests; the next one, should the stop be taken back, opens the line anew.
    fn cut(&self, grace: Duration) {
        let mut state = self.lock();
        // Taken before the wait: what is opened meanwhile is not for this cut.
        let agent = state.agent.take();
        let waits = |state: &mut State| state.writes > 0 && !state.is_hurried;
        drop(self.landed.wait_timeout_while(state, grace, waits));
        if let Some(agent) = agent {
            agent.shutdown();
        }
    }

    fn hurry(&self) {
        self.lock().is_hurried = true;
        self.landed.notify_all();
    }
}

fn cut_aside(traffic: &Weak<Traffic>, urgency: Urgency, grace: Duration) {
    if let Some(traffic) = traffic.upgrade() {
        // Without a thread to spare the requests end by their own time limits.
        let _ = thread::Builder::new().spawn(move || match urgency {
            Urgency::Orderly => traffic.cut(grace),
            Urgency::AtOnce => traffic.hurry(),
        });
    }
}
