//! One run: its settings, streams, gate, clock and stop flag, made once and shared by all threads.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::clock::Clock;
use crate::error::Error;
use crate::gate::{Askers, Brakes, Gate, Grants, Mode, Place};
use crate::output::{Output, Reaper};
use crate::settings::{Asked, Connection, Member, Settings};
use crate::state::StateDir;
use crate::stop::Stop;
use crate::wire::{Means, Pace};
use crate::workspace::{Lazy, Shared, Workspace, warn_if_exposed};

/// Everything a run has.
pub struct Session {
    shared: Shared,
    workspace: Lazy,
    /// The sessions on other profiles' workspaces, by profile.
    others: Mutex<BTreeMap<String, Arc<Session>>>,
}

const _: () = {
    const fn is_shareable<T: Send + Sync>() {}
    is_shareable::<Session>();
};

impl Session {
    /// Makes the session of a command; reads no file and makes no request.
    pub fn new(settings: Settings, output: Arc<Output>, stop: Arc<Stop>, askers: Askers) -> Self {
        Self::make(None, settings, output, stop, askers)
    }

    /// Makes a session, whose gate may be a part of another.
    fn make(
        whole: Option<&Gate>,
        settings: Settings,
        output: Arc<Output>,
        stop: Arc<Stop>,
        askers: Askers,
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
        let asked = settings.asked();
        let grants = Grants::new(asked.grants.clone(), settings.search_path());
        let gate = Gate::new(
            mode,
            grants,
            Arc::clone(&clock),
            settings.audit_log(),
            Arc::clone(&output),
            Arc::clone(&stop),
        )
        .asking(askers)
        .forbidding_writes(settings.read_only());
        let gate = match whole {
            Some(whole) => gate.part_of(whole),
            None => gate.braking(Arc::new(Brakes::new(settings.asked().limits))),
        };
        let shared = Shared { settings, gate: Arc::new(gate), output, clock, stop, state };
        Self::of(shared)
    }

    /// Makes a session that is told something else and shares streams, stop flag and brakes with this one.
    #[must_use]
    pub fn with(&self, settings: Settings, askers: Askers) -> Self {
        let Shared { output, stop, gate, .. } = &self.shared;
        Self::make(Some(gate), settings, Arc::clone(output), Arc::clone(stop), askers)
    }

    /// Makes the session of one workspace of a fleet: it says what it says under that name, ends with this one or alone, and
    /// counts with the same brakes and under the same run id.
    #[must_use]
    pub fn part(&self, member: &Member, reaper: Reaper, askers: Askers) -> Self {
        let Shared { settings, output, stop, gate, .. } = &self.shared;
        let output = Arc::new(output.part(&member.name, reaper));
        Self::make(Some(gate), settings.for_member(member), output, stop.part(), askers)
    }

    fn of(shared: Shared) -> Self {
        Self { shared, workspace: Lazy::default(), others: Mutex::default() }
    }

    /// Returns the session of the same run on another profile's workspace, the same one each time.
    pub fn on(&self, profile: &str) -> Result<Arc<Self>, Error> {
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(other) = others.get(profile) {
            return Ok(Arc::clone(other));
        }
        let connection = self.shared.settings.connection_of(profile)?;
        let workspace = Workspace::connect(&self.shared, connection)?;
        let shared = Shared {
            settings: self.shared.settings.for_profile(profile),
            gate: Arc::clone(&self.shared.gate),
            output: Arc::clone(&self.shared.output),
            clock: Arc::clone(&self.shared.clock),
            stop: Arc::clone(&self.shared.stop),
            state: self.shared.state.clone(),
        };
        let other = Self { workspace: Lazy::of(workspace), ..Self::of(shared) };
        Ok(Arc::clone(others.entry(profile.to_owned()).or_insert(Arc::new(other))))
    }

    /// Warns of a profile file that others can read, if profiles are used.
    pub fn warn_if_exposed(&self) {
        if self.shared.settings.asked().sandbox.is_none() {
            warn_if_exposed(&self.shared);
        }
    }

    /// Returns the run's own workspace, opened at the first call.
    pub fn workspace(&self) -> Result<&Workspace, Error> {
        self.workspace.open(&self.shared)
    }

    /// Returns where the run is, as far as anything has asked so far: what happens on this machine needs no workspace.
    pub fn place(&self) -> Place {
        self.workspace.opened().map_or_else(Place::default, |workspace| workspace.place().clone())
    }

    /// Returns how many writes have begun to leave so far.
    pub fn departures(&self) -> usize {
        self.workspace.opened().map_or(0, |workspace| workspace.client().departures())
    }

    /// Prepares another workspace than the run's own.
    pub fn connect(&self, connection: Connection) -> Result<Workspace, Error> {
        Workspace::connect(&self.shared, connection)
    }

    /// Returns the means to reach a host that is no workspace, whose clock is none of ours.
    pub fn means_elsewhere(&self) -> Means {
        let shared = &self.shared;
        Means {
            network: Arc::new(shared.settings.network_elsewhere()),
            automation: None,
            output: Arc::clone(&shared.output),
            stop: Arc::clone(&shared.stop),
            clock: Arc::default(),
            jobs: shared.settings.jobs(),
            pace: Pace::default(),
        }
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
