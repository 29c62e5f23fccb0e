//! A credential that is an access token somebody hands out; who, is an `Issuer` in a file of its own.

use super::Credential;
use super::kit::Kit;
use super::purse::{Issuer, Purse};
use crate::error::{Error, exit};
use crate::secret::Secret;
use crate::wire::Signature;

/// One or two access tokens, and what else goes with them.
pub struct Bearer {
    auth_type: &'static str,
    source: String,
    main: Purse,
    second: Option<(&'static str, Purse)>,
    fixed: Vec<(&'static str, Secret)>,
}

impl Bearer {
    /// Takes the issuer of the token in `Authorization`; nothing is fetched yet.
    pub fn new(
        auth_type: &'static str,
        source: String,
        issuer: Box<dyn Issuer>,
        kit: &Kit,
    ) -> Self {
        let main = purse(issuer, kit);
        Self { auth_type, source, main, second: None, fixed: Vec::new() }
    }

    /// Adds the issuer of a token in another header.
    #[must_use]
    pub fn and(mut self, header: &'static str, issuer: Box<dyn Issuer>, kit: &Kit) -> Self {
        self.second = Some((header, purse(issuer, kit)));
        self
    }

    /// Adds a header that never changes.
    #[must_use]
    pub fn with(mut self, header: &'static str, value: &str) -> Self {
        self.fixed.push((header, Secret::unregistered(value)));
        self
    }

    /// Says of an error that it came from signing in, unless it is the run that ends.
    fn blame(&self, cause: Error) -> Error {
        let is_end = matches!(
            cause.exit_code(),
            exit::INTERRUPTED
                | exit::TERMINATED
                | exit::TIMEOUT
                | exit::OUTPUT_CLOSED
                | exit::REFUSED
        );
        if is_end || matches!(cause, Error::Exit { .. }) {
            return cause;
        }
        let source_name = self.source.clone();
        Error::SignIn { auth_type: self.auth_type, source_name, cause: Box::new(cause) }
    }
}

fn purse(issuer: Box<dyn Issuer>, kit: &Kit) -> Purse {
    Purse::new(issuer, kit.means.clock.clone(), kit.means.output.clone())
}

impl Credential for Bearer {
    fn sign(&self) -> Result<Signature, Error> {
        let value = self.main.value().map_err(|error| self.blame(error))?;
        let mut signature = Signature::bearer(self.auth_type, &value);
        if let Some((header, purse)) = &self.second {
            let value = purse.value().map_err(|error| self.blame(error))?;
            signature = signature.with(*header, value);
        }
        for (header, value) in &self.fixed {
            signature = signature.with(*header, value.clone());
        }
        Ok(signature)
    }

    fn refresh(&self, refused: &Signature) -> Result<bool, Error> {
        let renewed =
            self.main.renew(|value| refused.holds(value)).and_then(|()| match &self.second {
                Some((_, purse)) => purse.renew(|value| refused.holds(value)),
                None => Ok(()),
            });
        renewed.map_err(|error| self.blame(error))?;
        Ok(true)
    }

    fn source(&self) -> &str {
        &self.source
    }

    fn auth_type(&self) -> &'static str {
        self.auth_type
    }
}
