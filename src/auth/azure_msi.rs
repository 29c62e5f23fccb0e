//! Signing in as the managed identity of the Azure machine that a run is on.

use std::sync::Arc;

use super::Credential;
use super::access::Access;
use super::azure::{self, DATABRICKS, MANAGEMENT_HEADER, RESOURCE_HEADER};
use super::bearer::Bearer;
use super::kit::Kit;
use super::purse::Issuer;
use crate::error::Error;
use crate::secret::Secret;
use crate::settings::Connection;
use crate::wire::{Http, Request, Signature, encode};

const NAME: &str = "azure-msi";

/// The machine's metadata service, asked for the tokens of an identity.
pub struct Machine {
    /// The way to it.
    pub http: Arc<Http>,
    /// Which identity, where a machine has several.
    pub client_id: Option<String>,
    /// What tokens are for.
    pub resource: String,
}

/// Makes the credential of a connection.
pub fn make(connection: &Connection, kit: &Kit) -> Result<Box<dyn Credential>, Error> {
    let switch = connection.attributes.value("azure_use_msi");
    let source = switch.map_or_else(|| NAME.to_owned(), |value| value.source.to_string());
    let management = azure::cloud(connection)?.management;
    let mut bearer = Bearer::new(NAME, source, issuer(connection, kit, DATABRICKS), kit).and(
        MANAGEMENT_HEADER,
        issuer(connection, kit, management),
        kit,
    );
    if let Some(id) = connection.attributes.text("azure_workspace_resource_id") {
        bearer = bearer.with(RESOURCE_HEADER, id);
    }
    Ok(Box::new(bearer))
}

/// Returns who hands out tokens for `resource`.
pub fn issuer(connection: &Connection, kit: &Kit, resource: &str) -> Box<dyn Issuer> {
    Box::new(Machine {
        http: Arc::new(Http::to_metadata_service(kit.means.clone())),
        client_id: connection.attributes.text("azure_client_id").map(str::to_owned),
        resource: resource.to_owned(),
    })
}

impl Issuer for Machine {
    fn issue(&self, _: bool) -> Result<Access, Error> {
        let identity = self.client_id.as_ref().map(|id| format!("&client_id={}", encode(id)));
        let path = format!(
            "/metadata/identity/oauth2/token?api-version=2018-02-01&resource={}{}",
            encode(&self.resource),
            identity.unwrap_or_default()
        );
        let signature = Signature::none().with("metadata", Secret::unregistered("true"));
        Access::read(&self.http.read(&signature, &Request::get(path))?)
    }
}
