//! How a workspace is told who asks: each way to sign in is a `Credential`.
//!
//! Sending it is `wire`'s; asking for a newer one when it is refused is `api`'s.

mod basic;
mod choose;
mod pat;

use crate::error::Error;
use crate::secret::Secret;

pub use basic::Basic;
pub use choose::choose;
pub use pat::Pat;

/// What one signs in with.
pub trait Credential: Send + Sync {
    /// Returns the whole `Authorization` header.
    fn header(&self) -> Result<Secret, Error>;

    /// Fetches a newer one after a refusal; returns whether there is one.
    fn refresh(&self) -> Result<bool, Error>;

    /// Returns where it comes from, for errors: `DATABRICKS_TOKEN`, `profile prod in ~/.databrickscfg`.
    fn source(&self) -> &str;

    /// Returns its name in the configuration: `pat`, `basic`.
    fn auth_type(&self) -> &'static str;

    /// Returns the token value itself, where the credential is a personal access token.
    fn token_value(&self) -> Option<&Secret>;
}
