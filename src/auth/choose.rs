//! Which way to sign in was configured: one, pinned or found; several and none are errors that say what was found.

use super::{Basic, Credential, Pat};
use crate::error::Error;
use crate::settings::{Connection, Value};

/// Makes the credential that a connection's attributes describe.
pub fn choose(connection: &Connection) -> Result<Box<dyn Credential>, Error> {
    let attributes = &connection.attributes;
    let methods = attributes.methods();
    let method = match (attributes.value("auth_type"), methods.as_slice()) {
        (Some(pinned), _) => pinned.text().to_owned(),
        (None, [(method, _)]) => (*method).to_owned(),
        (None, []) => return Err(missing(connection, "nothing to sign in with is set".to_owned())),
        (None, several) => {
            let found =
                several.iter().map(|(method, source)| format!("{method} ({source})")).collect();
            return Err(Error::CredentialAmbiguous { found });
        }
    };
    match method.as_str() {
        "pat" => {
            let token = required(connection, "token")?;
            Ok(Box::new(Pat::new(token.secret().clone(), token.source.to_string())?))
        }
        "basic" => {
            let (username, password) =
                (required(connection, "username")?, required(connection, "password")?);
            Ok(Box::new(Basic::new(
                username.text(),
                password.secret(),
                password.source.to_string(),
            )?))
        }
        other => Err(Error::CredentialNotYet {
            auth_type: other.to_owned(),
            source_name: attributes.value("auth_type").map_or_else(
                || methods.first().map(|(_, source)| source.to_string()).unwrap_or_default(),
                |value| value.source.to_string(),
            ),
        }),
    }
}

fn required<'c>(connection: &'c Connection, name: &str) -> Result<&'c Value, Error> {
    connection
        .attributes
        .value(name)
        .ok_or_else(|| missing(connection, format!("`{name}` is not set")))
}

fn missing(connection: &Connection, missing: String) -> Error {
    let place = match &connection.profile {
        Some(profile) => format!("{} (profile {profile})", connection.host),
        None => connection.host.to_string(),
    };
    Error::CredentialMissing { place, missing }
}
