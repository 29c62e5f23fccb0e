//! Signing in with a user's name and password.

use base64::Engine as _;

use super::Credential;
use super::kit::Kit;
use super::methods::required;
use crate::error::Error;
use crate::secret::Secret;
use crate::settings::Connection;
use crate::wire::Signature;

/// A user's name and password (RFC 7617).
pub struct Basic {
    header: Secret,
    source: String,
}

impl Basic {
    /// Takes both from `source`; a name with a colon cannot be told from its password.
    pub fn new(user: &str, password: &Secret, source: impl Into<String>) -> Result<Self, Error> {
        let source = source.into();
        if user.contains(':') {
            return Err(Error::CredentialMalformed { source_name: source });
        }
        Ok(Self { header: header(user, password), source })
    }
}

/// Returns the header of the RFC.
pub fn header(user: &str, password: &Secret) -> Secret {
    // A secret too: its base64 is what a trace would show.
    let pair = Secret::new(format!("{user}:{}", password.expose()));
    let encoded = base64::engine::general_purpose::STANDARD.encode(pair.expose());
    Secret::new(format!("Basic {encoded}"))
}

/// Makes the credential of a connection.
pub fn make(connection: &Connection, _: &Kit) -> Result<Box<dyn Credential>, Error> {
    let username = required(connection, "basic", "username")?;
    let password = required(connection, "basic", "password")?;
    let basic = Basic::new(username.text(), password.secret(), password.source.to_string())?;
    Ok(Box::new(basic))
}

impl Credential for Basic {
    fn sign(&self) -> Result<Signature, Error> {
        Ok(Signature::new("basic", self.header.clone()))
    }

    fn refresh(&self, _: &Signature) -> Result<bool, Error> {
        Ok(false)
    }

    fn source(&self) -> &str {
        &self.source
    }

    fn auth_type(&self) -> &'static str {
        "basic"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_that_of_the_rfc() {
        let header = header("Aladdin", &Secret::new("open sesame"));
        assert_eq!(header.expose(), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert!(Basic::new("a:b", &Secret::new("x"), "here").is_err());
    }
}
