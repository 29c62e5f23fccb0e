//! The line to one workspace: its agent, the writes on their way, and how all of it is cut when the run is told to end.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::Duration;

use ureq::Agent;

use super::agent;
use super::means::Means;
use crate::error::Error;
use crate::host::Host;

/// A line that is opened by its first request and cut by a stop.
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
    writes: usize,
}

/// A request's place on the line, until it is dropped.
pub struct Seat {
    agent: Agent,
    traffic: Arc<Traffic>,
    is_write: bool,
}

impl Line {
    /// Prepares a line that, at a stop, leaves writes a while to end and cuts reads at once.
    pub fn new(host: Host, means: Means) -> Self {
        let traffic = Arc::<Traffic>::default();
        let weak = Arc::downgrade(&traffic);
        let grace = means.pace.grace;
        // The stop's own lock is held while it tells: the waiting is done elsewhere.
        means.stop.on_set(move || cut_aside(&weak, grace));
        Self { host, means, traffic }
    }

    /// Takes a place for one request, unless the run is ending.
    pub fn enter(&self, is_write: bool) -> Result<Seat, Error> {
        let mut state = self.traffic.lock();
        // Checked under the lock that the cut takes after the stop is set: a request is refused here or cut there.
        self.means.stop.check()?;
        let agent = if let Some(agent) = &state.agent {
            agent.clone()
        } else {
            let made = agent::make(&self.host, &self.means.network, &self.means.output)?;
            state.agent.insert(made).clone()
        };
        state.writes += usize::from(is_write);
        Ok(Seat { agent, traffic: Arc::clone(&self.traffic), is_write })
    }
}

impl Seat {
    /// Returns the agent to send with.
    pub fn agent(&self) -> &Agent {
        &self.agent
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        if self.is_write {
            self.traffic.lock().writes -= 1;
            self.traffic.landed.notify_all();
        }
    }
}

impl Traffic {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends all requests; the next one, should the stop be taken back, opens the line anew.
    fn cut(&self, grace: Duration) {
        let state = self.lock();
        let mut state = self
            .landed
            .wait_timeout_while(state, grace, |state| state.writes > 0)
            .unwrap_or_else(PoisonError::into_inner)
            .0;
        let agent = state.agent.take();
        drop(state);
        if let Some(agent) = agent {
            agent.shutdown();
        }
    }
}

fn cut_aside(traffic: &Weak<Traffic>, grace: Duration) {
    if let Some(traffic) = traffic.upgrade() {
        // Without a thread to spare the requests end by their own time limits.
        let _ = thread::Builder::new().spawn(move || traffic.cut(grace));
    }
}
