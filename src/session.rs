//! One run: its settings, streams, gate, clock and stop flag, made once and shared by all threads.

use std::sync::Arc;

use crate::clock::Clock;
use crate::error::Error;
use crate::gate::{Ask, Gate, Grants, Mode};
use crate::output::Output;
use crate::settings::{Asked, Connection, Settings};
use crate::state::StateDir;
use crate::stop::Stop;
use crate::workspace::{Lazy, Shared, Workspace};

/// Everything a run has.
pub struct Session {
    shared: Shared,
    workspace: Lazy,
}

const _: () = {
    const fn is_shareable<T: Send + Sync>() {}
    is_shareable::<Session>();
};

impl Session {
    /// Makes the session; reads no file and makes no request. The asker is asked before tokens are revoked.
    pub fn new(
        settings: Settings,
        output: Arc<Output>,
        stop: Arc<Stop>,
        asker: Option<Arc<dyn Ask>>,
    ) -> Self {
        let clock = Arc::new(Clock::default());
        if let Some(sandbox) = &settings.asked().sandbox {
            clock.learn(sandbox.now);
        }
        let mode = match settings.asked() {
            Asked { dry_run: true, .. } => Mode::DryRun,
            Asked { sandbox: Some(_), .. } => Mode::Sandbox,
            _ => Mode::Live,
        };
        let state = StateDir::new(settings.state_dir());
        let grants = Grants {
            write: settings.asked().allow_write.clone(),
            admin: settings.asked().allow_admin,
        };
        let gate = Gate::new(
            mode,
            grants,
            Arc::clone(&clock),
            state.clone(),
            Arc::clone(&output),
            Arc::clone(&stop),
        )
        .asking(asker);
        let shared = Shared { settings, gate: Arc::new(gate), output, clock, stop, state };
        Self { shared, workspace: Lazy::default() }
    }

    /// Makes a session that is told something else and shares streams and stop flag with this one.
    #[must_use]
    pub fn with(&self, settings: Settings, asker: Option<Arc<dyn Ask>>) -> Self {
        let shared = &self.shared;
        Self::new(settings, Arc::clone(&shared.output), Arc::clone(&shared.stop), asker)
    }

    /// Returns the run's own workspace, opened at the first call.
    pub fn workspace(&self) -> Result<&Workspace, Error> {
        self.workspace.open(&self.shared)
    }

    /// Returns how many writes have begun to leave so far.
    pub fn departures(&self) -> usize {
        self.workspace.opened().map_or(0, |workspace| workspace.client().departures())
    }

    /// Prepares another workspace than the run's own.
    pub fn connect(&self, connection: Connection) -> Result<Workspace, Error> {
        Workspace::connect(&self.shared, connection)
    }

    /// Returns what the run was told.
    pub fn settings(&self) -> &Settings {
        &self.shared.settings
    }

    /// Returns where things are said.
    pub fn output(&self) -> &Output {
        &self.shared.output
    }

    /// Returns what decides about effects.
    pub fn gate(&self) -> &Gate {
        &self.shared.gate
    }

    /// Returns the run's now.
    pub fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    /// Returns what ends the run.
    pub fn stop(&self) -> &Arc<Stop> {
        &self.shared.stop
    }
}
