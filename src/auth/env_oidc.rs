//! Signing in with a signed token in an environment variable.

use super::Credential;
use super::exchange::{self, Voucher};
use super::kit::Kit;
use super::methods::required;
use crate::error::Error;
use crate::secret::Secret;
use crate::settings::Connection;

const NAME: &str = "env-oidc";

struct Variable(Secret);

/// Makes the credential of a connection.
pub fn make(connection: &Connection, kit: &Kit) -> Result<Box<dyn Credential>, Error> {
    let token = required(connection, NAME, "oidc_token")?;
    let voucher = Variable(token.secret().clone());
    Ok(exchange::make(NAME, token.source.to_string(), Box::new(voucher), connection, kit))
}

impl Voucher for Variable {
    fn vouch(&self, _: &dyn Fn() -> Result<String, Error>) -> Result<Secret, Error> {
        Ok(self.0.clone())
    }
}
