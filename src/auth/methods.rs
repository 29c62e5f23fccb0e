//! Every way to sign in, in the order in which they are tried, with what each needs.
//!
//! The order is that of Databricks' Go SDK (`config/auth_default.go`).

use std::path::PathBuf;

use super::kit::Kit;
use super::{
    Credential, azure, azure_cli, azure_client_secret, azure_devops_oidc, azure_msi, basic,
    databricks_cli, env_oidc, file_oidc, github_oidc, github_oidc_azure, metadata_service,
    oauth_m2m, pat,
};
use crate::error::Error;
use crate::settings::{Connection, Value};

type Make = fn(&Connection, &Kit) -> Result<Box<dyn Credential>, Error>;
type Lacks = fn(&Connection, &[PathBuf]) -> Vec<String>;

/// A way to sign in.
pub struct Method {
    /// Its name as `auth_type` has it.
    pub name: &'static str,
    /// The attributes it cannot do without.
    pub needs: &'static [&'static str],
    /// What else is missing.
    pub lacks: Lacks,
    /// Whether whether it works is seen only by trying it.
    pub is_probed: bool,
    /// Makes the credential.
    pub make: Make,
}

const fn method(name: &'static str, needs: &'static [&'static str], make: Make) -> Method {
    Method { name, needs, lacks: |_, _| Vec::new(), is_probed: false, make }
}

const ACTIONS: &[&str] = &["actions_id_token_request_url", "actions_id_token_request_token"];

/// All of them.
pub static METHODS: [Method; 13] = [
    method("pat", &["token"], pat::make),
    method("basic", &["username", "password"], basic::make),
    method("oauth-m2m", &["client_id", "client_secret"], oauth_m2m::make),
    Method {
        lacks: lacks_databricks_cli,
        is_probed: true,
        ..method("databricks-cli", &[], databricks_cli::make)
    },
    method("metadata-service", &["metadata_service_url"], metadata_service::make),
    method("github-oidc", ACTIONS, github_oidc::make),
    method(
        "azure-devops-oidc",
        &[
            "system_accesstoken",
            "system_teamfoundationcollectionuri",
            "system_teamprojectid",
            "system_hosttype",
            "system_planid",
            "system_jobid",
        ],
        azure_devops_oidc::make,
    ),
    method("env-oidc", &["oidc_token"], env_oidc::make),
    method("file-oidc", &["databricks_id_token_filepath"], file_oidc::make),
    Method {
        needs: &[
            "actions_id_token_request_url",
            "actions_id_token_request_token",
            "azure_client_id",
            "azure_tenant_id",
        ],
        lacks: lacks_azure,
        ..method("github-oidc-azure", &[], github_oidc_azure::make)
    },
    Method { lacks: lacks_msi, ..method("azure-msi", &[], azure_msi::make) },
    Method {
        lacks: lacks_azure,
        ..method(
            "azure-client-secret",
            &["azure_client_id", "azure_client_secret"],
            azure_client_secret::make,
        )
    },
    Method { lacks: lacks_az, is_probed: true, ..method("azure-cli", &[], azure_cli::make) },
];

impl Method {
    /// Returns what is missing for it.
    pub fn missing(&self, connection: &Connection, search_path: &[PathBuf]) -> Vec<String> {
        let is_missing = |name: &&&str| connection.attributes.value(name).is_none();
        let needs = self.needs.iter().filter(is_missing).map(|name| (*name).to_owned());
        needs.chain((self.lacks)(connection, search_path)).collect()
    }

    /// Returns whether something that was configured speaks for a later one.
    pub fn stands_back(&self, connection: &Connection) -> bool {
        let has = |name| connection.attributes.value(name).is_some();
        match self.name {
            "databricks-cli" => has("client_id") || has("azure_client_id") || has("azure_use_msi"),
            "github-oidc" => has("azure_client_id") && !has("client_id"),
            _ => false,
        }
    }
}

/// Returns the value of an attribute that `auth_type` cannot do without.
pub fn required<'c>(
    connection: &'c Connection,
    auth_type: &str,
    name: &str,
) -> Result<&'c Value, Error> {
    connection.attributes.value(name).ok_or_else(|| Error::CredentialIncomplete {
        auth_type: auth_type.to_owned(),
        place: connection.place(),
        lacks: vec![name.to_owned()],
    })
}

/// Returns the OAuth scopes to ask for: a list with commas or spaces, everything if nobody says.
pub fn scopes(connection: &Connection) -> String {
    let said = connection.attributes.text("scopes").unwrap_or("all-apis");
    let scopes = said.split([',', ' ']).map(str::trim).filter(|scope| !scope.is_empty());
    scopes.collect::<Vec<_>>().join(" ")
}

fn lacks_databricks_cli(connection: &Connection, search_path: &[PathBuf]) -> Vec<String> {
    match databricks_cli::find(connection, search_path) {
        Some(_) => Vec::new(),
        None => vec!["the program `databricks`".to_owned()],
    }
}

fn lacks_az(connection: &Connection, search_path: &[PathBuf]) -> Vec<String> {
    let mut lacks = lacks_azure(connection, search_path);
    if Kit::find_program(search_path, "az").is_none() {
        lacks.push("the program `az`".to_owned());
    }
    lacks
}

fn lacks_azure(connection: &Connection, _: &[PathBuf]) -> Vec<String> {
    if azure::is_azure(connection) { Vec::new() } else { vec!["a workspace on Azure".to_owned()] }
}

fn lacks_msi(connection: &Connection, search_path: &[PathBuf]) -> Vec<String> {
    let switch = connection.attributes.value("azure_use_msi");
    let is_pinned = connection.attributes.text("auth_type") == Some("azure-msi");
    let is_on = switch.is_some_and(|value| value.is_true("azure_use_msi").unwrap_or(false));
    let mut lacks = lacks_azure(connection, search_path);
    if !is_on && !is_pinned {
        lacks.push("azure_use_msi = true".to_owned());
    }
    lacks
}
