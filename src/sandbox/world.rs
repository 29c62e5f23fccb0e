//! What all threads of a sandbox share.

use std::fmt;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use super::clock::Clock;
use super::errors::ApiError;
use super::fault::{Fault, Faults, Trouble};
use super::limit::Limit;
use super::lobby::Lobby;
use super::log::Log;
use super::options::Options;
use super::persist;
use super::store::Store;

/// Where a workspace is, and what opens it.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Address {
    /// Its URL, without a slash at the end.
    pub host: String,
    /// The value of a token of the workspace's administrator.
    pub token: String,
    /// A service principal's application id.
    pub client_id: String,
    /// That service principal's OAuth secret.
    pub client_secret: String,
    /// The administrator's user name.
    pub user: String,
    /// The administrator's password.
    pub password: String,
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Address").field("host", &self.host).finish_non_exhaustive()
    }
}

/// A sandbox from inside.
pub(super) struct World {
    /// What it was asked to be.
    pub(super) options: Options,
    /// Its time.
    pub(super) clock: Clock,
    /// Who is connected.
    pub(super) lobby: Arc<Lobby>,
    /// The trouble it is to make.
    pub(super) faults: Faults,
    /// What has happened.
    pub(super) log: Log,
    /// Its workspaces from outside.
    pub(super) addresses: Vec<Address>,
    /// Its workspaces from inside.
    stores: Mutex<Vec<Store>>,
    /// How many requests each has had.
    requests: Vec<AtomicU64>,
    /// How many each bears.
    limits: Vec<Limit>,
}

impl World {
    /// Makes a sandbox that nobody serves yet.
    pub(super) fn new(
        mut options: Options,
        clock: Clock,
        stores: Vec<Store>,
        addresses: Vec<Address>,
    ) -> Self {
        let rate_limit = options.rate_limit;
        let faults = std::mem::take(&mut options.faults);
        let world = Self {
            faults: Faults::default(),
            lobby: Arc::new(Lobby::new(options.connections)),
            options,
            clock,
            log: Log::default(),
            addresses,
            requests: stores.iter().map(|_| AtomicU64::new(0)).collect(),
            limits: stores.iter().map(|_| Limit::new(rate_limit)).collect(),
            stores: Mutex::new(stores),
        };
        for fault in faults {
            world.ask_for(fault);
        }
        world
    }

    /// Takes trouble that is asked for from now on.
    pub(super) fn ask_for(&self, fault: Fault) {
        if fault.trouble == Trouble::Stale {
            self.stores().iter_mut().for_each(Store::keep_list);
        }
        self.faults.add(fault);
    }

    /// Gives the workspaces, to nobody else for as long.
    pub(super) fn stores(&self) -> MutexGuard<'_, Vec<Store>> {
        self.stores.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a request to a workspace through, if it is not one too many.
    pub(super) fn bear(&self, workspace: usize) -> Result<(), ApiError> {
        self.limits[workspace].admit()
    }

    /// Makes the next request id of a workspace, in the form of a real one.
    pub(super) fn next_request_id(&self, workspace: usize) -> String {
        let number = self.requests[workspace].fetch_add(1, Ordering::SeqCst) + 1;
        format!("{:08x}-{workspace:04x}-4000-8000-{number:012x}", self.options.seed & 0xffff_ffff)
    }

    /// Writes the state file, if there is to be one.
    pub(super) fn save(&self, stores: &[Store]) -> io::Result<()> {
        self.options
            .state
            .as_ref()
            .map_or(Ok(()), |path| persist::save(path, self.clock.advanced(), stores))
    }
}
