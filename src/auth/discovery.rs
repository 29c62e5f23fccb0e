//! Finds the token endpoint of a workspace or account, and remembers it from run to run (RFC 8414).

use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value, json};

use super::kit::{Endpoint, Kit};
use crate::clock::{Duration, Time};
use crate::error::Error;
use crate::host::{Host, split_url};
use crate::settings::Connection;
use crate::wire::{Request, Signature};

/// How long a remembered endpoint is believed.
const MEMORY: Duration = Duration::from_days(7);

/// The file that holds it; addresses only, never a credential.
const FILE: &str = "token_endpoints.json";

/// Where a workspace's token endpoint is found.
pub struct Discovery {
    kit: Kit,
    /// The endpoint itself, where it need not be asked for.
    known: Option<String>,
    document: String,
    found: Mutex<Option<Endpoint>>,
}

/// Returns the account that a connection is to, if it is to one.
pub fn account(connection: &Connection) -> Option<&str> {
    let is_account = connection.host.as_ref().is_some_and(Host::is_account);
    connection.attributes.text("account_id").filter(|_| is_account)
}

impl Discovery {
    /// Says where to look; nothing is asked yet.
    pub fn new(connection: &Connection, kit: &Kit) -> Self {
        let host = connection.host.as_ref().map(ToString::to_string).unwrap_or_default();
        let attributes = &connection.attributes;
        let known = account(connection).map(|id| format!("{host}/oidc/accounts/{id}/v1/token"));
        let document = attributes.text("discovery_url").map_or_else(
            || format!("{host}/oidc/.well-known/oauth-authorization-server"),
            str::to_owned,
        );
        Self { kit: kit.clone(), known, document, found: Mutex::default() }
    }

    /// Calls `ask` with the endpoint; once more with a newly found one if a remembered one is gone.
    pub fn ask<T>(&self, ask: impl Fn(&Endpoint) -> Result<T, Error>) -> Result<T, Error> {
        let (endpoint, is_remembered) = self.find()?;
        match ask(&endpoint) {
            Err(Error::Api(failure)) if is_remembered && failure.status == 404 => {
                ask(&self.look_up()?)
            }
            result => result,
        }
    }

    /// Returns the endpoint, and whether it is only remembered.
    pub fn find(&self) -> Result<(Endpoint, bool), Error> {
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(endpoint) = found {
            return Ok((endpoint, false));
        }
        if let Some(url) = &self.known {
            return Ok((self.kit.endpoint(url)?, false));
        }
        match self.recall() {
            Some(url) => Ok((self.kit.endpoint(&url)?, true)),
            None => Ok((self.look_up()?, false)),
        }
    }

    /// Asks for the document that names the endpoint.
    fn look_up(&self) -> Result<Endpoint, Error> {
        let document = self.kit.endpoint(&self.document)?;
        let answer = document.http.read(&Signature::none(), &Request::get(&document.path))?;
        let body: Value =
            serde_json::from_str(&answer.body).map_err(|error| answer.malformed(&error))?;
        let url = body["token_endpoint"].as_str();
        let url = url.ok_or_else(|| answer.unusable("JSON without token_endpoint"))?;
        // A secret goes to the host that was named, whatever an answer says.
        if split_url(url).ok().as_ref().map(|(host, _)| host) != Some(document.http.host()) {
            return Err(answer.unusable("a token_endpoint on another host, where no secret goes"));
        }
        let endpoint = self.kit.endpoint(url)?;
        self.remember(url);
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = Some(endpoint.clone());
        Ok(endpoint)
    }

    fn recall(&self) -> Option<String> {
        let known = self.read_memory().get(&self.document)?.clone();
        let seen = Time::from_ms(known["seen"].as_i64()?);
        let now = Time::now();
        let is_fresh = seen <= now && now < seen.plus(MEMORY);
        let url = known["token_endpoint"].as_str().filter(|_| is_fresh)?;
        let is_same_host = split_url(url).ok()?.0 == split_url(&self.document).ok()?.0;
        is_same_host.then(|| url.to_owned())
    }

    /// That it cannot be written costs the next run a request and is no error.
    fn remember(&self, url: &str) {
        let Some(state) = &self.kit.state else { return };
        let mut memory = self.read_memory();
        let entry = json!({ "token_endpoint": url, "seen": Time::now().ms() });
        memory.insert(self.document.clone(), entry);
        let _ = state.replace(FILE, &Value::Object(memory).to_string());
    }

    fn read_memory(&self) -> Map<String, Value> {
        let text = self.kit.state.as_ref().and_then(|state| state.read(FILE));
        text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
    }
}
