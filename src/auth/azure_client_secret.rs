//! Signing in as an Azure service principal with a secret, through Microsoft Entra.

use std::sync::OnceLock;

use super::Credential;
use super::access::Access;
use super::azure::{self, DATABRICKS, MANAGEMENT_HEADER, RESOURCE_HEADER};
use super::bearer::Bearer;
use super::kit::Kit;
use super::methods::required;
use super::purse::Issuer;
use crate::error::Error;
use crate::secret::Secret;
use crate::settings::Connection;
use crate::wire::{Request, Signature};

const NAME: &str = "azure-client-secret";

struct Entra {
    kit: Kit,
    login: &'static str,
    tenant: OnceLock<String>,
    client_id: String,
    secret: Secret,
    resource: String,
}

/// Makes the credential of a connection.
pub fn make(connection: &Connection, kit: &Kit) -> Result<Box<dyn Credential>, Error> {
    let source = required(connection, NAME, "azure_client_secret")?.source.to_string();
    let management = azure::cloud(connection)?.management;
    let mut bearer = Bearer::new(NAME, source, issuer(connection, kit, DATABRICKS)?, kit).and(
        MANAGEMENT_HEADER,
        issuer(connection, kit, management)?,
        kit,
    );
    if let Some(id) = connection.attributes.text("azure_workspace_resource_id") {
        bearer = bearer.with(RESOURCE_HEADER, id);
    }
    Ok(Box::new(bearer))
}

/// Returns who hands out tokens for `resource`.
pub fn issuer(
    connection: &Connection,
    kit: &Kit,
    resource: &str,
) -> Result<Box<dyn Issuer>, Error> {
    let tenant = OnceLock::new();
    if let Some(id) = connection.attributes.text("azure_tenant_id") {
        let _ = tenant.set(id.to_owned());
    }
    Ok(Box::new(Entra {
        kit: kit.clone(),
        login: azure::cloud(connection)?.login,
        tenant,
        client_id: required(connection, NAME, "azure_client_id")?.text().to_owned(),
        secret: required(connection, NAME, "azure_client_secret")?.secret().clone(),
        resource: resource.to_owned(),
    }))
}

impl Issuer for Entra {
    fn issue(&self, _: bool) -> Result<Access, Error> {
        let url = format!("{}/{}/oauth2/token", self.login, self.tenant()?);
        let endpoint = self.kit.endpoint(&url)?;
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", self.client_id.as_str()),
            ("client_secret", self.secret.expose()),
            ("resource", self.resource.as_str()),
        ];
        let request = Request::form(&endpoint.path, &fields);
        Access::read(&endpoint.http.read(&Signature::none(), &request)?)
    }
}

impl Entra {
    /// Returns the tenant: as configured, else the one that the workspace sends browsers to.
    fn tenant(&self) -> Result<&str, Error> {
        if let Some(tenant) = self.tenant.get() {
            return Ok(tenant);
        }
        let incomplete = || Error::CredentialIncomplete {
            auth_type: NAME.to_owned(),
            place: self.kit.http.as_ref().map(|http| http.host().to_string()).unwrap_or_default(),
            lacks: vec!["azure_tenant_id".to_owned()],
        };
        let http = self.kit.http.as_ref().ok_or_else(incomplete)?;
        let asked = http.read(&Signature::none(), &Request::get("/aad/auth"));
        let Err(Error::Redirected { location, .. }) = asked else { return Err(incomplete()) };
        let path = location.strip_prefix(self.login).ok_or_else(incomplete)?;
        let tenant =
            path.split('/').nth(1).filter(|name| !name.is_empty()).ok_or_else(incomplete)?;
        Ok(self.tenant.get_or_init(|| tenant.to_owned()))
    }
}
