//! What one talks to: a workspace with its host, credential and client, made when first needed.
//!
//! How it was found is `settings`'; what can be asked of it is `api`'s.

use std::sync::{Arc, OnceLock};

use crate::api::Client;
use crate::auth::{self, Kit};
use crate::clock::Clock;
use crate::error::Error;
use crate::gate::{Gate, Place};
use crate::output::Output;
use crate::settings::{Connection, Settings};
use crate::state::StateDir;
use crate::stop::Stop;
use crate::wire::{Http, Means, Pace};

/// One workspace of a run.
pub struct Workspace {
    connection: Connection,
    place: Place,
    client: Client,
}

/// What every workspace of a run shares.
pub struct Shared {
    /// What the run was told.
    pub settings: Settings,
    /// What decides about effects.
    pub gate: Arc<Gate>,
    /// Where things are said.
    pub output: Arc<Output>,
    /// The run's now.
    pub clock: Arc<Clock>,
    /// What ends the run.
    pub stop: Arc<Stop>,
    /// What is remembered from run to run.
    pub state: StateDir,
}

impl Workspace {
    /// Resolves the run's own workspace.
    pub fn open(shared: &Shared) -> Result<Self, Error> {
        let connection = shared.settings.connection()?;
        // Of a fleet the run itself says it, once.
        if connection.profile.is_some() && !shared.settings.is_of_fleet() {
            warn_if_exposed(shared);
        }
        Self::connect(shared, connection)
    }

    /// Prepares what `connection` leads to; makes a request only where nothing but an Azure resource is known.
    pub fn connect(shared: &Shared, connection: Connection) -> Result<Self, Error> {
        let mut kit = Kit {
            means: means(shared, &connection)?,
            http: None,
            state: Some(shared.state.clone()).filter(|_| !shared.gate.is_dry()),
            search_path: shared.settings.search_path(),
        };
        let host = match &connection.host {
            Some(host) => host.clone(),
            None => auth::find_host(&connection, &kit)?,
        };
        let connection = Connection { host: Some(host.clone()), ..connection };
        let place = Place {
            profile: connection.profile_name().map(str::to_owned),
            host: host.to_string(),
            is_sandbox: false,
        };
        let http = Arc::new(Http::new(host, kit.means.clone())?);
        kit.http = Some(Arc::clone(&http));
        let credential = auth::choose(&connection, &kit)?;
        let own_token_id = connection.own_token_id.clone();
        let gate = Arc::clone(&shared.gate);
        let client = Client::new(http, credential, gate, place.clone(), own_token_id)
            .naming_workspace(connection.attributes.text("workspace_id"));
        Ok(Self { connection, place, client })
    }

    /// Returns how it is reached.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Returns it as the audit names it.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Returns what makes requests.
    pub fn client(&self) -> &Client {
        &self.client
    }
}

/// A workspace that is opened when first asked for, once.
#[derive(Default)]
pub struct Lazy(OnceLock<Result<Workspace, Error>>);

impl Lazy {
    /// Takes a workspace that is open.
    pub fn of(workspace: Workspace) -> Self {
        Self(OnceLock::from(Ok(workspace)))
    }

    /// Returns the workspace.
    pub fn open(&self, shared: &Shared) -> Result<&Workspace, Error> {
        self.0.get_or_init(|| Workspace::open(shared)).as_ref().map_err(Clone::clone)
    }

    /// Returns the workspace if it has been opened.
    pub fn opened(&self) -> Option<&Workspace> {
        self.0.get()?.as_ref().ok()
    }
}

/// Returns the means to reach what `connection` leads to, and says loudly if nobody checks whom that is.
fn means(shared: &Shared, connection: &Connection) -> Result<Means, Error> {
    let network = shared.settings.network(connection)?;
    if let Some(source) = &network.unverified {
        shared.output.warn(&format!(
            "certificates are NOT checked (skip_verify from {source}): whoever stands between can read the credential"
        ));
    }
    Ok(Means {
        network: Arc::new(network),
        automation: shared.settings.automation(),
        output: Arc::clone(&shared.output),
        stop: Arc::clone(&shared.stop),
        clock: Arc::clone(&shared.clock),
        jobs: shared.settings.jobs(),
        pace: Pace::default(),
    })
}

/// Warns of a profile file that others can read.
pub fn warn_if_exposed(shared: &Shared) {
    if let Ok(profiles) = shared.settings.profiles()
        && profiles.is_exposed()
    {
        let path = profiles.path().display();
        shared
            .output
            .warn(&format!("{path} holds secrets and others can read it: chmod 600 {path}"));
    }
}
