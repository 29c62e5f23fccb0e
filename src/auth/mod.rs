//! How a workspace is told who asks: each way to sign in is a `Credential`, in a file of its name.
//!
//! Signing in is outside the gate: it changes nothing but who we are. Sending requests is `wire`'s; asking for a newer
//! credential when one is refused is `api`'s. Bearers live in memory only.

mod access;
mod azure;
mod azure_cli;
mod azure_client_secret;
mod azure_devops_oidc;
mod azure_msi;
mod basic;
mod bearer;
mod choose;
mod databricks_cli;
mod discovery;
mod env_oidc;
mod exchange;
mod file_oidc;
mod github_oidc;
mod github_oidc_azure;
mod kit;
mod metadata_service;
mod methods;
mod oauth_m2m;
mod pat;
mod purse;

use crate::error::Error;
use crate::secret::Secret;
use crate::wire::Signature;

pub use azure::{find_host, is_azure};
#[cfg(test)]
pub use basic::Basic;
pub use choose::{choose, find_method};
pub use kit::Kit;
#[cfg(test)]
pub use pat::Pat;

/// What one signs in with.
pub trait Credential: Send + Sync {
    /// Returns the headers that say who asks, fetched or renewed first if need be.
    fn sign(&self) -> Result<Signature, Error>;

    /// Fetches a newer one after `refused` was refused; returns whether there is one.
    fn refresh(&self, refused: &Signature) -> Result<bool, Error>;

    /// Returns where it comes from, for errors: `DATABRICKS_TOKEN`, `profile prod in ~/.databrickscfg`.
    fn source(&self) -> &str;

    /// Returns its name in the configuration: `pat`, `basic`.
    fn auth_type(&self) -> &'static str;

    /// Returns the token value itself, where the credential is a personal access token.
    fn token_value(&self) -> Option<Secret> {
        None
    }
}
