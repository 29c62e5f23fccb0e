//! Signing in with a signed token in a file, as Kubernetes puts one beside a job and renews it there.

use std::io::ErrorKind;
use std::path::PathBuf;

use super::Credential;
use super::exchange::{self, Voucher};
use super::kit::Kit;
use super::methods::required;
use crate::error::Error;
use crate::files;
use crate::secret::Secret;
use crate::settings::Connection;

const NAME: &str = "file-oidc";

struct TokenFile(PathBuf);

/// Makes the credential of a connection.
pub fn make(connection: &Connection, kit: &Kit) -> Result<Box<dyn Credential>, Error> {
    let path = required(connection, NAME, "databricks_id_token_filepath")?;
    let voucher = TokenFile(PathBuf::from(path.text()));
    Ok(exchange::make(NAME, path.source.to_string(), Box::new(voucher), connection, kit))
}

impl Voucher for TokenFile {
    /// Reads the file each time, for whoever renews the token does so there.
    fn vouch(&self, _: &dyn Fn() -> Result<String, Error>) -> Result<Secret, Error> {
        let text = files::read_small(&self.0)
            .and_then(|bytes| String::from_utf8(bytes).map_err(|_| ErrorKind::InvalidData.into()))
            .map_err(|error| Error::io("read", self.0.display(), &error))?;
        match text.trim() {
            "" => Err(Error::CredentialMalformed { source_name: self.0.display().to_string() }),
            text => Ok(Secret::new(text)),
        }
    }
}
