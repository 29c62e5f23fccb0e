//! A local workspace to try things on: a server that behaves as Databricks' Token API and what lies
//! around it, with data made up, a clock that can be moved and trouble on request.
//!
//! It is a stranger to the rest of the crate: it shares no type with the client and is written from
//! what is known of the real API, so that a client's mistake cannot hide in it. It listens on the
//! loopback interface only.

#![allow(clippy::unnecessary_wraps, reason = "all handlers of calls have one type")]

mod admin;
mod answer;
mod call;
mod clock;
mod control;
mod errors;
mod exchange;
mod fault;
mod fault_text;
mod fields;
mod inbox;
mod limit;
mod lobby;
mod log;
mod oidc;
mod options;
mod percent;
mod persist;
mod populate;
mod providers;
mod record;
mod request;
mod routes;
mod scim;
mod secrets;
mod server;
mod sign_in;
mod store;
mod tokens;
mod vouchers;
mod world;

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use fastrand::Rng;

use self::clock::Clock;
use self::store::Store;
use self::world::World;

pub use self::fault::Fault;
pub use self::fault_text::FaultError;
pub(crate) use self::fault_text::forms as fault_forms;
pub use self::log::Write;
pub use self::options::{MAX_TOKENS, MAX_WORKSPACES, Options, StartError};
pub use self::world::Address;

/// A running sandbox; dropping it stops it.
pub struct Sandbox {
    world: Arc<World>,
    listeners: Vec<(SocketAddr, JoinHandle<()>)>,
}

impl Sandbox {
    /// Starts serving; when this returns, every workspace answers.
    pub fn start(options: Options) -> Result<Self, StartError> {
        options.check()?;
        let state = options.state.as_deref().map(persist::load).transpose()?.unwrap_or_default();
        let clock = Clock::new(options.now, state.advanced_ms);
        let stores = stores(&options, state.workspaces, clock.now());
        let listeners = listen(options.port, stores.len())?;
        let addresses = stores
            .iter()
            .zip(&listeners)
            .map(|(store, (address, _))| describe(store, *address))
            .collect();
        let world = Arc::new(World::new(options, clock, stores, addresses));
        let saved = world.save(&world.stores());
        if let (Err(error), Some(path)) = (saved, &world.options.state) {
            return Err(StartError::State(path.clone(), error));
        }
        let listeners = listeners.into_iter().enumerate().map(|(index, (address, listener))| {
            let world = Arc::clone(&world);
            (address, thread::spawn(move || server::run(&world, index, &listener)))
        });
        Ok(Self { listeners: listeners.collect(), world })
    }

    /// Tells where the workspaces are and what opens them.
    #[must_use]
    pub fn workspaces(&self) -> &[Address] {
        &self.world.addresses
    }

    /// Tells the sandbox's time, in milliseconds since 1970.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.world.clock.now()
    }

    /// Moves the sandbox's clock by `ms` milliseconds, back if negative. A state file hears of it
    /// with the next change.
    pub fn advance(&self, ms: i64) {
        self.world.clock.advance(ms);
    }

    /// Asks for trouble.
    pub fn inject(&self, fault: Fault) {
        self.world.ask_for(fault);
    }

    /// Lets nobody make trouble any more.
    pub fn calm(&self) {
        self.world.faults.clear();
    }

    /// Tells `watcher` of every change from now on, when it is made and not yet answered; one watcher is enough.
    pub fn watch(&self, watcher: impl Fn(&Write) + Send + Sync + 'static) {
        self.world.log.watch(watcher);
    }

    /// Gives every change made so far, oldest first.
    #[must_use]
    pub fn writes(&self) -> Vec<Write> {
        self.world.log.lock().writes.clone()
    }

    /// Gives the base64 of a secret of the first workspace, whatever trouble there is.
    #[must_use]
    pub fn secret(&self, scope: &str, key: &str) -> Option<String> {
        let stores = self.world.stores();
        Some(stores.first()?.scopes.get(scope)?.get(key)?.value.clone())
    }

    /// Gives the id of the token of the first workspace that has this value, or had it before it was revoked.
    #[must_use]
    pub fn token_id(&self, value: &str) -> Option<String> {
        self.world.stores().first()?.id_of(value).map(str::to_owned)
    }

    /// Counts the requests so far, those to the control path left out.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.world.log.lock().requests.values().sum()
    }

    /// Counts the requests of one operation so far, by the name that faults know it by.
    #[must_use]
    pub fn requests_of(&self, operation: &str) -> usize {
        self.world.log.lock().requests.get(operation).copied().unwrap_or_default()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.world.lobby.close();
        for (address, listener) in self.listeners.drain(..) {
            // A listener sees that it is to stop when the next connection comes, so one is made.
            if TcpStream::connect(address).is_ok() {
                drop(listener.join());
            }
        }
        self.world.lobby.empty();
    }
}

/// Takes the workspaces kept from before and makes the missing ones.
fn stores(options: &Options, kept: Vec<Store>, now: i64) -> Vec<Store> {
    let mut root = Rng::with_seed(options.seed);
    let count = options.workspaces.max(kept.len());
    let mut kept = kept.into_iter();
    let store = |rng| kept.next().unwrap_or_else(|| populate::populate(rng, options, now));
    (0..count).map(|_| root.fork()).map(store).collect()
}

fn listen(first: u16, count: usize) -> Result<Vec<(SocketAddr, TcpListener)>, StartError> {
    (0..count).map(|index| listen_on(first, index)).collect()
}

fn listen_on(first: u16, index: usize) -> Result<(SocketAddr, TcpListener), StartError> {
    let wanted = if first == 0 { 0 } else { usize::from(first) + index };
    let port = u16::try_from(wanted).map_err(|_| StartError::NoSuchPort(wanted))?;
    let listener = server::listen(port).map_err(|error| StartError::Listen(port, error))?;
    let address = listener.local_addr().map_err(|error| StartError::Listen(port, error))?;
    Ok((address, listener))
}

fn describe(store: &Store, address: SocketAddr) -> Address {
    let credential = store.credential.clone();
    Address {
        host: format!("http://{address}"),
        token: credential.token,
        client_id: credential.client_id,
        client_secret: credential.client_secret,
        user: credential.user,
        password: credential.password,
    }
}
