//! What one talks to: a workspace with its host, credential and client, made when first needed.
//!
//! How it was found is `settings`'; what can be asked of it is `api`'s.

use std::sync::{Arc, OnceLock};

use crate::api::Client;
use crate::auth;
use crate::clock::Clock;
use crate::error::Error;
use crate::gate::{Gate, Place};
use crate::output::Output;
use crate::settings::{Connection, Settings};
use crate::stop::Stop;
use crate::wire::{Http, Pace};

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
}

impl Workspace {
    /// Resolves the run's own workspace; makes no request.
    pub fn open(shared: &Shared) -> Result<Self, Error> {
        let connection = shared.settings.connection()?;
        warn_if_exposed(shared, &connection);
        let credential = auth::choose(&connection)?;
        let user_agent = user_agent(credential.auth_type(), shared.settings.automation());
        let http = Http::new(
            connection.host.clone(),
            user_agent,
            Arc::clone(&shared.output),
            Arc::clone(&shared.stop),
            Arc::clone(&shared.clock),
            Pace::default(),
        )?;
        let place =
            Place { profile: connection.profile.clone(), host: connection.host.to_string() };
        let client = Client::new(
            http,
            credential,
            Arc::clone(&shared.gate),
            place.clone(),
            connection.own_token_id.clone(),
        );
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
    /// Returns the workspace.
    pub fn open(&self, shared: &Shared) -> Result<&Workspace, Error> {
        self.0.get_or_init(|| Workspace::open(shared)).as_ref().map_err(Clone::clone)
    }

    /// Returns the workspace if it has been opened.
    pub fn opened(&self) -> Option<&Workspace> {
        self.0.get()?.as_ref().ok()
    }
}

/// Builds the header in the field's form: product, system, way to sign in, automation.
fn user_agent(auth_type: &str, automation: Option<&str>) -> String {
    let product = concat!("patroll/", env!("CARGO_PKG_VERSION"));
    let mut text = format!("{product} os/{} auth/{auth_type}", std::env::consts::OS);
    if let Some(name) = automation {
        text.push_str(" cicd/");
        text.push_str(name);
    }
    text
}

fn warn_if_exposed(shared: &Shared, connection: &Connection) {
    if connection.profile.is_none() {
        return;
    }
    if let Ok(profiles) = shared.settings.profiles()
        && profiles.is_exposed()
    {
        let path = profiles.path().display();
        shared
            .output
            .warn(&format!("{path} holds secrets and others can read it: chmod 600 {path}"));
    }
}
