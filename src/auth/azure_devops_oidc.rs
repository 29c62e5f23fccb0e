//! Signing in from an Azure DevOps pipeline, which signs who the job is.

use serde_json::Value;

use super::Credential;
use super::exchange::{self, Voucher};
use super::kit::{Endpoint, Kit};
use super::methods::required;
use crate::error::Error;
use crate::secret::Secret;
use crate::settings::Connection;
use crate::wire::{Request, Signature, encode};

const NAME: &str = "azure-devops-oidc";

struct Pipeline {
    endpoint: Endpoint,
    signature: Signature,
}

/// Makes the credential of a connection.
pub fn make(connection: &Connection, kit: &Kit) -> Result<Box<dyn Credential>, Error> {
    let part = |name| required(connection, NAME, name).map(|value| encode(value.text()));
    let collection = required(connection, NAME, "system_teamfoundationcollectionuri")?;
    let url = format!(
        "{}/{}/_apis/distributedtask/hubs/{}/plans/{}/jobs/{}/oidctoken?api-version=7.2-preview.1",
        collection.text().trim_end_matches('/'),
        part("system_teamprojectid")?,
        part("system_hosttype")?,
        part("system_planid")?,
        part("system_jobid")?,
    );
    let token = required(connection, NAME, "system_accesstoken")?;
    let signature = Signature::bearer("", token.secret());
    let voucher = Pipeline { endpoint: kit.endpoint(&url)?, signature };
    Ok(exchange::make(NAME, token.source.to_string(), Box::new(voucher), connection, kit))
}

impl Voucher for Pipeline {
    /// The pipeline's audience is fixed.
    fn vouch(&self, _: &dyn Fn() -> Result<String, Error>) -> Result<Secret, Error> {
        let request = Request::form(&self.endpoint.path, &[]);
        let answer = self.endpoint.http.read(&self.signature, &request)?;
        let body: Value =
            serde_json::from_str(&answer.body).map_err(|error| answer.malformed(&error))?;
        let value = body["oidcToken"].as_str().filter(|value| !value.is_empty());
        value.map(Secret::new).ok_or_else(|| answer.unusable("JSON without oidcToken"))
    }
}
