//! Signing in with a personal access token.

use super::Credential;
use crate::error::Error;
use crate::secret::Secret;

/// A personal access token's value.
pub struct Pat {
    value: Secret,
    header: Secret,
    source: String,
}

impl Pat {
    /// Takes a token value from `source`; refuses what no header can carry, such as a line feed.
    pub fn new(value: Secret, source: impl Into<String>) -> Result<Self, Error> {
        let source = source.into();
        if value.expose().is_empty() || !value.expose().bytes().all(|byte| byte.is_ascii_graphic())
        {
            return Err(Error::CredentialMalformed { source_name: source });
        }
        let header = Secret::new(format!("Bearer {}", value.expose()));
        Ok(Self { value, header, source })
    }
}

impl Credential for Pat {
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
        "pat"
    }

    fn token_value(&self) -> Option<&Secret> {
        Some(&self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_becomes_a_bearer_header_and_nothing_else_gets_into_it() {
        let pat = Pat::new(Secret::new("dapi-for-a-header"), "DATABRICKS_TOKEN").unwrap();
        assert_eq!(pat.header().unwrap().expose(), "Bearer dapi-for-a-header");
        for bad in ["", "dapi\r\nX-Evil: 1", "dapi 1", "dapï"] {
            assert!(Pat::new(Secret::new(bad), "here").is_err(), "{bad:?}");
        }
    }
}
