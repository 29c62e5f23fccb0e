//! Azure's clouds: which addresses hand out Microsoft Entra tokens, for what, and where a workspace is found by its resource.

use serde_json::Value;

use super::azure_cli;
use super::azure_client_secret;
use super::azure_msi;
use super::kit::Kit;
use super::purse::Issuer;
use crate::error::Error;
use crate::host::Host;
use crate::settings::Connection;
use crate::wire::{Request, Signature};

/// Databricks' application in every Entra tenant.
pub const DATABRICKS: &str = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d";

/// The header with a token for Azure's management, by which a service principal is let into a workspace it is not yet in.
pub const MANAGEMENT_HEADER: &str = "x-databricks-azure-sp-management-token";

/// The header with the workspace's resource id.
pub const RESOURCE_HEADER: &str = "x-databricks-azure-workspace-resource-id";

/// One of Azure's clouds.
pub struct Cloud {
    names: [&'static str; 2],
    suffix: &'static str,
    /// Where Entra hands out tokens.
    pub login: &'static str,
    /// What Azure's management is called when a token for it is asked for.
    pub management: &'static str,
    /// Where resources are looked up.
    pub resources: &'static str,
}

const CLOUDS: [Cloud; 3] = [
    Cloud {
        names: ["public", "azurepubliccloud"],
        suffix: ".azuredatabricks.net",
        login: "https://login.microsoftonline.com",
        management: "https://management.core.windows.net/",
        resources: "https://management.azure.com",
    },
    Cloud {
        names: ["usgovernment", "azureusgovernment"],
        suffix: ".databricks.azure.us",
        login: "https://login.microsoftonline.us",
        management: "https://management.core.usgovcloudapi.net/",
        resources: "https://management.usgovcloudapi.net",
    },
    Cloud {
        names: ["china", "azurechinacloud"],
        suffix: ".databricks.azure.cn",
        login: "https://login.chinacloudapi.cn",
        management: "https://management.core.chinacloudapi.cn/",
        resources: "https://management.chinacloudapi.cn",
    },
];

/// Returns the cloud that a workspace is in: as configured, else as its host's name says.
pub fn cloud(connection: &Connection) -> Result<&'static Cloud, Error> {
    let Some(said) = connection.attributes.value("azure_environment") else {
        let host = connection.host.as_ref().map(Host::name).unwrap_or_default();
        return Ok(CLOUDS.iter().find(|cloud| host.ends_with(cloud.suffix)).unwrap_or(&CLOUDS[0]));
    };
    let name = said.text().to_ascii_lowercase();
    CLOUDS.iter().find(|cloud| cloud.names.contains(&name.as_str())).ok_or_else(|| {
        Error::SettingInvalid {
            name: "azure_environment",
            text: said.text().to_owned(),
            source_name: said.source.to_string(),
            reason: "it can be public, usgovernment or china".to_owned(),
        }
    })
}

/// Returns whether a connection is to a workspace on Azure.
pub fn is_azure(connection: &Connection) -> bool {
    let name = connection.host.as_ref().map(Host::name).unwrap_or_default();
    connection.attributes.value("azure_workspace_resource_id").is_some()
        || CLOUDS.iter().any(|cloud| name.ends_with(cloud.suffix))
}

/// Returns the address of the workspace whose Azure resource is configured.
pub fn find_host(connection: &Connection, kit: &Kit) -> Result<Host, Error> {
    let id = super::methods::required(connection, "azure", "azure_workspace_resource_id")?;
    let cloud = cloud(connection)?;
    let access = issuer(connection, kit, cloud.management)?.issue(false)?;
    let resources = kit.endpoint(cloud.resources)?;
    let path = format!("/{}?api-version=2018-04-01", id.text().trim_start_matches('/'));
    let request = Request::get(path).doing("looking up the workspace's address");
    let answer = resources.http.read(&Signature::bearer("", &access.value), &request)?;
    let body: Value =
        serde_json::from_str(&answer.body).map_err(|error| answer.malformed(&error))?;
    let name = body["properties"]["workspaceUrl"].as_str();
    let name = name.ok_or_else(|| answer.unusable("JSON without properties.workspaceUrl"))?;
    Host::parse(name).map_err(|reason| answer.unusable(&reason))
}

/// Returns who hands out tokens for `resource`, as the connection is configured.
fn issuer(connection: &Connection, kit: &Kit, resource: &str) -> Result<Box<dyn Issuer>, Error> {
    let attributes = &connection.attributes;
    let pinned = attributes.text("auth_type");
    if pinned == Some("azure-msi")
        || pinned.is_none() && attributes.value("azure_use_msi").is_some()
    {
        return Ok(azure_msi::issuer(connection, kit, resource));
    }
    if pinned == Some("azure-client-secret") || attributes.value("azure_client_secret").is_some() {
        return azure_client_secret::issuer(connection, kit, resource);
    }
    azure_cli::issuer(connection, kit, resource)
}
