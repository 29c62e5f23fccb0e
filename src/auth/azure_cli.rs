//! Signing in as whoever is signed in to Azure's command line, `az`.

use std::ffi::OsString;
use std::path::PathBuf;

use serde_json::Value;

use super::Credential;
use super::access::Access;
use super::azure::{DATABRICKS, RESOURCE_HEADER};
use super::bearer::Bearer;
use super::kit::Kit;
use super::purse::Issuer;
use crate::clock::Time;
use crate::error::Error;
use crate::process;
use crate::settings::Connection;

const NAME: &str = "azure-cli";

struct Az {
    program: PathBuf,
    kit: Kit,
    /// Which of the signed-in identities: a tenant, or the workspace's own subscription.
    selection: Option<(&'static str, String)>,
    resource: String,
}

/// Makes the credential of a connection.
pub fn make(connection: &Connection, kit: &Kit) -> Result<Box<dyn Credential>, Error> {
    let mut bearer =
        Bearer::new(NAME, "`az`".to_owned(), issuer(connection, kit, DATABRICKS)?, kit);
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
    let attributes = &connection.attributes;
    let program =
        Kit::find_program(&kit.search_path, "az").ok_or_else(|| Error::CredentialIncomplete {
            auth_type: NAME.to_owned(),
            place: connection.place(),
            lacks: vec!["the program `az`".to_owned()],
        })?;
    let tenant = attributes.text("azure_tenant_id").map(|id| ("--tenant", id.to_owned()));
    let subscription = attributes.text("azure_workspace_resource_id").and_then(|id| {
        let mut parts =
            id.split('/').skip_while(|part| !part.eq_ignore_ascii_case("subscriptions"));
        Some(("--subscription", parts.nth(1)?.to_owned()))
    });
    let selection = tenant.or(subscription);
    Ok(Box::new(Az { program, kit: kit.clone(), selection, resource: resource.to_owned() }))
}

impl Issuer for Az {
    fn issue(&self, _: bool) -> Result<Access, Error> {
        let mut arguments =
            ["account", "get-access-token", "--resource", &self.resource, "--output", "json"]
                .map(OsString::from)
                .to_vec();
        if let Some((flag, value)) = &self.selection {
            arguments.extend([OsString::from(flag), OsString::from(value)]);
        }
        let said = process::ask(&self.program, &arguments, &self.kit.means.stop)?;
        let body: Value = serde_json::from_str(said.expose()).unwrap_or_default();
        // `expiresOn` is local time without a zone; newer versions say the same in seconds.
        let expires = body["expires_on"].as_i64().map(|seconds| Time::from_ms(seconds * 1000));
        let value = body["accessToken"].as_str().unwrap_or_default();
        Access::new(value, self.kit.means.clock.now(), expires).ok_or_else(|| Error::Command {
            program: self.program.display().to_string(),
            reason: "did not answer with an accessToken".to_owned(),
        })
    }
}
