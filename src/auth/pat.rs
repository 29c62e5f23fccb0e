//! Signing in with a personal access token.

use std::sync::{PoisonError, RwLock};

use super::Credential;
use super::access::is_sendable;
use super::kit::Kit;
use crate::error::Error;
use crate::secret::Secret;
use crate::settings::{Connection, Source, read_again};
use crate::wire::Signature;

/// A personal access token's value.
pub struct Pat {
    current: RwLock<Secret>,
    source: String,
    place: Option<Source>,
}

impl Pat {
    /// Takes a token value from `source`; refuses what no header can carry, such as a line feed.
    pub fn new(value: Secret, source: impl Into<String>) -> Result<Self, Error> {
        let source = source.into();
        if !is_sendable(value.expose()) {
            return Err(Error::CredentialMalformed { source_name: source });
        }
        Ok(Self { current: RwLock::new(value), source, place: None })
    }

    fn value(&self) -> Secret {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Makes the credential of a connection; its value can be read again where it was found.
pub fn make(connection: &Connection, _: &Kit) -> Result<Box<dyn Credential>, Error> {
    let token = super::methods::required(connection, "pat", "token")?;
    let pat = Pat::new(token.secret().clone(), token.source.to_string())?;
    Ok(Box::new(Pat { place: Some(token.source.clone()), ..pat }))
}

impl Credential for Pat {
    fn sign(&self) -> Result<Signature, Error> {
        Ok(Signature::bearer("pat", &self.value()))
    }

    /// Another run may have rotated the token since it was read.
    fn refresh(&self, refused: &Signature) -> Result<bool, Error> {
        if !refused.holds(&self.value()) {
            return Ok(true);
        }
        let place = self.place.as_ref();
        let found = place.and_then(|place| read_again("token", place));
        match found.filter(|value| is_sendable(value.expose()) && !refused.holds(value)) {
            Some(value) => {
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = value;
                Ok(true)
            }
            None => Ok(false),
        }
    }

    fn source(&self) -> &str {
        &self.source
    }

    fn auth_type(&self) -> &'static str {
        "pat"
    }

    fn token_value(&self) -> Option<Secret> {
        Some(self.value())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_header_can_carry_is_no_token() {
        assert!(Pat::new(Secret::new("dapi-for-a-header"), "DATABRICKS_TOKEN").is_ok());
        for bad in ["", "dapi\r\nX-Evil: 1", "dapi 1", "dapï"] {
            assert!(Pat::new(Secret::new(bad), "here").is_err(), "{bad:?}");
        }
    }
}
