//! Signing in from GitHub Actions, whose runner signs who the job is.

use serde_json::Value;

use super::Credential;
use super::exchange::{self, Voucher};
use super::kit::{Endpoint, Kit};
use super::methods::required;
use crate::error::Error;
use crate::secret::Secret;
use crate::settings::Connection;
use crate::wire::{Request, Signature, encode};

/// The runner's own token endpoint.
pub struct Runner {
    endpoint: Endpoint,
    signature: Signature,
}

/// Makes the credential of a connection.
pub fn make(connection: &Connection, kit: &Kit) -> Result<Box<dyn Credential>, Error> {
    let name = "github-oidc";
    let (runner, source) = Runner::new(name, connection, kit)?;
    Ok(exchange::make(name, source, Box::new(runner), connection, kit))
}

impl Runner {
    /// Reads where the job asks and with what, and returns where that was found.
    pub fn new(
        name: &'static str,
        connection: &Connection,
        kit: &Kit,
    ) -> Result<(Self, String), Error> {
        let url = required(connection, name, "actions_id_token_request_url")?;
        let token = required(connection, name, "actions_id_token_request_token")?;
        let endpoint = kit.endpoint(url.text())?;
        let signature = Signature::bearer("", token.secret());
        Ok((Self { endpoint, signature }, token.source.to_string()))
    }

    /// Returns a token signed for `audience`.
    pub fn sign_for(&self, audience: &str) -> Result<Secret, Error> {
        let path = &self.endpoint.path;
        let mark = if path.contains('?') { '&' } else { '?' };
        let request = Request::get(format!("{path}{mark}audience={}", encode(audience)));
        let answer = self.endpoint.http.read(&self.signature, &request)?;
        let body: Value =
            serde_json::from_str(&answer.body).map_err(|error| answer.malformed(&error))?;
        let value = body["value"].as_str().filter(|value| !value.is_empty());
        value.map(Secret::new).ok_or_else(|| answer.unusable("JSON without value"))
    }
}

impl Voucher for Runner {
    fn vouch(&self, audience: &dyn Fn() -> Result<String, Error>) -> Result<Secret, Error> {
        self.sign_for(&audience()?)
    }
}
