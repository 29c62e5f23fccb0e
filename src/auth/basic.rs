//! Signing in with a user's name and password.

use base64::Engine as _;

use super::Credential;
use crate::error::Error;
use crate::secret::Secret;

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
        // A secret too: its base64 is what a trace would show.
        let pair = Secret::new(format!("{user}:{}", password.expose()));
        let encoded = base64::engine::general_purpose::STANDARD.encode(pair.expose());
        let header = Secret::new(format!("Basic {encoded}"));
        Ok(Self { header, source })
    }
}

impl Credential for Basic {
    fn header(&self) -> Result<Secret, Error> {
        Ok(self.header.clone())
    }

    fn refresh(&self) -> Result<bool, Error> {
        Ok(false)
    }

    fn source(&self) -> &str {
        &self.source
    }

    fn auth_type(&self) -> &'static str {
        "basic"
    }

    fn token_value(&self) -> Option<&Secret> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_that_of_the_rfc() {
        let basic = Basic::new("Aladdin", &Secret::new("open sesame"), "profile DEFAULT").unwrap();
        assert_eq!(basic.header().unwrap().expose(), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert!(Basic::new("a:b", &Secret::new("x"), "here").is_err());
    }
}
