//! Signing in from GitHub Actions as an Azure service principal: the runner's signature stands for a secret at Entra.

use super::Credential;
use super::access::Access;
use super::azure::{self, DATABRICKS};
use super::bearer::Bearer;
use super::github_oidc::Runner;
use super::kit::{Endpoint, Kit};
use super::methods::required;
use super::purse::Issuer;
use crate::error::Error;
use crate::settings::Connection;
use crate::wire::{Request, Signature};

const NAME: &str = "github-oidc-azure";

/// For whom Entra wants the runner to sign.
const AUDIENCE: &str = "api://AzureADTokenExchange";

struct Federated {
    runner: Runner,
    endpoint: Endpoint,
    client_id: String,
}

/// Makes the credential of a connection.
pub fn make(connection: &Connection, kit: &Kit) -> Result<Box<dyn Credential>, Error> {
    let (runner, source) = Runner::new(NAME, connection, kit)?;
    let tenant = required(connection, NAME, "azure_tenant_id")?.text();
    let login = azure::cloud(connection)?.login;
    let issuer = Federated {
        runner,
        endpoint: kit.endpoint(&format!("{login}/{tenant}/oauth2/token"))?,
        client_id: required(connection, NAME, "azure_client_id")?.text().to_owned(),
    };
    Ok(Box::new(Bearer::new(NAME, source, Box::new(issuer), kit)))
}

impl Issuer for Federated {
    fn issue(&self, _: bool) -> Result<Access, Error> {
        let assertion = self.runner.sign_for(AUDIENCE)?;
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", self.client_id.as_str()),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", assertion.expose()),
            ("resource", DATABRICKS),
        ];
        let request = Request::form(&self.endpoint.path, &fields);
        Access::read(&self.endpoint.http.read(&Signature::none(), &request)?)
    }
}
