//! Signing in as a service principal with an OAuth secret (RFC 6749, 4.4).

use super::Credential;
use super::access::Access;
use super::basic;
use super::bearer::Bearer;
use super::discovery::Discovery;
use super::kit::Kit;
use super::methods::{required, scopes};
use super::purse::Issuer;
use crate::error::Error;
use crate::secret::Secret;
use crate::settings::Connection;
use crate::wire::{Request, Signature};

const NAME: &str = "oauth-m2m";

/// The workspace's own token endpoint, asked with a client id and a secret.
struct OauthM2m {
    discovery: Discovery,
    authorization: Secret,
    scopes: String,
}

/// Makes the credential of a connection.
pub fn make(connection: &Connection, kit: &Kit) -> Result<Box<dyn Credential>, Error> {
    let client_id = required(connection, NAME, "client_id")?;
    let secret = required(connection, NAME, "client_secret")?;
    let issuer = OauthM2m {
        discovery: Discovery::new(connection, kit),
        authorization: basic::header(client_id.text(), secret.secret()),
        scopes: scopes(connection),
    };
    Ok(Box::new(Bearer::new(NAME, secret.source.to_string(), Box::new(issuer), kit)))
}

impl Issuer for OauthM2m {
    fn issue(&self, _: bool) -> Result<Access, Error> {
        let signature = Signature::new("", self.authorization.clone());
        self.discovery.ask(|endpoint| {
            let fields = [("grant_type", "client_credentials"), ("scope", self.scopes.as_str())];
            let request = Request::form(&endpoint.path, &fields);
            Access::read(&endpoint.http.read(&signature, &request)?)
        })
    }
}
